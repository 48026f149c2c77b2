//! Common part of `second_key` and `sms_approved`: a button sends a code, and a form takes it with the password.

use std::time::Duration;

use super::{
    complete::{choose, late, spend},
    ticket::Ticket,
};
use crate::{
    account::notice,
    auth::code::{self, Bound, CodeKind, Tried},
    base::{Error, clock::Time, fault::Fault, key::Key},
    core::event::{Event, EventKind},
    http::{Answer, Faults, Fields, Page, Visit},
    outbox::message::Message,
    store::{
        Tx,
        accounts::{self, Account},
        keys::{self, KeyRow},
        outbox, spent,
    },
    view::format,
};

/// Answers a form without a live code: with the page `button`, to request another, unless the key was spent meanwhile.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn no_code<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    fields: &Fields,
    button: Page,
) -> Result<Answer, Error> {
    if is_spent(site, ticket).await? {
        let typed = fields.password("new_password").ok();
        return late(site, ticket.account.id, &ticket.key.digest, typed).await;
    }
    Ok(button.faults(Faults::of("code", Fault::new("fault-code-dead"))).into())
}

/// True if the key has ended while the request was under way.
async fn is_spent<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Result<bool, Error> {
    let found = spent::find(&mut site.read().await?, &ticket.key.digest, site.now()).await?;
    Ok(found.is_some_and(|key| key.is_over()))
}

/// Most codes for one key.
const MAX_CODES: i64 = 3;

/// Returns the live code that this browser requested with this key.
///
/// # Errors
/// [`Error::Database`].
pub async fn pending<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    kind: &CodeKind,
) -> Result<Option<KeyRow>, Error> {
    let Some(browser_id) = site.browser_id() else { return Ok(None) };
    let row = keys::of_account(&mut site.read().await?, ticket.account.id, kind.purpose, site.now()).await?;
    Ok(row.filter(|row| row.parent == Some(ticket.key.id) && row.browser.as_deref() == Some(&browser_id)))
}

/// Issues a code in `tx`, which the caller must commit; `None` if the account has changed, or the key is bound to
/// another browser, has codes_issued enough codes, or codes_issued one less than `pause` ago.
///
/// # Errors
/// [`Error::Database`].
pub async fn issue_code<S>(
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
pub async fn send<S>(
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

/// Returns the expiry of a code: its own or its key's, whichever comes first.
pub fn until<S>(ticket: &Ticket<S>, row: &KeyRow) -> Time {
    row.expires_at.min(ticket.key.expires_at)
}

/// Adds to the page with the button whether the key is in use in another browser, and whether it has codes left.
pub fn offered<S>(page: Page, site: &Visit<'_>, ticket: &Ticket<S>) -> Page {
    page.with("ticket", ticket.shown(site, 2))
        .with("elsewhere", is_elsewhere(site, ticket))
        .with("more", ticket.key.codes_issued < MAX_CODES)
}

/// Returns the name of the sentence that tells on the next page why no code was sent.
pub fn why_none<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> &'static str {
    if is_elsewhere(site, ticket) { "told-code-elsewhere" } else { "told-no-more-codes" }
}

fn is_elsewhere<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> bool {
    ticket.key.browser.is_some() && ticket.key.browser != site.browser_id()
}

/// Adds to the form for a code its expiry and the tries left.
pub fn shown<S>(page: Page, site: &Visit<'_>, ticket: &Ticket<S>, row: &KeyRow, tries: i64) -> Page {
    let until = until(ticket, row);
    page.with("ticket", ticket.shown(site, 3))
        .with("more", ticket.key.codes_issued < MAX_CODES)
        .with("until", format::clock(until))
        .with("minutes", format::minutes(site.now().until(until)))
        .with("seconds", site.now().until(until).as_secs())
        .with("tries", tries)
        .with("login_after", ticket.policy.login_after)
}

/// Checks the code and the new password, and completes the reset; if refused, returns the tries left and the faults. An
/// unacceptable password costs no try, and the code need not be typed again.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`]; nothing has happened then, except that a try may be counted.
pub async fn approve<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    row: &KeyRow,
    fields: &Fields,
) -> Result<Result<Answer, (i64, Faults)>, Error> {
    let mut faults = Faults::default();
    let typed = faults.take("code", fields.required("code", 100));
    let new = choose(site, &ticket.account, fields, &mut faults).await?;
    let (Some(typed), Some(new)) = (typed, new) else { return Ok(Err((code::TRIES - row.tries, faults))) };
    let tried = code::try_out(site, row, typed).await?;
    if let Tried::Wrong(0) = tried {
        tell(site, &ticket.account).await?;
    }
    let is_late = matches!(tried, Tried::Dead) && is_spent(site, ticket).await?;
    match tried.left() {
        Some(_) if is_late => late(site, ticket.account.id, &ticket.key.digest, Some(new)).await.map(Ok),
        Some(left) => Ok(Err((left, Faults::of("code", code::wrong(left))))),
        None => spend(site, &ticket.account, &ticket.policy, &ticket.key, Some(row.id), new).await.map(Ok),
    }
}

/// Returns the page of a refused form, which keeps the code unless that was wrong.
pub fn refused(page: Page, fields: &Fields, faults: Faults) -> Page {
    let code = if faults.name("code") { "" } else { fields.get("code").unwrap_or_default() };
    page.typed("code", code).faults(faults)
}

/// Notifies the owner that wrong tries have used up a code.
async fn tell(site: &Visit<'_>, account: &Account) -> Result<(), Error> {
    let mut tx = site.begin().await?;
    notice::post(site.app, &mut tx, account, &account.email, "code-failed", &site.caller()).await?;
    tx.commit().await
}
