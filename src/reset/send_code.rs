//! Sends a code for a reset by mail or text: good in one browser, a few for each key.

use std::time::Duration;

use super::{second_step::pending, ticket::Ticket};
use crate::{
    auth::code::{self, Bound, CodeKind, PAUSE, wait},
    base::{
        Error,
        clock::Time,
        key::{Key, Purpose},
    },
    core::event::{Event, EventKind},
    http::{Visit, device, flash::Announcement, throttle},
    outbox::message::Message,
    store::{
        Tx, accounts,
        keys::{self, KeyRow},
        outbox,
    },
};

/// A mailed code.
pub const MAILED: CodeKind =
    CodeKind { purpose: Purpose::Second, life: Duration::from_secs(10 * 60), make: Key::second };
/// A texted code.
pub const TEXTED: CodeKind =
    CodeKind { purpose: Purpose::Approval, life: Duration::from_secs(5 * 60), make: Key::code };
/// Most codes for one key.
pub const MAX_CODES: i64 = 3;

/// Mails a code to the account's address, or says why none is sent.
///
/// # Errors
/// [`Error::Database`].
pub async fn mail<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Result<Result<(), Announcement>, Error> {
    let mut tx = site.begin().await?;
    let Some((row, key)) = issue(site, &mut tx, ticket, &MAILED, Duration::ZERO).await? else {
        return Ok(Err(why_none(site, ticket)));
    };
    let mail = Message::mail(site.locale, &ticket.account.email, "second-key")
        .code(key.expose(), until(ticket, &row))
        .asked(&site.caller());
    post(site, tx, ticket, &row, mail).await.map(Ok)
}

/// Texts a code to `phone`, the account's usable phone, or says why none is sent.
///
/// # Errors
/// [`Error::Database`].
pub async fn text<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    phone: &str,
) -> Result<Result<(), Announcement>, Error> {
    let former = pending(site, ticket, &TEXTED).await?;
    if let Some(seconds) = former.map(|row| wait(site, &row)).filter(|seconds| *seconds > 0) {
        return Ok(Err(Announcement::count("flash-wait", seconds)));
    }
    let known = device::known(site, &ticket.account.email_key());
    let mut tx = site.begin().await?;
    let issued = issue(site, &mut tx, ticket, &TEXTED, PAUSE).await?;
    let allowed = throttle::text_allowed(site.app, &mut tx, phone, known.as_ref().into(), &site.caller())
        .await?
        .is_yes();
    let (Some((row, code)), true) = (issued, allowed) else {
        drop(tx);
        if allowed {
            return Ok(Err(why_none(site, ticket)));
        }
        // The rollback also removed the audit event of the refusal: count again to record it.
        let mut tx = site.begin().await?;
        throttle::text_allowed(site.app, &mut tx, phone, known.as_ref().into(), &site.caller()).await?;
        tx.commit().await?;
        return Ok(Err(Announcement::new("flash-texts-limit")));
    };
    let text = Message::text(site.locale, phone, "code").code(code.expose(), until(ticket, &row));
    post(site, tx, ticket, &row, text).await.map(Ok)
}

/// Returns the expiry of a code: its own or its key's, whichever comes first.
pub fn until<S>(ticket: &Ticket<S>, row: &KeyRow) -> Time {
    row.expires_at.min(ticket.key.expires_at)
}

/// Issues a code in `tx`, which the caller must commit; `None` if the account has changed, or the key is bound to
/// another browser, has had all its codes, or the last one less than `pause` ago.
///
/// # Errors
/// [`Error::Database`].
async fn issue<S>(
    site: &Visit<'_>,
    tx: &mut Tx,
    ticket: &Ticket<S>,
    kind: &CodeKind,
    pause: Duration,
) -> Result<Option<(KeyRow, Key)>, Error> {
    let (account, now, browser) = (&ticket.account, site.now(), site.ensure_browser_id()?);
    let Some(locked) = accounts::lock_unchanged(tx, account, now).await? else { return Ok(None) };
    let (tx, account) = locked.into_parts();
    let former = keys::of_account(tx, account.id, kind.purpose, now).await?;
    let early = former.is_some_and(|row| row.parent == Some(ticket.key.id) && row.issued_at + pause > now);
    if early || !keys::claim(tx, ticket.key.id, (&browser, site.client.browser), MAX_CODES, now).await? {
        return Ok(None);
    }
    let bound = Bound { account: account.id, parent: Some(ticket.key.id), browser: &browser, sealed: None };
    code::issue(site.app, tx, kind, bound).await.map(Some)
}

/// Posts the message that carries a code, and commits.
///
/// # Errors
/// [`Error::Database`].
async fn post<S>(
    site: &Visit<'_>,
    mut tx: Tx,
    ticket: &Ticket<S>,
    row: &KeyRow,
    message: Message,
) -> Result<(), Error> {
    let account = &ticket.account;
    outbox::drop_orphans(&mut tx, account.id).await?;
    message.post(site.app, &mut tx, Some(account.id), Some(row.id), row.expires_at).await?;
    let asked = site.caller();
    Event::new(EventKind::ResetCodeSent, account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Says why no code was sent.
fn why_none<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Announcement {
    Announcement::new(if is_elsewhere(site, ticket) { "flash-code-elsewhere" } else { "flash-no-more-codes" })
}

/// True if the key is in use in another browser.
pub fn is_elsewhere<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> bool {
    ticket.key.browser.is_some() && ticket.key.browser != site.browser_id()
}
