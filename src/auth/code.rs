//! What a person types and what is short: codes and second keys, with a counter each, one per account, one per client.
//!
//! Stored is an HMAC bound to the code's own row and to the browser. A try is counted before anything is compared; who
//! is right gets it back, so that a right code with a weak password stays good.

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
    core::{event::Event, limits::RateLimit},
    http::Visit,
    store::{
        Tx,
        keys::{self, KeyRow},
    },
};

/// A kind of code.
pub struct CodeKind {
    /// What it is for.
    pub purpose: Purpose,
    /// How long it is good.
    pub life: Duration,
    /// Makes one.
    pub make: fn(Random) -> Result<Key, Error>,
}

/// What a code opens, and for whom.
pub struct Bound<'a> {
    /// Whose it is.
    pub account: Uuid,
    /// The key it belongs to.
    pub parent: Option<Uuid>,
    /// Digest of the mark of the browser that asked for it.
    pub browser: &'a [u8],
    /// What goes with it.
    pub sealed: Option<Vec<u8>>,
}

/// What became of a try.
pub enum Tried {
    /// It was right.
    Right,
    /// It was wrong; this many tries are left, perhaps none.
    Wrong(i64),
    /// It was not tried, as no tries are left: ask for another code.
    Dead,
}

impl Tried {
    /// How many tries are left; none of a right one.
    pub fn left(&self) -> Option<i64> {
        match *self {
            Tried::Right => None,
            Tried::Wrong(left) => Some(left),
            Tried::Dead => Some(0),
        }
    }
}

/// Makes a code in place of the account's former one for the same purpose.
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
    keys::end(tx, bound.account, kind.purpose.name()).await?;
    keys::insert(tx, &row).await?;
    Ok((row, code))
}

/// Tries a code, in a transaction of its own: a wrong try stays counted whatever happens next.
///
/// # Errors
/// [`Error::Database`]; nothing was compared then.
pub async fn try_out(site: &Visit<'_>, row: &KeyRow, typed: &str) -> Result<Tried, Error> {
    let now = site.now();
    let (of, from) = (RateLimit::CodeOf(row.account_id.as_bytes()), RateLimit::CodeFrom(site.client.address));
    let mut tx = site.begin().await?;
    let tries = keys::count_try(&mut tx, row.id, TRIES, now).await?;
    let mut allowed = from.allow(site.app, &mut tx).await?.is_yes();
    // Of a dead code nothing is compared: such tries use up nobody's day.
    if allowed && tries.is_some() {
        allowed = of.allow(site.app, &mut tx).await?.is_yes();
    }
    tx.commit().await?;
    let Some(tries) = tries.filter(|_| allowed) else { return Ok(Tried::Dead) };
    let (code, browser_id) = (Key::parse_code(typed), site.browser_id().unwrap_or_default());
    let right = site.keyring.verifies(
        &row.digest,
        "code",
        &[code.expose().as_bytes(), row.id.as_bytes(), &browser_id],
    );
    let mut tx = site.begin().await?;
    if right {
        keys::forgive_try(&mut tx, row.id).await?;
        for counted in [of, from] {
            counted.refund(site.app, &mut tx).await?;
        }
        tx.commit().await?;
        return Ok(Tried::Right);
    }
    Event::new("code.failed", row.account_id)
        .from(&site.caller())
        .detail(&row.purpose)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    Ok(Tried::Wrong(TRIES - tries))
}

/// What is said of a wrong code with so many tries left.
pub fn wrong(tries: i64) -> Fault {
    match usize::try_from(tries) {
        Ok(tries @ 1..) => Fault::new("fault-code").with("tries", tries),
        _ => Fault::new("fault-code-dead"),
    }
}
