//! Setting up codes by text message, to the account's phone or to another number. The account's phone stays as it is.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::{
    enrol::{Enrolling, StartForm},
    sent,
};
use crate::{
    auth::recipient::Recipient,
    base::{
        Error,
        phone::{Phone, ending},
    },
    core::place::Place,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form},
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, start, show_own, start_own]
}

form! {
    /// The form for the number.
    pub struct NumberForm {
        /// Path to go on to after signing in.
        next: String = hidden(),
        phone: Phone = phone(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct NumberPage {
    /// Whether a sign-in owes it.
    signing_in: bool,
    /// Address to go on to after signing in.
    next: String,
    /// Last digits of the account's phone, if it has one.
    own: Option<String>,
    /// Country of numbers without a country code.
    home: Option<String>,
}

impl View for NumberPage {
    const TEMPLATE: &'static str = "factors/sms";
    const FORMS: Forms = &[NumberForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |own: Option<&str>, home: Option<&str>, signing_in| NumberPage {
            signing_in,
            next: String::new(),
            own: own.map(str::to_owned),
            home: home.map(str::to_owned),
        };
        vec![page(Some("42"), Some("DE"), false), page(None, None, true)]
    }
}

fn page(site: &Visit<'_>, me: &Enrolling<'_>, next: &str) -> Page {
    let own = site.app.usable_phone(me.account());
    let page = Page::of(&NumberPage {
        signing_in: me.is_signing_in(),
        next: next.to_owned(),
        own: own.map(|phone| ending(phone).to_owned()),
        home: site.config().sms.home().map(str::to_owned),
    });
    page.home(Place::FactorsSms.with(&[("next", next)]))
}

#[get("/account/factors/sms?<next>")]
fn show(site: Visit<'_>, me: Enrolling<'_>, next: Option<&str>) -> Page {
    page(&site, &me, next.unwrap_or_default())
}

#[post("/account/factors/sms", data = "<form>")]
pub(super) async fn start(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<NumberForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.clone().unwrap_or_default();
    let (NumberForm { phone, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(page(&site, &me, &next).refused(refusal)),
    };
    if let Some(fault) = site.phone_fault(Some(&phone)) {
        return Ok(page(&site, &me, &next).refused(refusal.with(NumberForm::AT.phone, fault)));
    }
    sent::start(&site, &me, &Recipient::text(phone.number()), &next).await
}

#[get("/account/factors/sms/own")]
fn show_own(_me: Enrolling<'_>) -> Outcome {
    Outcome::elsewhere(Place::FactorsSms)
}

#[post("/account/factors/sms/own", data = "<form>")]
pub(super) async fn start_own(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<StartForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.unwrap_or_default();
    match site.app.usable_phone(me.account()) {
        Some(phone) => sent::start(&site, &me, &Recipient::text(phone), &next).await,
        None => Ok(Outcome::elsewhere(Place::FactorsSms.with(&[("next", &next)]))),
    }
}
