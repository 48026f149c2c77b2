//! Secrets that a page shows until their owner says that they have written them down: sealed in a cookie of that browser.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{CookieName, Visit};
use crate::base::{Error, clock::Time};

/// Time for which they may be shown again.
const LIFE: Duration = Duration::from_secs(10 * 60);

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    /// The account that it is for.
    whose: Uuid,
    at: Time,
    secret: T,
}

/// Keeps a secret of an account for the page that shows it.
///
/// # Errors
/// Same as [`Visit::seal`].
pub fn keep<T: Serialize>(
    site: &Visit<'_>,
    cookie_name: CookieName,
    purpose: &str,
    whose: Uuid,
    secret: T,
) -> Result<(), Error> {
    site.seal(cookie_name, purpose, &Kept { whose, at: site.now(), secret })
}

/// Returns the secret that was kept, if it may be shown still; to somebody who is signed in, only their own.
pub fn kept<T: DeserializeOwned>(
    site: &Visit<'_>,
    cookie_name: CookieName,
    purpose: &str,
    me: Option<Uuid>,
) -> Option<T> {
    let kept: Kept<T> = site.unseal(cookie_name, purpose)?;
    let is_theirs = me.is_none_or(|me| me == kept.whose);
    (is_theirs && kept.at + LIFE > site.now()).then_some(kept.secret)
}
