//! Pages at which a visitor cannot go on: for an error, and for a key that opens nothing.

use std::time::Duration;

use rocket::http::Status;
use serde::Serialize;

use super::{
    Page,
    form::{Form, form},
};
use crate::{
    app::App,
    base::{clock::Time, email::Email},
    core::{
        limits::Allowed,
        place::{Address, Place},
    },
    view::{
        format,
        language::Language,
        shown::{Forms, View},
    },
};

/// Time after which to retry a request that the server was too busy for.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);

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
    pub fn of(language: &Language, status: Status) -> Self {
        let say = |part: &str| {
            let key = format!("error-{}-{part}", status.code);
            let known = if language.knows(&key) { key } else { format!("error-other-{part}") };
            language.say(&known, &[])
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

/// Reason why a key opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Why {
    /// It was not issued here, or so long ago that no record is left.
    Unknown,
    /// It has been used.
    Used,
    /// It has expired.
    Expired,
    /// A newer key replaced it.
    Replaced,
    /// Its holder cancelled it.
    Cancelled,
    /// The account has changed.
    Withdrawn,
    /// It is live, but the page belongs to another key, or the policy no longer accepts it.
    Live,
    /// The browser carries no key.
    NoCookie,
    /// The restricted session for one step has ended.
    Step,
}

impl Why {
    /// Returns the reason with this name.
    pub fn named(name: &str) -> Self {
        name.parse().unwrap_or(Why::Unknown)
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
    /// Place to ask for another key.
    again: Address,
}

form! {
    /// The form that asks for a message to an address.
    pub struct AddressForm {
        email: Email = email().complete("username").enter("send"),
    }
}

impl View for UnusablePage {
    const TEMPLATE: &'static str = "reset/unusable";
    const FORMS: Forms = &[AddressForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |email: Option<&str>| UnusablePage {
            title: "This link has expired".into(),
            lead: "It was valid until 2026-08-01 14:32 UTC. Nothing has changed.".into(),
            email: email.map(str::to_owned),
            again: Place::Reset.into(),
        };
        vec![page(Some("maria@example.com")), page(None)]
    }
}

/// A link with an incomplete key.
#[derive(Serialize)]
pub struct IncompletePage {
    /// Place to ask for another key.
    again: Address,
}

impl View for IncompletePage {
    const TEMPLATE: &'static str = "reset/incomplete";

    fn samples() -> Vec<Self> {
        vec![IncompletePage { again: Place::Reset.into() }]
    }
}

/// A key that opens nothing: why, since when, and where to ask for another.
pub struct Gone {
    /// Why.
    pub why: Why,
    /// Since when.
    pub when: Option<Time>,
    /// Place to ask for another key.
    pub again: Place,
    /// Address that another key can be sent to.
    pub email: Option<String>,
}

impl Gone {
    /// Returns its page.
    pub(super) fn page(self, language: &Language) -> Page {
        let (title, lead) = (self.say(language, "title"), self.say(language, "lead"));
        let Self { again, email, .. } = self;
        Page::of(&UnusablePage { title, lead, email, again: again.into() }).status(Status::Gone)
    }

    /// Returns a sentence about it: its `title` or its `lead`.
    pub(super) fn say(&self, language: &Language, part: &str) -> String {
        let Self { why, when, again, .. } = *self;
        let name: &str = match why {
            Why::Used if again == Place::SignIn => "used_to_sign_in",
            Why::Used if again == Place::ChangeEmail => "used_to_change_email",
            Why::Live if again == Place::SignIn => "live_to_sign_in",
            // There is no record of registrations that became accounts.
            Why::Unknown if again == Place::Confirm => "confirm",
            why => why.into(),
        };
        let when = when.map(|at| format::moment(language.locale(), at)).unwrap_or_default();
        language.say(&format!("unusable-{name}-{part}"), &[("when", when.as_str().into())])
    }
}

/// Page for a link with an incomplete key, which offers to ask again at `again`.
pub(super) fn incomplete(again: Place) -> Page {
    Page::of(&IncompletePage { again: again.into() }).status(Status::Gone)
}

/// Page for an error.
pub(super) fn error(language: &Language, status: Status) -> Page {
    let retry = (status == Status::ServiceUnavailable).then_some(RETRY_AFTER.as_secs());
    retried(ErrorPage { retry, ..ErrorPage::of(language, status) }, status)
}

/// Returns the seconds until another try.
pub(super) fn seconds(app: &App, allowed: Allowed) -> Option<u64> {
    allowed.at().map(|at| app.now().until(at).as_millis().div_ceil(1000).max(1) as u64)
}

/// Page for too many tries, which says when to try again, and offers a reset if that helps.
pub(super) fn too_many(app: &App, language: &Language, allowed: Allowed, instead: bool) -> Page {
    let status = Status::TooManyRequests;
    let retry = seconds(app, allowed);
    retried(ErrorPage { retry, instead, ..ErrorPage::of(language, status) }, status)
}

fn retried(error: ErrorPage, status: Status) -> Page {
    let page = Page::of(&error).status(status);
    match error.retry {
        Some(seconds) => page.retry(seconds),
        None => page,
    }
}
