//! Contents of the page after a form, sealed in a cookie for reload, Back and restored tabs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CookieName, Visit};
use crate::{
    base::{Error, clock::Time},
    core::place::Place,
    view::format,
};

const PURPOSE: &str = "kept";
/// Time for which such a page may be shown again.
const LIFE: Duration = Duration::from_secs(60 * 60);
/// Most such pages of a browser; the latest are kept.
const MAX_PAGES: usize = 4;

/// Contents of one page.
#[derive(Clone, Serialize, Deserialize)]
pub struct Kept {
    /// Its path.
    pub place: String,
    /// The address that was typed, or that the visitor is known to read.
    pub email: String,
    /// Expiry of what was sent or, if it was refused, the time to ask again.
    pub until: Option<Time>,
    /// True if everything requested was done.
    pub whole: bool,
    at: Time,
}

/// Contents of the page after a form that asks for a message.
#[derive(Serialize)]
pub struct Sent {
    /// Address that was typed.
    email: Option<String>,
    /// Time of day from which another message can be asked for, once a limit is reached.
    again: Option<String>,
}

impl Sent {
    /// Returns samples.
    pub fn samples() -> Vec<Self> {
        let sent = |email: Option<&str>, again: Option<&str>| Sent {
            email: email.map(str::to_owned),
            again: again.map(str::to_owned),
        };
        let long = "a-very-long-address-that-somebody-really-has-for-work@mail.department.example.com";
        let foreign = "maria@xn--bcher-kva.example";
        vec![sent(None, None), sent(Some(long), None), sent(Some(foreign), Some("20:45 UTC"))]
    }
}

impl Visit<'_> {
    /// Keeps `email` for the page at `place`.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn keep(&self, place: Place, email: &str) -> Result<(), Error> {
        self.keep_all(place, email, None, true)
    }

    /// The same with a time, and whether everything requested was done.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn keep_all(&self, place: Place, email: &str, until: Option<Time>, whole: bool) -> Result<(), Error> {
        let (place, email) = (place.path().into_owned(), email.to_owned());
        let mut all = self.all_kept();
        all.retain(|kept| kept.place != place);
        all.insert(0, Kept { place, email, until, whole, at: self.now() });
        all.truncate(MAX_PAGES);
        self.seal(CookieName::Kept, PURPOSE, &all)
    }

    /// Returns the contents of the page at `place` after a form: that a message was sent, or when to ask again.
    pub fn sent(&self, place: Place) -> Sent {
        let kept = self.kept(place);
        let again = kept.as_ref().filter(|kept| !kept.whole).and_then(|kept| kept.until);
        Sent {
            again: again.map(|at| format::next_minute(self.locale, at)),
            email: kept.map(|kept| kept.email),
        }
    }

    /// Returns the contents kept for the page at `place`.
    pub fn kept(&self, place: Place) -> Option<Kept> {
        self.all_kept().into_iter().find(|kept| kept.place == place.path())
    }

    /// The last address used in this browser, so that nobody has to type it twice.
    pub fn last_address(&self) -> Option<String> {
        self.all_kept().into_iter().next().map(|kept| kept.email).filter(|email| !email.is_empty())
    }

    fn all_kept(&self) -> Vec<Kept> {
        let mut all: Vec<Kept> = self.unseal(CookieName::Kept, PURPOSE).unwrap_or_default();
        all.retain(|kept| kept.at + LIFE > self.now());
        all
    }
}
