//! Common part of `second_key` and `sms_approved`: the button that sends a code, and the form that takes it with the
//! password.

use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    complete::{SpentCode, choose, late, spend},
    send_code::{MAX_CODES, is_elsewhere, until},
    ticket::{Ticket, TicketShown},
};
use crate::{
    account::notice,
    auth::code::{self, CodeKind, Tried},
    base::{Error, factor::FactorKind, fault::Fault},
    hashing::password::Password,
    http::{Outcome, Page, Refusal, Visit},
    policy::strategy::Strategy,
    store::{
        accounts,
        keys::{self, KeyRow},
        spent,
    },
    view::shown::Until,
};

/// Id of the field for the code, and of the button for another.
const CODE: &str = "code";

/// Answers a form without a live code: with the page `button`, to request another, unless the key was spent meanwhile.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn no_code<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    typed: Option<Password>,
    button: Page,
) -> Result<Outcome, Error> {
    if is_spent(site, ticket).await? {
        return late(site, ticket.account.id, &ticket.key.digest, typed).await;
    }
    Ok(button.refused(Refusal::at(CODE, Fault::new("fault-code-dead"))))
}

/// True if the key has ended while the request was under way.
async fn is_spent<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Result<bool, Error> {
    let found = spent::find(&mut site.read().await?, &ticket.key.digest, site.now()).await?;
    Ok(found.is_some_and(|key| key.is_over()))
}

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

/// The button that sends a code.
#[derive(Serialize)]
pub struct CodeButton {
    ticket: TicketShown,
    /// Whether the key is in use in another browser.
    elsewhere: bool,
    /// Whether it has codes left.
    more: bool,
}

impl CodeButton {
    /// Returns the one of a ticket.
    pub fn of<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Self {
        Self {
            ticket: ticket.shown(site, 2),
            elsewhere: is_elsewhere(site, ticket),
            more: ticket.key.codes_issued < MAX_CODES,
        }
    }

    /// Returns samples.
    pub fn samples(strategy: Strategy) -> Vec<Self> {
        let button = |elsewhere, more| Self { ticket: TicketShown::sample(strategy, 2), elsewhere, more };
        let texted = TicketShown::texted(strategy, 2);
        vec![button(false, true), button(true, true), Self { ticket: texted, ..button(false, false) }]
    }
}

/// The form for a code.
#[derive(Serialize)]
pub struct CodeForm {
    ticket: TicketShown,
    /// Whether the key has codes left.
    more: bool,
    #[serde(flatten)]
    until: Until,
    /// Seconds until the code expires.
    seconds: u64,
    /// Tries left.
    tries: i64,
    /// Whether it also signs in.
    login_after: bool,
}

impl CodeForm {
    /// Returns the one of a ticket and a code.
    pub fn of<S>(site: &Visit<'_>, ticket: &Ticket<S>, row: &KeyRow, tries: i64) -> Self {
        let (until, now) = (until(ticket, row), site.now());
        Self {
            ticket: ticket.shown(site, 3),
            more: ticket.key.codes_issued < MAX_CODES,
            until: Until::new(site.locale, until, now),
            seconds: now.until(until).as_secs(),
            tries,
            login_after: ticket.policy.login_after,
        }
    }

    /// Returns samples.
    pub fn samples(strategy: Strategy) -> Vec<Self> {
        let form = |tries, more, login_after| {
            let (ticket, until) = (TicketShown::sample(strategy, 3), Until::sample());
            Self { ticket, more, until, seconds: 300, tries, login_after }
        };
        let texted = Self { ticket: TicketShown::texted(strategy, 3), ..form(0, false, true) };
        vec![form(3, true, true), form(3, false, false), form(0, true, true), texted]
    }
}

/// Checks the code and the new password, and completes the reset; if refused, returns the tries left and the
/// refusal. An unacceptable password costs no try, and the code need not be typed again. `proves` is the second factor that
/// the code also proves.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`]; nothing has happened then, except that a try may be counted.
pub async fn approve<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    (row, proves): (&KeyRow, Option<FactorKind>),
    (typed, new): (Option<Zeroizing<String>>, Option<Password>),
    mut refusal: Refusal,
) -> Result<Result<Outcome, (i64, Refusal)>, Error> {
    let new = choose(site, &ticket.account, new, &mut refusal).await?;
    let (Some(typed), Some(new)) = (typed, new) else { return Ok(Err((code::TRIES - row.tries, refusal))) };
    let tried = try_code(site, ticket, row, &typed).await?;
    let is_late = matches!(tried, Tried::Dead) && is_spent(site, ticket).await?;
    match tried.left() {
        Some(_) if is_late => late(site, ticket.account.id, &ticket.key.digest, Some(new)).await.map(Ok),
        Some(left) => Ok(Err((left, refusal.with(CODE, code::wrong(left))))),
        None => {
            let code = Some(SpentCode { id: row.id, proves });
            let ended = spend(site, &ticket.account, &ticket.policy, &ticket.key, code, new).await?;
            Ok(Ok(ended.outcome))
        }
    }
}

/// Tries a code, and notifies the owner when wrong tries have used it up.
///
/// # Errors
/// [`Error::Database`]; the try may have been counted then.
pub async fn try_code<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    row: &KeyRow,
    typed: &str,
) -> Result<Tried, Error> {
    let tried = code::try_out(site, row, typed).await?;
    if let Tried::Wrong(0) = tried {
        let mut tx = site.begin().await?;
        // As it is now: it may have been closed since the ticket was read.
        if let Some(account) = accounts::lock(&mut tx, ticket.account.id, site.now()).await? {
            let (held, account) = account.into_parts();
            notice::post(site.app, held, &account, &account.email, "code-failed", &site.caller()).await?;
        }
        tx.commit().await?;
    }
    Ok(tried)
}
