//! Flash messages: what the last action did, on the next page, sealed in a cookie and shown once.

use std::time::Duration;

use rocket::{Request, http::Method};
use serde::{Deserialize, Serialize};

use super::{CookieName, Visit, cookies::Cookies, locale};
use crate::{
    app::App,
    base::clock::Time,
    view::{catalog::FluentValue, language::Language},
};

const PURPOSE: &str = "flash";
/// Longest time until the next page.
const LIFE: Duration = Duration::from_secs(60);

/// Sentences to show, with their time.
#[derive(Serialize, Deserialize)]
struct Flash {
    at: Time,
    lines: Vec<Announcement>,
}

/// A sentence of `locales` and the number in it, or one of the application. Never a secret, and nothing that identifies
/// an account.
#[derive(Serialize, Deserialize)]
pub struct Announcement {
    key: String,
    count: Option<u64>,
    #[serde(default)]
    said: Option<String>,
}

impl Announcement {
    /// A sentence without a number.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), count: None, said: None }
    }

    /// A sentence with `count`.
    pub fn count(key: &str, count: u64) -> Self {
        Self { count: Some(count), ..Self::new(key) }
    }

    /// A sentence of the application.
    pub fn said(text: &str) -> Self {
        Self { said: Some(text.to_owned()), ..Self::new("") }
    }

    /// Returns it in a language.
    pub fn say(&self, language: &Language) -> String {
        if let Some(said) = &self.said {
            return said.clone();
        }
        let args: Vec<(&str, FluentValue<'_>)> =
            self.count.iter().map(|count| ("count", (*count).into())).collect();
        language.say(&self.key, &args)
    }
}

impl Visit<'_> {
    /// Shows a sentence on the next page.
    pub fn flash(&self, key: &str) {
        self.flash_all(vec![Announcement::new(key)]);
    }

    /// Shows several sentences on the next page, or says them in the answer to a program. The action is done, so a failure here is only logged.
    pub fn flash_all(&self, lines: Vec<Announcement>) {
        if let Some(program) = self.program {
            return program.say(lines);
        }
        let plain = serde_json::to_vec(&Flash { at: self.now(), lines }).expect("sentences are plain data");
        match self.keyring.seal_text(self.random, PURPOSE, &plain) {
            Ok(sealed) => self.cookies.set(CookieName::Flash, &sealed, Some(LIFE)),
            Err(error) => log::error!("the next page does not say what was done: {error}"),
        }
    }
}

/// Returns the sentences for the page that answers `request`, and removes them.
pub fn take(app: &App, request: &Request<'_>) -> Vec<String> {
    if request.method() != Method::Get {
        return Vec::new();
    }
    let cookies = Cookies::of(request, app.validated.is_https());
    let Some(sealed) = cookies.get(CookieName::Flash) else { return Vec::new() };
    cookies.remove(CookieName::Flash);
    let opened = app.keyring.open_text(PURPOSE, sealed);
    let flash = opened.and_then(|plain| serde_json::from_slice::<Flash>(&plain).ok());
    let Some(flash) = flash.filter(|flash| flash.at + LIFE > app.now()) else { return Vec::new() };
    let language = locale::language(app, request);
    flash.lines.iter().map(|line| line.say(language)).collect()
}
