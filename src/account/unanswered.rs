//! Mail to somebody who asked to get in and gets no key: why not, or that there is no account.

use super::{confirm_again::Again, notice::UNDO};
use crate::{
    app::App,
    base::{Error, caller::Caller, duration::HumanDuration, identity::IdentityKind},
    core::{limits::RateLimit, place::Place},
    outbox::message::{Message, post_decoy},
    store::{
        Tx,
        accounts::{AccountRow, AccountState, Locked},
        registrations,
    },
};

/// Mails the owner of an account why there is no key for it; false if there may be one.
///
/// # Errors
/// [`Error::Database`].
pub async fn tell_why(app: &App, account: &mut Locked<'_>, asked: &Caller) -> Result<bool, Error> {
    let Some(mail) = why_not(app, account, asked) else { return Ok(false) };
    let until = app.now() + *app.policy_now(account).key_ttl;
    let id = Some(account.id);
    mail.asked(asked).post(app, account.tx(), id, None, until).await?;
    Ok(true)
}

fn why_not(app: &App, account: &AccountRow, asked: &Caller) -> Option<Message> {
    let mail = |name| Message::mail(asked.locale, &account.email, name);
    match (account.state(), account.deleted_at) {
        (_, Some(deleted_at)) => Some(mail("reset-deleted").moment("held", deleted_at + *UNDO)),
        (AccountState::Disabled, _) => Some(mail("reset-disabled")),
        (AccountState::Frozen, _) => Some(mail("reset-frozen")),
        _ => (account.resets_blocked_until > app.now())
            .then(|| mail("reset-held").moment("held", account.resets_blocked_until)),
    }
}

/// Mails the confirmation again if the address has a registration; otherwise that there is no account, in the sentences of
/// this name, or a decoy.
///
/// # Errors
/// [`Error::Database`].
pub async fn without_account(
    app: &App,
    tx: &mut Tx,
    (email, email_key): (&str, String),
    name: &str,
    asked: Caller,
) -> Result<(), Error> {
    // Nobody can be written to at a name.
    if IdentityKind::of(&email_key) != IdentityKind::Email {
        return post_decoy(app, tx).await;
    }
    if registrations::newest(tx, &email_key, app.now()).await?.is_some() {
        return Again::new(email_key, asked).carry_out(app, tx).await;
    }
    if !app.config().mail.to_unknown || !RateLimit::UnknownTo(&email_key).allow(app, tx).await?.is_yes() {
        return post_decoy(app, tx).await;
    }
    let mail = Message::mail(asked.locale, email, name).asked(&asked);
    let mail = if app.config().register.open { mail.place(app.link(Place::Register)) } else { mail };
    mail.post(app, tx, None, None, app.now() + *HumanDuration::hours(1)).await
}
