//! What `second_key` and `sms_approved` share: a button that sends a code, and a form that takes it with the password.

use std::time::Duration;

use super::{
    complete::{choose, late, spend},
    ticket::Ticket,
};
use crate::{
    account::notice,
    auth::code::{self, Bound, CodeKind, Tried},
    base::{Error, clock::Time, fault::Fault, key::Key},
    core::event::Event,
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

/// The answer to a form for which no code is live: `button` asks for another, unless the key was spent meanwhile.
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

/// Whether the key was spent while the request was on its way.
async fn is_spent<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Result<bool, Error> {
    let found = spent::find(&mut site.read().await?, &ticket.key.digest, site.now()).await?;
    Ok(found.is_some_and(|key| key.is_over()))
}

/// How many codes one key may mint.
const MINTS: i64 = 3;

/// The live code that this browser asked for with this key.
///
/// # Errors
/// [`Error::Database`].
pub async fn pending<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    kind: &CodeKind,
) -> Result<Option<KeyRow>, Error> {
    let Some(browser_id) = site.browser_id() else { return Ok(None) };
    let row =
        keys::of_account(&mut site.read().await?, ticket.account.id, kind.purpose.name(), site.now()).await?;
    Ok(row.filter(|row| row.parent == Some(ticket.key.id) && row.browser.as_deref() == Some(&browser_id)))
}

/// Makes a code in `tx`, which must end with a commit; `None` if the key is bound elsewhere, has minted enough, or did
/// so less than `pause` ago.
///
/// # Errors
/// [`Error::Database`].
pub async fn mint<S>(
    site: &Visit<'_>,
    tx: &mut Tx,
    ticket: &Ticket<S>,
    kind: &CodeKind,
    pause: Duration,
) -> Result<Option<(KeyRow, Key)>, Error> {
    let (account, now, browser) = (&ticket.account, site.now(), site.ensure_browser_id()?);
    let Some(locked) = accounts::lock_unchanged(tx, account, now).await? else { return Ok(None) };
    let (tx, account) = locked.into_parts();
    let former = keys::of_account(tx, account.id, kind.purpose.name(), now).await?;
    let early = former.is_some_and(|row| row.parent == Some(ticket.key.id) && row.issued_at + pause > now);
    if early || !keys::press(tx, ticket.key.id, (&browser, site.client.browser), MINTS, now).await? {
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
    Event::new("reset.code_sent", account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Until when a code is good: until itself or its key dies.
pub fn until<S>(ticket: &Ticket<S>, row: &KeyRow) -> Time {
    row.expires_at.min(ticket.key.expires_at)
}

/// What the page with the button shows: whether the key is in use in another browser, and whether it has codes left.
pub fn offered<S>(page: Page, site: &Visit<'_>, ticket: &Ticket<S>) -> Page {
    page.with("ticket", ticket.shown(site, 2))
        .with("elsewhere", is_elsewhere(site, ticket))
        .with("more", ticket.key.minted < MINTS)
}

/// Why no code was sent, for the next page to say.
pub fn why_none<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> &'static str {
    if is_elsewhere(site, ticket) { "told-code-elsewhere" } else { "told-no-more-codes" }
}

fn is_elsewhere<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> bool {
    ticket.key.browser.is_some() && ticket.key.browser != site.browser_id()
}

/// What the form for a code shows of it.
pub fn shown<S>(page: Page, site: &Visit<'_>, ticket: &Ticket<S>, row: &KeyRow, tries: i64) -> Page {
    let until = until(ticket, row);
    page.with("ticket", ticket.shown(site, 3))
        .with("more", ticket.key.minted < MINTS)
        .with("until", format::clock(until))
        .with("minutes", format::minutes(site.now().until(until)))
        .with("seconds", site.now().until(until).as_secs())
        .with("tries", tries)
        .with("login_after", ticket.policy.login_after)
}

/// Takes the code with the new password: the tries left and what is wrong, or the end of the reset. A password that will
/// not do costs no try, and the code need not be typed again.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`]; nothing but a wrong try has been counted then.
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

/// The page of a refused form: a code that was not found wrong stays typed.
pub fn refused(page: Page, fields: &Fields, faults: Faults) -> Page {
    let code = if faults.name("code") { "" } else { fields.get("code").unwrap_or_default() };
    page.typed("code", code).faults(faults)
}

/// Tells the owner that a code died of wrong tries.
async fn tell(site: &Visit<'_>, account: &Account) -> Result<(), Error> {
    let mut tx = site.begin().await?;
    notice::post(site.app, &mut tx, account, &account.email, "code-failed", &site.caller()).await?;
    tx.commit().await
}
