//! What an admin does to somebody's account, in the console or on the command line: each change with its event.
//!
//! Nobody here sees or sets a password, a key or a code.

use uuid::Uuid;

use super::{change::end_everything, undo};
use crate::{
    Error,
    app::App,
    event::{Actor, Event},
    key::Purpose,
    reset::issue::{self, By, Started},
    store::{
        Tx,
        accounts::{self, Account, State},
        claims, keys, roles,
    },
};

/// Whether something changed, or why it could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cared {
    /// It changed.
    Done,
    /// It was so already.
    Already,
    /// The account is disabled.
    Disabled,
    /// The account is on hold after "this wasn't me".
    Held,
    /// Their number, or the site, has had its texts for now.
    NoTexts,
    /// The address belongs to another account.
    Taken,
    /// There is no such account.
    Nobody,
}

/// Lets the owner sign in, or no longer; either way every session and key ends. An account that its owner deleted is brought
/// back, or can be brought back by nobody.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_enabled(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    enabled: bool,
    actor: &Actor,
) -> Result<Cared, Error> {
    let Some(account) = accounts::seize(tx, id, app.now()).await? else { return Ok(Cared::Nobody) };
    let deleted = account.state() == State::DeletionPending;
    if account.enabled == enabled && !deleted {
        return Ok(Cared::Already);
    }
    if deleted && !enabled {
        // It still goes for good, and its owner's link no longer brings it back.
        keys::end(tx, id, Purpose::Undo.name()).await?;
    } else {
        accounts::set_enabled(tx, id, enabled).await?;
    }
    end_everything(tx, &account).await?;
    let kind = if enabled { "account.enabled" } else { "account.disabled" };
    Event::new(kind, id).by(actor).write(app, tx).await?;
    Ok(Cared::Done)
}

/// Gives and takes roles. What a session or key may do depends on them: both end, and people sign in anew.
///
/// # Errors
/// [`Error::Database`].
pub async fn set_roles(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    (add, remove): (&[String], &[String]),
    actor: &Actor,
) -> Result<Cared, Error> {
    let Some(account) = accounts::seize(tx, id, app.now()).await? else { return Ok(Cared::Nobody) };
    let mut changes = Vec::new();
    for role in add {
        if roles::add(tx, id, role).await? {
            changes.push(format!("+{role}"));
        }
    }
    for role in remove {
        if roles::remove(tx, id, role).await? {
            changes.push(format!("-{role}"));
        }
    }
    if changes.is_empty() {
        return Ok(Cared::Already);
    }
    end_everything(tx, &account).await?;
    let detail = changes.join(" ");
    Event::new("account.roles_changed", id).by(actor).detail(&detail).write(app, tx).await?;
    Ok(Cared::Done)
}

/// Ends every session and forgets every remembered browser; keys too, since one could open a session.
///
/// # Errors
/// [`Error::Database`].
pub async fn end_sessions(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<Cared, Error> {
    let Some(account) = accounts::seize(tx, id, app.now()).await? else { return Ok(Cared::Nobody) };
    end_everything(tx, &account).await?;
    Event::new("account.sessions_ended", id).by(actor).write(app, tx).await?;
    Ok(Cared::Done)
}

/// Makes the key and posts the message that a request by the owner would.
///
/// # Errors
/// [`Error::Database`].
pub async fn send_reset(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<Cared, Error> {
    let Some(account) = accounts::seize(tx, id, app.now()).await? else { return Ok(Cared::Nobody) };
    if let Some(why) = why_not(app, &account) {
        return Ok(why);
    }
    let by = By { browser: None, known: None, admin: true };
    match issue::start(app, tx, &account, by, actor.asked()).await? {
        Started::NoTexts => Ok(Cared::NoTexts),
        Started::Issued => {
            Event::new("account.reset_sent", id).by(actor).write(app, tx).await?;
            Ok(Cared::Done)
        }
    }
}

fn why_not(app: &App, account: &Account) -> Option<Cared> {
    match account {
        Account { enabled: false, .. } => Some(Cared::Disabled),
        Account { held_until, .. } if *held_until > app.now() => Some(Cared::Held),
        _ => None,
    }
}

/// Lets resets be requested again before the hold is over. An account that is frozen stays with its present address, which
/// gets a key.
///
/// # Errors
/// [`Error::Database`].
pub async fn lift_hold(app: &App, tx: &mut Tx, id: Uuid, actor: &Actor) -> Result<Cared, Error> {
    let now = app.now();
    match accounts::seize(tx, id, now).await? {
        None => Ok(Cared::Nobody),
        Some(account) if account.held_until <= now => Ok(Cared::Already),
        Some(account) if account.state() == State::Frozen => {
            undo::decide(app, tx, &account, None, actor).await?;
            Ok(Cared::Done)
        }
        Some(_) => {
            accounts::hold(tx, id, now).await?;
            Event::new("account.hold_lifted", id).by(actor).write(app, tx).await?;
            Ok(Cared::Done)
        }
    }
}

/// Gives an account that is frozen back to a former address that claims it, which gets a key.
///
/// # Errors
/// [`Error::Database`].
pub async fn give_back(
    app: &App,
    tx: &mut Tx,
    id: Uuid,
    email_key: &str,
    actor: &Actor,
) -> Result<Cared, Error> {
    let Some(account) = accounts::seize(tx, id, app.now()).await? else { return Ok(Cared::Nobody) };
    let claims = claims::of_account(tx, id).await?;
    let Some(claim) = claims.iter().find(|claim| claim.email_key == email_key) else {
        return Ok(Cared::Already);
    };
    let done = undo::decide(app, tx, &account, Some(claim), actor).await?;
    Ok(if done { Cared::Done } else { Cared::Taken })
}
