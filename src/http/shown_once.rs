//! Secrets that a page shows until somebody says that they have written them down: sealed in a cookie of that browser.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{CookieName, Visit};
use crate::base::{Error, clock::Time};

/// Time for which they may be shown again.
const LIFE: Duration = Duration::from_secs(10 * 60);

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    at: Time,
    secret: T,
}

/// Keeps a secret for the page that shows it.
///
/// # Errors
/// Same as [`Visit::seal`].
pub fn keep<T: Serialize>(
    site: &Visit<'_>,
    cookie_name: CookieName,
    purpose: &str,
    secret: T,
) -> Result<(), Error> {
    site.seal(cookie_name, purpose, &Kept { at: site.now(), secret })
}

/// Returns the secret that was kept, if it may be shown still.
pub fn kept<T: DeserializeOwned>(site: &Visit<'_>, cookie_name: CookieName, purpose: &str) -> Option<T> {
    let kept: Kept<T> = site.unseal(cookie_name, purpose)?;
    (kept.at + LIFE > site.now()).then_some(kept.secret)
}
