//! Undoing the event of a notice: depending on what was proved since, it restores the account, or freezes it until an
//! admin decides.
//!
//! Once both the holder of the link and the user of the account have proved a mailbox and a password, the server cannot
//! know which is the owner: a thief moves an account to their own address just as an owner does, and the link may have
//! reached a stranger who now reads a mailbox that the owner has left.

use std::time::Duration;

use super::issue::{Letter, issue};
use crate::{
    account::notice::{UNDO, UndoSnapshot},
    app::App,
    base::{Error, caller::Caller, clock::Time, email::Email, key::Purpose, username::Username},
    core::event::{Actor, Event, EventKind},
    http::throttle::Requester,
    outbox::message::Message,
    store::{
        Conn,
        accounts::{self, AccountRow, AccountState, FOREVER, Locked},
        claims::{self, Claim},
        factors::{self, FactorRow},
        former_addresses,
        keys::{self, KeyRow},
        recovery_codes, spent, usernames,
    },
};

/// Time for which other requests for a reset are refused afterwards.
const HOLD: Duration = Duration::from_secs(60 * 60);
/// Time for which a message about a freeze is worth sending.
const NOTICE_LIFE: Duration = Duration::from_secs(72 * 60 * 60);

/// Result of "this wasn't me".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The account is as it was before, and its owner gets a key.
    Restored,
    /// Nobody gets in until an admin decides.
    Frozen,
}

fn letter(name: &str) -> Letter<'_> {
    Letter { name, elsewhere: None, typed: None, kept: None }
}

/// True if links to this account still work: not if an admin has disabled it.
pub fn is_open(account: &AccountRow) -> bool {
    account.state() != AccountState::Disabled
}

/// Returns the outcome of the link `key` in the account's present state.
///
/// A password that is newer than the link and has opened the account under another address counts as much as the link.
///
/// # Errors
/// [`Error::Database`].
pub async fn weigh(
    conn: &mut Conn,
    key: &KeyRow,
    before: &UndoSnapshot,
    account: &AccountRow,
) -> Result<Undone, Error> {
    let former = before.email_key();
    let contested = account.is_claimed()
        || former != account.email_key()
            && accounts::proved_elsewhere(conn, account.id, key.issued_at, &former).await?;
    Ok(if contested { Undone::Frozen } else { Undone::Restored })
}

/// Restores or freezes the account by the link `key`. Restoring also ends the links of later events.
///
/// The key must have been spent.
///
/// # Errors
/// [`Error::Database`].
pub async fn carry_out(
    app: &App,
    account: &mut Locked<'_>,
    key: &KeyRow,
    before: &UndoSnapshot,
    asked: &Caller,
) -> Result<Undone, Error> {
    let (now, id) = (app.now(), account.id);
    let (tx, stored) = account.parts();
    let weighed = weigh(tx, key, before, stored).await?;
    account.void_password(now).await?;
    account.end_everything(now).await?;
    if weighed == Undone::Frozen || !restore(app, account, before).await? {
        freeze(app, account, before, asked).await?;
        return Ok(Undone::Frozen);
    }
    keys::end_undo(account.tx(), id, key.issued_at).await?;
    former_addresses::release(account.tx(), id, key.issued_at).await?;
    account.block_resets(now + HOLD).await?;
    Event::new(EventKind::ResetUndone, id)
        .from(asked)
        .detail(&before.notice)
        .write(app, account.tx())
        .await?;
    account.reread().await?;
    issue(app, account, letter("not-me-done"), Requester::Trusted, asked).await?;
    Ok(Undone::Restored)
}

/// Restores address, phone, username and second factors; false if the address is not available.
async fn restore(app: &App, account: &mut Locked<'_>, before: &UndoSnapshot) -> Result<bool, Error> {
    let Ok(email) = Email::parse(&before.email) else { return Ok(false) };
    let now = app.now();
    if email.key() != account.email_key() {
        // The address left is free at once; what was proved there still counts.
        let (tx, account) = account.parts();
        former_addresses::insert(tx, account.id, Time::default()).await?;
    }
    if !account.set_email(email.address(), email.key(), now - *UNDO).await? {
        return Ok(false);
    }
    account.set_phone(before.phone.as_deref(), before.phone_usable_at).await?;
    if let Some(names) = &before.usernames {
        restore_username(account, names.first().map(String::as_str), now).await?;
    }
    if let Some(held) = &before.factors {
        restore_factors(account, held, &before.recovery_codes, now).await?;
    }
    Ok(true)
}

/// Restores the username, which stayed reserved for the account.
async fn restore_username(account: &mut Locked<'_>, before: Option<&str>, now: Time) -> Result<(), Error> {
    let id = account.id;
    let present = usernames::of_account(account.tx(), id).await?;
    if present.as_deref() == before {
        return Ok(());
    }
    let Some(name) = before else { return usernames::leave(account, now).await };
    if !usernames::set(account, &Username::kept(name), now).await? {
        log::warn!("account {id} did not get its former username back");
    }
    Ok(())
}

/// Restores the second factors; what was used since stays used.
async fn restore_factors(
    account: &mut Locked<'_>,
    before: &[FactorRow],
    codes: &[Vec<u8>],
    now: Time,
) -> Result<(), Error> {
    let id = account.id;
    let present = factors::of_account(account.tx(), id).await?;
    factors::remove_all(account).await?;
    for factor in before {
        let used = present.iter().find(|present| present.id == factor.id);
        let used_step = used.map_or(factor.used_step, |present| present.used_step.max(factor.used_step));
        let passkey = used.map_or(&factor.passkey, |present| &present.passkey).clone();
        factors::insert(account, &FactorRow { used_step, passkey, ..factor.clone() }).await?;
    }
    for digest in codes {
        if spent::find(account.tx(), digest, now).await?.is_none() {
            recovery_codes::insert(account.tx(), id, digest).await?;
        }
    }
    Ok(())
}

/// Locks everybody out until an admin decides, stores the former address as a claim, and informs both addresses.
async fn freeze(
    app: &App,
    account: &mut Locked<'_>,
    before: &UndoSnapshot,
    asked: &Caller,
) -> Result<(), Error> {
    let now = app.now();
    account.block_resets(FOREVER).await?;
    let (tx, account) = account.parts();
    let claim = Claim {
        account_id: account.id,
        email: before.email.clone(),
        email_key: before.email_key(),
        phone: before.phone.clone(),
        phone_usable_at: before.phone_usable_at,
        username: before.usernames.iter().flatten().next().cloned(),
        claimed_at: now,
    };
    claims::insert(tx, &claim).await?;
    let mail = Message::mail(asked.locale, &before.email, "frozen-claimed").asked(asked);
    mail.post(app, tx, Some(account.id), None, now + NOTICE_LIFE).await?;
    if account.state() != AccountState::Frozen {
        let mail = Message::mail(asked.locale, &account.email, "frozen").asked(asked);
        mail.post(app, tx, Some(account.id), None, now + NOTICE_LIFE).await?;
    }
    Event::new(EventKind::AccountFrozen, account.id).from(asked).detail(&before.notice).write(app, tx).await
}

/// Ends older "this wasn't me" links to the same address, after a reset that began with one. Those to other addresses
/// stay: otherwise a thief could use a link of their own to end the one that leads back to the owner's address.
///
/// # Errors
/// [`Error::Database`].
pub async fn settle(app: &App, account: &mut Locked<'_>) -> Result<(), Error> {
    let (id, undone_at) = (account.id, account.undone_at);
    if undone_at == Time::default() {
        return Ok(());
    }
    for row in keys::undo_before(account.tx(), id, undone_at).await? {
        let before = UndoSnapshot::unseal(app, row.sealed.as_deref());
        if before.is_none_or(|before| before.email_key() == account.email_key()) {
            account.spend(row.id, Time::default()).await?;
        }
    }
    Ok(())
}

/// Ends a freeze as an admin decided: gives the account to `claim`, without second factors, or leaves it at its present
/// address if that is `None`, and mails a key there. All claims end. False if the claimed address is not available.
///
/// # Errors
/// [`Error::Database`].
pub async fn decide(
    app: &App,
    account: &mut Locked<'_>,
    claim: Option<&Claim>,
    actor: &Actor,
) -> Result<bool, Error> {
    let (now, id) = (app.now(), account.id);
    if let Some(claim) = claim {
        if !account.set_email(&claim.email, &claim.email_key, now - *UNDO).await? {
            return Ok(false);
        }
        account.set_phone(claim.phone.as_deref(), claim.phone_usable_at).await?;
        restore_username(account, claim.username.as_deref(), now).await?;
        // They may be the intruder's.
        factors::remove_all(account).await?;
        account.end_everything(now).await?;
    }
    claims::end(account.tx(), id).await?;
    keys::end(account.tx(), id, Purpose::Undo).await?;
    former_addresses::forget(account.tx(), id).await?;
    account.block_resets(now).await?;
    let kind = if claim.is_some() { EventKind::AccountGivenBack } else { EventKind::AccountHoldLifted };
    Event::new(kind, id).by(actor).write(app, account.tx()).await?;
    account.reread().await?;
    if account.enabled {
        issue(app, account, letter("decided"), Requester::Trusted, actor.asked()).await?;
    }
    Ok(true)
}
