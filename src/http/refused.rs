//! A form that was refused: the answer leads to its page, which says what is wrong and has what was typed, so that neither
//! reload nor Back sends the form again. Until that page comes, both wait in a sealed cookie.

use std::time::Duration;

use rocket::Request;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CookieName, Visit};
use crate::base::clock::Time;

const PURPOSE: &str = "refused";
/// The query of an address that shows a refused form.
const QUERY: &str = "refused";
/// How long it can be shown again.
const LIFE: Duration = Duration::from_secs(10 * 60);
/// The longest one that is kept, in bytes: browsers take cookies of 4096.
const MOST: usize = 2_500;

/// A refused form.
#[derive(Serialize, Deserialize)]
pub struct Refused {
    /// The template of its page.
    pub page: String,
    /// The address of its page.
    pub place: String,
    /// What was typed, but for passwords.
    pub typed: Map<String, Value>,
    /// What is wrong, in words, with the field of each.
    pub errors: Vec<Value>,
    /// When.
    pub at: Time,
}

impl Refused {
    /// Keeps it, and says where it is shown; none if it is too long for a cookie.
    pub fn keep(&self, site: &Visit<'_>) -> Option<String> {
        let plain = serde_json::to_vec(self).ok().filter(|plain| plain.len() <= MOST)?;
        let sealed = site.keyring.seal_text(site.random, PURPOSE, &plain).ok()?;
        site.cookies.set(CookieName::Refused, &sealed, None);
        let joint = if self.place.contains('?') { '&' } else { '?' };
        Some(format!("{}{joint}{QUERY}", self.place))
    }

    /// The one that `request` is to show on the page of a template.
    pub fn of(request: &Request<'_>, page: &str) -> Option<Self> {
        request.uri().query()?.split('&').find(|part| *part == QUERY)?;
        let site = Visit::of(request)?;
        let refused: Self = site.unseal(CookieName::Refused, PURPOSE)?;
        let here = request.uri().path();
        let place = refused.place.split('?').next();
        let fits = refused.page == page && place == Some(here.as_str()) && refused.at + LIFE > site.now();
        fits.then_some(refused)
    }

    /// Forgets the last one: its page shows what is so since.
    pub fn forget(request: &Request<'_>) {
        if let Some(site) = Visit::of(request).filter(|site| site.cookies.get(CookieName::Refused).is_some())
        {
            site.cookies.remove(CookieName::Refused);
        }
    }
}
