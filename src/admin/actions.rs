//! Actions of an admin on an account, in the console or on the command line, each change with its event.
//!
//! No action shows or sets a password. Only [`super::let_in`] ever shows a key.

use uuid::Uuid;

use crate::{
    account::{invite, leaving, notice, taken::taken},
    app::App,
    base::{
        Error,
        key::Purpose,
        role::{Administrator, Role},
    },
    core::event::{Actor, Event, EventKind},
    reset::{
        issue::{self, By, Started},
        undo,
    },
    store::{
        Tx,
        accounts::{self, AccountRow, AccountState},
        claims, keys,
        registrations::{self, Registration},
        roles,
    },
};

impl Actor {
    /// Refuses to open an admin's account from the console: a stolen session would otherwise open every
    /// admin's account.
    pub(super) fn may_not_open(&self, account: &AccountRow) -> Option<ActionOutcome> {
        (!self.is_command_line() && account.has(Administrator::NAME)).then_some(ActionOutcome::Admin)
    }
}

/// Result of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionOutcome {
    /// The action was carried out.
    Done,
    /// Nothing had to be changed.
    Already,
    /// The account is disabled.
    Disabled,
    /// The account is on hold after "this wasn't me".
    OnHold,
    /// The number, or the site, has used up its text messages for now.
    NoTexts,
    /// The address belongs to another account.
    Taken,
    /// The account is an admin's, which only the command line may open.
    Admin,
    /// The strategy needs a phone.
    NeedsPhone,
    /// The address was that of an account until lately, and is kept for it.
    Kept,
    /// There is no such account.
    Nobody,
}

impl ActionOutcome {
    /// Explains why nothing was done; `None` if there was nothing to do, or nobody to do it to.
    pub fn why_not(self) -> Option<&'static str> {
        match self {
            ActionOutcome::Done | ActionOutcome::Already | ActionOutcome::Nobody => None,
            ActionOutcome::Disabled => Some("the account is disabled: enable it first"),
            ActionOutcome::OnHold => {
                Some("the account is on hold after \"this wasn't me\": lift the hold first")
            }
            ActionOutcome::NoTexts => Some("its number, or the site, has had its texts for today"),
            ActionOutcome::Taken => Some("the address belongs to another account"),
            ActionOutcome::Admin => Some("it is an admin's account"),
            ActionOutcome::NeedsPhone => Some("this strategy needs a phone"),
            ActionOutcome::Kept => {
                Some("the address was that of an account until lately: it is kept for that")
            }
        }
    }
}

/// Invites an address: its owner chooses a password, and gets the roles.
///
/// # Errors
/// [`Error::Database`].
pub async fn invite(
    app: &App,
    tx: &mut Tx,
    invitation: &Registration,
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    if accounts::find_by_email(tx, &invitation.email_key).await?.is_some() {
        return Ok(ActionOutcome::Taken);
    }
    if taken(app, tx, &invitation.email_key, None).await?.is_some() {
        return Ok(ActionOutcome::Kept);
    }
    invite::invite(app, tx, invitation, actor.asked()).await?;
    Event::of_site(EventKind::AccountInvited).by(actor).write(app, tx).await?;
    Ok(ActionOutcome::Done)
}

/// Enables or disables an account, and ends its sessions and keys either way. If its owner has deleted it, enabling
/// restores it, and disabling means that it can no longer be restored.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_enabled(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    enabled: bool,
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    let deleted = account.state() == AccountState::DeletionPending;
    if account.enabled == enabled && !deleted {
        return Ok(ActionOutcome::Already);
    }
    if deleted && !enabled {
        // It is still removed later, and its owner's link no longer restores it.
        keys::end(account.tx(), id, Purpose::Undo).await?;
    } else {
        account.set_enabled(enabled).await?;
    }
    account.end_everything(app.now()).await?;
    let kind = if enabled { EventKind::AccountEnabled } else { EventKind::AccountDisabled };
    Event::new(kind, id).by(actor).write(app, account.tx()).await?;
    Ok(ActionOutcome::Done)
}

/// Adds and removes roles. Sessions and keys depend on them, so both end, and the owner has to sign in again.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_roles(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    (add, remove): (&[String], &[String]),
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    let mut changes = Vec::new();
    for role in add {
        if roles::add(account.tx(), id, role).await? {
            changes.push(format!("+{role}"));
        }
    }
    for role in remove {
        if roles::remove(account.tx(), id, role).await? {
            changes.push(format!("-{role}"));
        }
    }
    if changes.is_empty() {
        return Ok(ActionOutcome::Already);
    }
    account.end_everything(app.now()).await?;
    let detail = changes.join(" ");
    Event::new(EventKind::AccountRolesChanged, id).by(actor).detail(&detail).write(app, account.tx()).await?;
    Ok(ActionOutcome::Done)
}

/// Ends all sessions and remembered browsers, and keys too, since one could open a session.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_sessions(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    account.end_everything(app.now()).await?;
    Event::new(EventKind::AccountSessionsEnded, id).by(actor).write(app, account.tx()).await?;
    Ok(ActionOutcome::Done)
}

/// Creates the key and posts the message, as a request by the owner would.
///
/// # Errors
/// [`Error::Database`].
pub async fn send_reset(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    if let Some(why) = why_not(app, &account) {
        return Ok(why);
    }
    let by = By { browser: None, requested: None, known: None, admin: true };
    match issue::start(app, &mut account, by, actor.asked()).await? {
        Started::NoTexts => Ok(ActionOutcome::NoTexts),
        Started::Issued => {
            Event::new(EventKind::AccountResetSent, id).by(actor).write(app, account.tx()).await?;
            Ok(ActionOutcome::Done)
        }
    }
}

pub(super) fn why_not(app: &App, account: &AccountRow) -> Option<ActionOutcome> {
    match account {
        AccountRow { enabled: false, .. } => Some(ActionOutcome::Disabled),
        AccountRow { resets_blocked_until, .. } if *resets_blocked_until > app.now() => {
            Some(ActionOutcome::OnHold)
        }
        _ => None,
    }
}

/// Ends a hold on resets early. An account that is claimed stays at its present address, which gets a key.
///
/// # Errors
/// [`Error::Database`].
pub async fn lift_hold(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<ActionOutcome, Error> {
    let now = app.now();
    match accounts::lock(tx, id, now).await? {
        None => Ok(ActionOutcome::Nobody),
        Some(account) if account.resets_blocked_until <= now => Ok(ActionOutcome::Already),
        Some(mut account) if account.is_claimed() => {
            if let Some(why) = actor.may_not_open(&account) {
                return Ok(why);
            }
            undo::decide(app, &mut account, None, actor).await?;
            Ok(ActionOutcome::Done)
        }
        Some(mut account) => {
            account.block_resets(now).await?;
            Event::new(EventKind::AccountHoldLifted, id).by(actor).write(app, account.tx()).await?;
            Ok(ActionOutcome::Done)
        }
    }
}

/// Gives a frozen account back to a former address that claims it, which gets a key.
///
/// # Errors
/// [`Error::Database`].
pub async fn give_back(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    email_key: &str,
    actor: &Actor,
) -> Result<ActionOutcome, Error> {
    let Some(mut account) = accounts::lock(tx, id, app.now()).await? else {
        return Ok(ActionOutcome::Nobody);
    };
    if let Some(why) = actor.may_not_open(&account) {
        return Ok(why);
    }
    let claims = claims::of_account(account.tx(), id).await?;
    let Some(claim) = claims.iter().find(|claim| claim.email_key == email_key) else {
        return Ok(ActionOutcome::Already);
    };
    let done = undo::decide(app, &mut account, Some(claim), actor).await?;
    Ok(if done { ActionOutcome::Done } else { ActionOutcome::Taken })
}

/// Deletes an account as its owner would: nobody gets in, and it is removed once nothing can restore it. If it is
/// disabled or frozen, no link restores it.
///
/// # Errors
/// [`Error::Refused`] if the application still needs it, and [`Error::Database`].
pub async fn delete(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<ActionOutcome, Error> {
    let now = app.now();
    let Some(mut account) = accounts::lock(tx, id, now).await? else { return Ok(ActionOutcome::Nobody) };
    if account.state() == AccountState::DeletionPending {
        return Ok(ActionOutcome::Already);
    }
    if let Err(fault) = leaving::try_out(app, &mut account).await? {
        let ours = || app.templates.language(actor.asked().locale).say(fault.key, &[]);
        return Err(Error::Refused(fault.words.clone().unwrap_or_else(ours)));
    }
    account.end_everything(now).await?;
    account.delete_later(now).await?;
    let (tx, account) = account.into_parts();
    if !notice::may_be_undone(&account) {
        // A link to an earlier event would open what was closed since.
        keys::end(tx, id, Purpose::Undo).await?;
    }
    notice::post(app, tx, &account, &account.email, "account-deleted", actor.asked()).await?;
    Event::new(EventKind::AccountDeletionRequested, id).by(actor).write(app, tx).await?;
    Ok(ActionOutcome::Done)
}

/// Withdraws an invitation that has not been accepted; false if there is none.
///
/// # Errors
/// [`Error::Database`].
pub async fn withdraw(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<bool, Error> {
    let withdrawn = registrations::withdraw(tx, id, app.now()).await?;
    if withdrawn {
        Event::of_site(EventKind::AccountInvitationWithdrawn).by(actor).write(app, tx).await?;
    }
    Ok(withdrawn)
}
