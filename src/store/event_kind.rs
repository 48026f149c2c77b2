//! The kinds of events in the audit log, by their names in the table.

use strum::VariantArray;

/// Kind of an event. The table can also hold kinds of a newer version, which has no variant here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, VariantArray)]
#[non_exhaustive]
pub enum EventKind {
    /// A personal access token was made by its owner.
    #[strum(serialize = "access_token.created")]
    AccessTokenCreated,
    /// A personal access token was ended by its owner.
    #[strum(serialize = "access_token.ended")]
    AccessTokenEnded,
    /// A new account's address was confirmed.
    #[strum(serialize = "account.confirmed")]
    AccountConfirmed,
    /// An account was removed for good.
    #[strum(serialize = "account.deleted")]
    AccountDeleted,
    /// An account was closed by its owner, or by an admin; it is removed later.
    #[strum(serialize = "account.deletion_requested")]
    AccountDeletionRequested,
    /// An account was disabled.
    #[strum(serialize = "account.disabled")]
    AccountDisabled,
    /// An account was enabled.
    #[strum(serialize = "account.enabled")]
    AccountEnabled,
    /// An account was put on hold, since "this wasn't me" could not be decided.
    #[strum(serialize = "account.frozen")]
    AccountFrozen,
    /// An account was given back to a former address.
    #[strum(serialize = "account.given_back")]
    AccountGivenBack,
    /// The hold after "this wasn't me" was lifted.
    #[strum(serialize = "account.hold_lifted")]
    AccountHoldLifted,
    /// An invitation was withdrawn.
    #[strum(serialize = "account.invitation_withdrawn")]
    AccountInvitationWithdrawn,
    /// Somebody was invited.
    #[strum(serialize = "account.invited")]
    AccountInvited,
    /// An admin let somebody in once.
    #[strum(serialize = "account.let_in")]
    AccountLetIn,
    /// An admin had a reset sent.
    #[strum(serialize = "account.reset_sent")]
    AccountResetSent,
    /// An account's roles were changed.
    #[strum(serialize = "account.roles_changed")]
    AccountRolesChanged,
    /// An admin ended all sessions of an account.
    #[strum(serialize = "account.sessions_ended")]
    AccountSessionsEnded,
    /// A trusted browser was ended by its owner.
    #[strum(serialize = "browser.distrusted")]
    BrowserDistrusted,
    /// A browser was trusted: its owner is not asked for a second factor there.
    #[strum(serialize = "browser.trusted")]
    BrowserTrusted,
    /// A wrong code was entered.
    #[strum(serialize = "code.failed")]
    CodeFailed,
    /// A cookie that this site did not seal was refused.
    #[strum(serialize = "cookie.refused")]
    CookieRefused,
    /// An account's address was changed.
    #[strum(serialize = "email.changed")]
    EmailChanged,
    /// A second factor was set up.
    #[strum(serialize = "factor.added")]
    FactorAdded,
    /// A code of a second factor was sent.
    #[strum(serialize = "factor.code_sent")]
    FactorCodeSent,
    /// An account got new recovery codes.
    #[strum(serialize = "factor.codes_renewed")]
    FactorCodesRenewed,
    /// A wrong code of a second factor was entered.
    #[strum(serialize = "factor.failed")]
    FactorFailed,
    /// A second factor was proved, to sign in or again.
    #[strum(serialize = "factor.proved")]
    FactorProved,
    /// A second factor was removed.
    #[strum(serialize = "factor.removed")]
    FactorRemoved,
    /// An admin removed all second factors of an account.
    #[strum(serialize = "factor.removed_all")]
    FactorRemovedAll,
    /// A second factor got another name.
    #[strum(serialize = "factor.renamed")]
    FactorRenamed,
    /// A form from another site was refused.
    #[strum(serialize = "form.refused")]
    FormRefused,
    /// A rate limit was reached.
    #[strum(serialize = "limit.reached")]
    LimitReached,
    /// An admin dropped a message.
    #[strum(serialize = "message.dropped")]
    MessageDropped,
    /// An admin had a message sent again.
    #[strum(serialize = "message.retried")]
    MessageRetried,
    /// A passkey has signed less often than it said before: it may have been copied.
    #[strum(serialize = "passkey.copied")]
    PasskeyCopied,
    /// A password was changed.
    #[strum(serialize = "password.changed")]
    PasswordChanged,
    /// A wrong current password was entered.
    #[strum(serialize = "password.refused")]
    PasswordRefused,
    /// A page was refused for want of a permission.
    #[strum(serialize = "permission.refused")]
    PermissionRefused,
    /// A phone was added or changed.
    #[strum(serialize = "phone.changed")]
    PhoneChanged,
    /// A phone was removed.
    #[strum(serialize = "phone.removed")]
    PhoneRemoved,
    /// Another policy was put in force.
    #[strum(serialize = "policy.switched")]
    PolicySwitched,
    /// A refresh token was used again after another had replaced it.
    #[strum(serialize = "refresh.replayed")]
    RefreshReplayed,
    /// A remembered browser's old token was used again.
    #[strum(serialize = "remembered.replayed")]
    RememberedReplayed,
    /// A reset was requested while a key is live.
    #[strum(serialize = "reset.asked_again")]
    ResetAskedAgain,
    /// A reset was cancelled.
    #[strum(serialize = "reset.cancelled")]
    ResetCancelled,
    /// The second key or code of a reset was sent.
    #[strum(serialize = "reset.code_sent")]
    ResetCodeSent,
    /// A reset was completed.
    #[strum(serialize = "reset.completed")]
    ResetCompleted,
    /// A reset was requested, and its key issued.
    #[strum(serialize = "reset.issued")]
    ResetIssued,
    /// A generated password was sent.
    #[strum(serialize = "reset.password_generated")]
    ResetPasswordGenerated,
    /// A reset was started again in another browser.
    #[strum(serialize = "reset.restarted")]
    ResetRestarted,
    /// Somebody signed in once, by a link or a generated password.
    #[strum(serialize = "reset.signed_in_once")]
    ResetSignedInOnce,
    /// The new password was skipped.
    #[strum(serialize = "reset.skipped")]
    ResetSkipped,
    /// A change was undone by "this wasn't me".
    #[strum(serialize = "reset.undone")]
    ResetUndone,
    /// A page was refused for want of a role.
    #[strum(serialize = "role.refused")]
    RoleRefused,
    /// One session was ended by its owner.
    #[strum(serialize = "session.ended")]
    SessionEnded,
    /// A remembered browser opened a session.
    #[strum(serialize = "session.remembered")]
    SessionRemembered,
    /// All other sessions were ended by their owner.
    #[strum(serialize = "sessions.ended")]
    SessionsEnded,
    /// A name and a password opened a route of an application, by HTTP Basic; once for each client in a while.
    #[strum(serialize = "sign_in.basic")]
    SignInByBasic,
    /// Somebody signed in.
    #[strum(serialize = "sign_in.completed")]
    SignInCompleted,
    /// A sign-in failed.
    #[strum(serialize = "sign_in.failed")]
    SignInFailed,
    /// A message to sign in with was sent.
    #[strum(serialize = "sign_in.sent")]
    SignInSent,
    /// A username was chosen, changed or given up.
    #[strum(serialize = "username.changed")]
    UsernameChanged,
    /// A username was mailed to its owner, who had forgotten it.
    #[strum(serialize = "username.sent")]
    UsernameSent,
}

impl EventKind {
    /// Returns every kind, in alphabetical order of the names.
    pub fn all() -> &'static [EventKind] {
        Self::VARIANTS
    }

    /// Returns its name in the table, like `reset.completed`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the id of the sentence that describes it.
    pub fn sentence(self) -> String {
        format!("kind-{}", self.name().replace('.', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::locale::Locale, view::templates::Templates};

    #[test]
    fn every_kind_has_its_sentence() {
        let templates = Templates::embedded();
        for kind in EventKind::all() {
            assert!(
                templates.language(Locale::En).knows(&kind.sentence()),
                "{} has no sentence",
                kind.name()
            );
        }
    }

    #[test]
    fn kinds_are_in_alphabetical_order() {
        assert!(EventKind::all().is_sorted_by_key(|kind| kind.name()));
    }

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in EventKind::all() {
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
    }
}
