//! What the page after a form shows, sealed in a cookie: reload, Back and a restored tab find it again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CookieName, Page, Visit};
use crate::{
    base::{Error, clock::Time},
    view::format,
};

const PURPOSE: &str = "kept";
/// How long such a page stays true enough to be shown again.
const LIFE: Duration = Duration::from_secs(60 * 60);
/// How many of them a browser has at most, the last ones.
const MOST: usize = 4;

/// What one page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    /// Its path.
    pub place: String,
    /// The address that was typed, or that whoever came here has shown to know.
    pub email: String,
    /// Until when what it tells of is good.
    pub until: Option<Time>,
    /// Whether all was done that was asked for.
    pub whole: bool,
    at: Time,
}

impl Visit<'_> {
    /// Keeps `email` for the page at `place`.
    ///
    /// # Errors
    /// As [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn keep(&self, place: &str, email: &str) -> Result<(), Error> {
        self.keep_all(place, email, None, true)
    }

    /// The same with until when what it tells of is good, and whether all was done.
    ///
    /// # Errors
    /// As [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn keep_all(&self, place: &str, email: &str, until: Option<Time>, whole: bool) -> Result<(), Error> {
        let (place, email) = (place.to_owned(), email.to_owned());
        let mut all = self.all_kept();
        all.retain(|kept| kept.place != place);
        all.insert(0, Kept { place, email, until, whole, at: self.now() });
        all.truncate(MOST);
        self.seal(CookieName::Kept, PURPOSE, &all)
    }

    /// The page at `place` that says what comes of a form: a message, or when it may be asked for again.
    pub fn sent(&self, name: &'static str, place: &str) -> Page {
        let kept = self.kept(place);
        let again = kept.as_ref().filter(|kept| !kept.whole).and_then(|kept| kept.until);
        Page::new(name)
            .with("again", again.map(format::next_minute))
            .with("email", kept.map(|kept| kept.email))
    }

    /// What was kept for the page at `place`.
    pub fn kept(&self, place: &str) -> Option<Kept> {
        self.all_kept().into_iter().find(|kept| kept.place == place)
    }

    /// The address that this browser was last concerned with: nobody has to type it twice.
    pub fn last_address(&self) -> Option<String> {
        self.all_kept().into_iter().next().map(|kept| kept.email).filter(|email| !email.is_empty())
    }

    fn all_kept(&self) -> Vec<Kept> {
        let mut all: Vec<Kept> = self.unseal(CookieName::Kept, PURPOSE).unwrap_or_default();
        all.retain(|kept| kept.at + LIFE > self.now());
        all
    }
}
