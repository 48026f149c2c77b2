//! A refused form: the answer redirects to its page, which shows the errors and the typed values, so that neither
//! reload nor Back sends the form again. Until then both are kept in a sealed cookie.

use std::time::Duration;

use rocket::Request;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CookieName, Visit};
use crate::base::clock::Time;

const PURPOSE: &str = "refused";
/// Query of an address that shows a refused form.
const QUERY: &str = "refused";
/// Time for which it can be shown again.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// Largest form that is kept, in bytes: browsers accept cookies of up to 4096.
const MAX_BYTES: usize = 2_500;

/// A refused form.
#[derive(Serialize, Deserialize)]
pub struct Refused {
    /// Template of its page.
    pub page: String,
    /// Address of its page.
    pub place: String,
    /// Typed values, except for passwords.
    pub typed: Map<String, Value>,
    /// Errors in words, with their fields; in the language of the request that was refused.
    pub errors: Vec<Value>,
    /// Time of the refusal.
    pub at: Time,
}

impl Refused {
    /// Keeps it and returns the address where it is shown; `None` if it is too long for a cookie.
    pub fn keep(&self, site: &Visit<'_>) -> Option<String> {
        let plain = serde_json::to_vec(self).ok().filter(|plain| plain.len() <= MAX_BYTES)?;
        let sealed = site.keyring.seal_text(site.random, PURPOSE, &plain).ok()?;
        site.cookies.set(CookieName::Refused, &sealed, None);
        let joint = if self.place.contains('?') { '&' } else { '?' };
        Some(format!("{}{joint}{QUERY}", self.place))
    }

    /// Returns the form that `request` shows on the page of a template.
    pub fn of(request: &Request<'_>, page: &str) -> Option<Self> {
        request.uri().query()?.split('&').find(|part| *part == QUERY)?;
        let site = Visit::of(request)?;
        let refused: Self = site.unseal(CookieName::Refused, PURPOSE)?;
        let here = request.uri().path();
        let place = refused.place.split('?').next();
        let fits = refused.page == page && place == Some(here.as_str()) && refused.at + LIFE > site.now();
        fits.then_some(refused)
    }

    /// Forgets the last refused form, because its page has changed since.
    pub fn forget(request: &Request<'_>) {
        if let Some(site) = Visit::of(request).filter(|site| site.cookies.get(CookieName::Refused).is_some())
        {
            site.cookies.remove(CookieName::Refused);
        }
    }
}
