//! The short code of a mailed reset: typed in the browser that requested it, it does the same as the link.
//!
//! It is derived from the key's row, the browser's id and the request, and never stored. A try is counted by request,
//! by address and by client before anything is compared, at the same cost for an address without an account.

use std::time::Duration;

use rocket::post;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{issue::unseal, request::sent, ticket::Issued};
use crate::{
    app::App,
    base::{
        Error,
        clock::Time,
        fault::Fault,
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::Place,
    },
    http::{CookieName, Outcome, Paced, SameOrigin, Visit, device, form::form, keyed},
    store::{
        Conn, accounts,
        keys::{self, KeyRow},
    },
};

const PURPOSE: &str = "reset code";
const SEALED: &str = "requested";
/// Time for which a browser keeps its request: no key lives longer.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// Random id of a request for a reset, to distinguish those of one browser. When sealed, all have the same length.
pub type RequestedId = Uuid;

/// The last request for a reset in a browser, sealed in a cookie.
#[derive(Clone, Serialize, Deserialize)]
pub struct Requested {
    /// The address that was typed.
    pub email: String,
    /// The same in its canonical form.
    pub email_key: String,
    /// Id of the request whose message carries a code for this browser; `None` if all were over a limit.
    pub id: Option<RequestedId>,
    /// Time of the next permitted request, if this one was over a limit.
    pub again: Option<Time>,
    /// Time of the request.
    pub at: Time,
}

impl Requested {
    /// Returns the last request for a reset in this browser.
    pub fn of(site: &Visit<'_>) -> Option<Self> {
        let requested: Self = site.unseal(CookieName::Requested, SEALED)?;
        (requested.at + LIFE > site.now()).then_some(requested)
    }

    /// Stores it in the browser's cookie.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn keep(&self, site: &Visit<'_>) -> Result<(), Error> {
        site.seal(CookieName::Requested, SEALED, self)
    }
}

/// Returns the code of a key, for the browser with this id and its request.
pub fn code(app: &App, row: &KeyRow, browser_id: &[u8], requested: &RequestedId) -> Key {
    Key::of_mac(&app.keyring.mac(PURPOSE, &[row.id.as_bytes(), browser_id, requested.as_bytes()]))
}

form! {
    /// The form for the code of a mailed reset.
    pub struct TypedForm {
        /// The code, or the whole key or link.
        code: Zeroizing<String> = code(500).enter("go"),
    }
}

/// Takes the code, or the whole key or link, in the browser that requested the message.
#[post("/reset/sent", data = "<form>")]
pub async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<TypedForm>) -> Result<Outcome, Error> {
    let Some(requested) = Requested::of(&site) else { return Ok(Outcome::go(Place::Reset)) };
    let page = || sent(&site, Some(&requested));
    let (typed, refusal) = match form.0.whole() {
        Ok((TypedForm { code }, refusal)) => (code, refusal),
        Err(refusal) => return Ok(page().refused(refusal)),
    };
    let refused = |fault| Ok(page().refused(refusal.with(TypedForm::AT.code, fault)));
    if let Some(key) = Key::parse_typed(&typed) {
        return keyed::follow::<Issued>(&site, &key).await;
    }
    let (Some(id), Some(browser_id)) = (requested.id, site.browser_id()) else {
        return refused(Fault::new("fault-key"));
    };
    let of = match device::known(&site, &requested.email_key) {
        Some(known) => RateLimit::ResetCodeBy(known.device, &requested.email_key),
        None => RateLimit::ResetCodeFor(&requested.email_key),
    };
    let counts = [RateLimit::ResetCode(id.as_bytes()), of, RateLimit::CodeFrom(site.client.address)];
    let mut tx = site.begin().await?;
    let mut allowed = true;
    for count in counts {
        allowed &= count.allow(site.app, &mut tx).await?.is_yes();
    }
    tx.commit().await?;
    if !allowed {
        return refused(Fault::new("fault-reset-code-dead"));
    }
    let (account, found) = find(&site, &requested, &id, &browser_id, &Key::parse_code(&typed)).await?;
    let mut tx = site.begin().await?;
    let Some(key) = found.and_then(|row| unseal(site.app, &row)) else {
        let event =
            account.map_or(Event::of_site(EventKind::CodeFailed), |id| Event::new(EventKind::CodeFailed, id));
        event.from(&site.caller()).detail(PURPOSE).write(site.app, &mut tx).await?;
        tx.commit().await?;
        return refused(Fault::new("fault-key"));
    };
    for count in counts {
        count.refund(site.app, &mut tx).await?;
    }
    tx.commit().await?;
    keyed::follow::<Issued>(&site, &key).await
}

/// Returns the account of a request, and the live key whose code was typed. Compares even if there is none.
async fn find(
    site: &Visit<'_>,
    requested: &Requested,
    id: &RequestedId,
    browser_id: &[u8],
    typed: &Key,
) -> Result<(Option<Uuid>, Option<KeyRow>), Error> {
    let mut conn: Conn = site.read().await?;
    let account =
        accounts::find_by_email(&mut conn, &requested.email_key).await?.filter(|account| account.enabled);
    let account = account.map(|account| account.id);
    let mut found = None;
    for purpose in [Purpose::Reset, Purpose::Restart] {
        let row = keys::of_account(&mut conn, account.unwrap_or_default(), purpose, site.now()).await?;
        let row_id = row.as_ref().map_or(Uuid::nil(), |row| row.id);
        let parts: [&[u8]; 3] = [row_id.as_bytes(), browser_id, id.as_bytes()];
        let right = site.keyring.macs(PURPOSE, &parts).fold(false, |found, mac| {
            found | bool::from(Key::of_mac(&mac).expose().as_bytes().ct_eq(typed.expose().as_bytes()))
        });
        found = found.or(row.filter(|_| right));
    }
    Ok((account, found))
}
