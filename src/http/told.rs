//! What the next page says of what has just been done: sealed in a cookie, shown once.

use std::time::Duration;

use rocket::{Request, http::Method};
use serde::{Deserialize, Serialize};

use super::{CookieName, Visit, cookies::Cookies};
use crate::{app::App, base::clock::Time, view::catalog::FluentValue};

const PURPOSE: &str = "told";
/// How long the next page may take to come.
const LIFE: Duration = Duration::from_secs(60);

/// What is to be said, and since when.
#[derive(Serialize, Deserialize)]
struct Told {
    at: Time,
    lines: Vec<Announcement>,
}

/// A sentence of `locales`, and the number that it names. Never a secret, and nothing of whose it is.
#[derive(Serialize, Deserialize)]
pub struct Announcement {
    key: String,
    count: Option<u64>,
}

impl Announcement {
    /// A sentence that names no number.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), count: None }
    }

    /// A sentence that names `count`.
    pub fn count(key: &str, count: u64) -> Self {
        Self { key: key.to_owned(), count: Some(count) }
    }
}

impl Visit<'_> {
    /// Has the next page say a sentence.
    pub fn tell(&self, key: &str) {
        self.tell_all(vec![Announcement::new(key)]);
    }

    /// Has the next page say several. What was done is done: that it cannot be said is no fault of the request.
    pub fn tell_all(&self, lines: Vec<Announcement>) {
        let plain = serde_json::to_vec(&Told { at: self.now(), lines }).expect("sentences are plain data");
        match self.keyring.seal_text(self.random, PURPOSE, &plain) {
            Ok(sealed) => self.cookies.set(CookieName::Told, &sealed, Some(LIFE)),
            Err(error) => log::error!("the next page does not say what was done: {error}"),
        }
    }
}

/// What the page that answers `request` has to say; nothing says it again.
pub fn take(app: &App, request: &Request<'_>) -> Vec<String> {
    if request.method() != Method::Get {
        return Vec::new();
    }
    let cookies = Cookies::of(request, app.judged.is_https());
    let Some(sealed) = cookies.get(CookieName::Told) else { return Vec::new() };
    cookies.remove(CookieName::Told);
    let opened = app.keyring.open_text(PURPOSE, sealed);
    let told = opened.and_then(|plain| serde_json::from_slice::<Told>(&plain).ok());
    let Some(told) = told.filter(|told| told.at + LIFE > app.now()) else { return Vec::new() };
    let say = |line: &Announcement| {
        let args: Vec<(&str, FluentValue<'_>)> =
            line.count.iter().map(|count| ("count", (*count).into())).collect();
        app.templates.say(&line.key, &args)
    };
    told.lines.iter().map(say).collect()
}
