//! Pages at which a visitor cannot go on: for an error, and for a key that opens nothing.

use rocket::http::Status;
use serde::Serialize;

use super::{Page, page::Why};
use crate::{
    app::App,
    base::clock::Time,
    core::{limits::Allowed, place::Place},
    view::{format, shown::View, templates::Templates},
};

/// Seconds after which to retry a request that the server was too busy for.
const RETRY_AFTER: u64 = 5;

/// An error.
#[derive(Serialize)]
pub struct ErrorPage {
    /// Status code.
    pub status: u16,
    /// What is wrong, in a few words.
    pub title: String,
    /// What to do about it.
    pub text: String,
    /// Seconds until another try.
    pub retry: Option<u64>,
    /// Whether it offers a reset instead.
    pub instead: bool,
    /// Whether it names the contact for support.
    pub support: bool,
}

impl ErrorPage {
    /// Describes a status.
    pub fn of(templates: &Templates, status: Status) -> Self {
        let say = |part: &str| {
            let key = format!("error-{}-{part}", status.code);
            let known = if templates.knows(&key) { key } else { format!("error-other-{part}") };
            templates.say(&known, &[])
        };
        let support = status == Status::InternalServerError;
        let (title, text) = (say("title"), say("text"));
        Self { status: status.code, title, text, retry: None, instead: false, support }
    }
}

impl View for ErrorPage {
    const TEMPLATE: &'static str = "error";

    fn samples() -> Vec<Self> {
        let page = |status, retry, (instead, support)| ErrorPage {
            status,
            title: "There is nothing here".into(),
            text: "The address may be mistyped, or the page has moved.".into(),
            retry,
            instead,
            support,
        };
        vec![
            page(404, None, (false, true)),
            page(503, Some(5), (false, false)),
            page(429, Some(1800), (true, false)),
        ]
    }
}

/// A key that opens nothing.
#[derive(Serialize)]
pub struct UnusablePage {
    title: String,
    /// Why, and since when.
    lead: String,
    /// Address to send another key to, if it is known.
    email: Option<String>,
}

impl View for UnusablePage {
    const TEMPLATE: &'static str = "reset/unusable";

    fn samples() -> Vec<Self> {
        let page = |email: Option<&str>| UnusablePage {
            title: "This link has expired".into(),
            lead: "It was valid until 2026-08-01 14:32 UTC. Nothing has changed.".into(),
            email: email.map(str::to_owned),
        };
        vec![page(Some("maria@example.com")), page(None)]
    }
}

/// A link with an incomplete key.
#[derive(Serialize)]
pub struct IncompletePage {}

impl View for IncompletePage {
    const TEMPLATE: &'static str = "reset/incomplete";

    fn samples() -> Vec<Self> {
        vec![IncompletePage {}]
    }
}

impl Page {
    /// Page for a key that opens nothing: why, since when, and where to ask for another.
    pub fn unusable(templates: &Templates, why: Why, when: Option<Time>, again: Place) -> Self {
        Self::unusable_for(templates, why, when, again, None)
    }

    /// The same, which offers to send another key to `email`.
    pub fn unusable_for(
        templates: &Templates,
        why: Why,
        when: Option<Time>,
        again: Place,
        email: Option<String>,
    ) -> Self {
        let name: &str = match why {
            // There is no record of registrations that became accounts.
            Why::Unknown if again == Place::Confirm => "confirm",
            why => why.into(),
        };
        let when = when.map(format::moment).unwrap_or_default();
        let say =
            |part: &str| templates.say(&format!("unusable-{name}-{part}"), &[("when", when.as_str().into())]);
        Self::of(&UnusablePage { title: say("title"), lead: say("lead"), email })
            .to("again", again)
            .status(Status::Gone)
    }

    /// Page for a link with an incomplete key, which offers to ask again at `again`.
    pub fn incomplete(again: Place) -> Self {
        Self::of(&IncompletePage {}).to("again", again).status(Status::Gone)
    }

    /// Page for an error.
    pub fn error(templates: &Templates, status: Status) -> Self {
        let page = Self::of(&ErrorPage::of(templates, status)).status(status);
        if status == Status::ServiceUnavailable { page.retry(RETRY_AFTER) } else { page }
    }

    /// Page for too many tries, which says when to try again.
    pub fn too_many(app: &App, allowed: Allowed) -> Self {
        let page = Self::error(&app.templates, Status::TooManyRequests);
        match allowed {
            Allowed::At(at) => page.retry(app.now().until(at).as_millis().div_ceil(1000).max(1) as u64),
            Allowed::Yes => page,
        }
    }
}
