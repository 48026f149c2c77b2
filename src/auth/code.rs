//! Short codes that a person types, second keys included. Wrong tries are limited by code, by account and by client.
//!
//! The database holds an HMAC bound to the code's own row and to the browser. A try is counted before anything is
//! compared, and refunded if it is right, so that a right code with a weak password stays valid.

use std::time::Duration;

use uuid::Uuid;

pub use crate::core::limits::TRIES;
use crate::{
    app::App,
    base::{
        Error,
        fault::Fault,
        key::{Key, Purpose},
        random::Random,
    },
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
    },
    http::Visit,
    store::{
        Tx,
        keys::{self, KeyRow},
    },
};

/// Shortest time between two texts with codes.
pub const PAUSE: Duration = Duration::from_secs(60);

/// A kind of code.
pub struct CodeKind {
    /// Its purpose.
    pub purpose: Purpose,
    /// Its lifetime.
    pub life: Duration,
    /// Generates one.
    pub make: fn(Random) -> Result<Key, Error>,
}

/// Account, key and browser that a code is bound to.
pub struct Bound<'a> {
    /// Account it belongs to.
    pub account: Uuid,
    /// Key of the reset it belongs to, if any.
    pub parent: Option<Uuid>,
    /// Digest of the id of the browser that requested it.
    pub browser: &'a [u8],
    /// Associated data (a new phone), sealed.
    pub sealed: Option<Vec<u8>>,
}

/// Result of a try.
pub enum Tried {
    /// It was right.
    Right,
    /// It was wrong; this many tries are left, perhaps none.
    Wrong(i64),
    /// It was not compared, because no tries are left: another code is needed.
    Dead,
}

impl Tried {
    /// Returns the number of tries left; `None` if the code was right.
    pub fn left(&self) -> Option<i64> {
        match *self {
            Tried::Right => None,
            Tried::Wrong(left) => Some(left),
            Tried::Dead => Some(0),
        }
    }
}

/// Issues a code, which replaces the account's former one for the same purpose.
///
/// # Errors
/// [`Error::Database`].
pub async fn issue(
    app: &App,
    tx: &mut Tx,
    kind: &CodeKind,
    bound: Bound<'_>,
) -> Result<(KeyRow, Key), Error> {
    let code = (kind.make)(app.random)?;
    let mut row = KeyRow {
        parent: bound.parent,
        browser: Some(bound.browser.to_vec()),
        sealed: bound.sealed,
        ..app.key_row(bound.account, kind.purpose, Vec::new(), kind.life)?
    };
    row.digest = app.keyring.mac("code", &[code.expose().as_bytes(), row.id.as_bytes(), bound.browser]);
    keys::end(tx, bound.account, kind.purpose).await?;
    keys::insert(tx, &row).await?;
    Ok((row, code))
}

/// Returns the seconds until another code may be requested by text.
pub fn wait(site: &Visit<'_>, row: &KeyRow) -> u64 {
    site.now().until(row.issued_at + PAUSE).as_millis().div_ceil(1000) as u64
}

/// Tries a code, in transactions of its own: a wrong try stays counted whatever happens next.
///
/// # Errors
/// [`Error::Database`]; the try may have been counted then.
pub async fn try_out(site: &Visit<'_>, row: &KeyRow, typed: &str) -> Result<Tried, Error> {
    let now = site.now();
    let (of, from) = (RateLimit::CodeOf(row.account_id.as_bytes()), RateLimit::CodeFrom(site.client.address));
    let mut tx = site.begin().await?;
    let tries = keys::count_try(&mut tx, row.id, TRIES, now).await?;
    let mut allowed = from.allow(site.app, &mut tx).await?.is_yes();
    // A dead code is not compared, so trying it does not use up the account's limit.
    if allowed && tries.is_some() {
        allowed = of.allow(site.app, &mut tx).await?.is_yes();
    }
    tx.commit().await?;
    let Some(tries) = tries.filter(|_| allowed) else { return Ok(Tried::Dead) };
    let mut tx = site.begin().await?;
    if is_right(site, row, typed) {
        keys::forgive_try(&mut tx, row.id).await?;
        for counted in [of, from] {
            counted.refund(site.app, &mut tx).await?;
        }
        tx.commit().await?;
        return Ok(Tried::Right);
    }
    Event::new(EventKind::CodeFailed, row.account_id)
        .from(&site.caller())
        .detail(row.purpose.name())
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    Ok(Tried::Wrong(TRIES - tries))
}

/// True if a code is right in this browser. Whoever asks has counted the try.
pub(super) fn is_right(site: &Visit<'_>, row: &KeyRow, typed: &str) -> bool {
    let (code, browser_id) = (Key::parse_code(typed), site.browser_id().unwrap_or_default());
    let parts: [&[u8]; 3] = [code.expose().as_bytes(), row.id.as_bytes(), &browser_id];
    site.keyring.verifies(&row.digest, "code", &parts)
}

/// Returns the fault for a wrong code with this many tries left.
pub fn wrong(tries: i64) -> Fault {
    match usize::try_from(tries) {
        Ok(tries @ 1..) => Fault::new("fault-code").with("tries", tries),
        _ => Fault::new("fault-code-dead"),
    }
}
