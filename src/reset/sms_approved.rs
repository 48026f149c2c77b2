//! `sms_approved`: a button texts a code to the owner's verified phone, to be typed with the new password.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    second_step::{self, CodeButton, CodeForm},
    send_code::{self, TEXTED},
    ticket::{StrategyTag, Ticket},
};
use crate::{
    auth::code,
    base::{Error, phone::ending},
    core::{limits::TRIES, place::Place},
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, mount},
    policy::strategy::Strategy,
    store::keys::KeyRow,
    view::shown::{Forms, View},
};

const PAGE: Place = Place::Strategy(Strategy::SmsApproved);

/// Tag of its tickets.
pub struct SmsApproved;

impl StrategyTag for SmsApproved {
    const STRATEGY: Option<Strategy> = Some(Strategy::SmsApproved);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("sms_approved", |rocket| async { mount(rocket, routes![show, show_send, send, submit]) })
}

/// The page with the button that texts a code.
#[derive(Serialize)]
pub struct SmsApprovedPage {
    #[serde(flatten)]
    button: CodeButton,
    /// Last digits; `None` if no phone is usable.
    phone: Option<String>,
}

impl View for SmsApprovedPage {
    const TEMPLATE: &'static str = "reset/sms_approved";

    fn samples() -> Vec<Self> {
        let pages = |phone: Option<&str>| {
            let phone = phone.map(str::to_owned);
            let buttons = CodeButton::samples(Strategy::SmsApproved).into_iter();
            buttons.map(move |button| SmsApprovedPage { button, phone: phone.clone() })
        };
        pages(Some("42")).chain(pages(None)).collect()
    }
}

form! {
    /// The form for a texted code.
    pub struct SmsApprovedForm {
        code: Zeroizing<String> = code(100).mode("numeric"),
        new_password: Password = new_password(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct SmsApprovedFormPage {
    #[serde(flatten)]
    form: CodeForm,
    /// Seconds until another code may be requested.
    wait: u64,
    /// Last digits of the phone.
    phone: String,
}

impl View for SmsApprovedFormPage {
    const TEMPLATE: &'static str = "reset/sms_approved_form";
    const FORMS: Forms = &[SmsApprovedForm::INPUTS];

    fn samples() -> Vec<Self> {
        let pages = |wait| {
            let forms = CodeForm::samples(Strategy::SmsApproved).into_iter();
            forms.map(move |form| SmsApprovedFormPage { form, wait, phone: "42".into() })
        };
        pages(0).chain(pages(40)).collect()
    }
}

#[get("/reset/sms-approved")]
async fn show(site: Visit<'_>, ticket: Ticket<SmsApproved>) -> Result<Page, Error> {
    Ok(match second_step::pending(&site, &ticket, &TEXTED).await? {
        Some(row) => form(&site, &ticket, &row, TRIES - row.tries),
        None => button(&site, &ticket),
    })
}

#[get("/reset/sms-approved/send")]
fn show_send() -> Outcome {
    Outcome::go(PAGE)
}

#[post("/reset/sms-approved/send")]
async fn send(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<SmsApproved>) -> Result<Outcome, Error> {
    let Some(phone) = site.app.usable_phone(&ticket.account) else { return Ok(Outcome::go(PAGE)) };
    if let Err(why) = send_code::text(&site, &ticket, phone).await? {
        site.flash_all(vec![why]);
    }
    Ok(Outcome::go(PAGE))
}

#[post("/reset/sms-approved", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SmsApproved>,
    form: Read<SmsApprovedForm>,
) -> Result<Outcome, Error> {
    let Read { draft, refusal } = form;
    let Some(row) = second_step::pending(&site, &ticket, &TEXTED).await? else {
        return second_step::no_code(&site, &ticket, draft.new_password, button(&site, &ticket)).await;
    };
    let typed = (draft.code, draft.new_password);
    Ok(match second_step::approve(&site, &ticket, &row, typed, refusal).await? {
        Ok(answer) => answer,
        Err((left, refusal)) => self::form(&site, &ticket, &row, left).refused(refusal),
    })
}

fn button(site: &Visit<'_>, ticket: &Ticket<SmsApproved>) -> Page {
    Page::of(&SmsApprovedPage { button: CodeButton::of(site, ticket), phone: phone(site, ticket) })
}

/// Returns the form for a code, or the button if texts no longer reach the phone that it went to.
fn form(site: &Visit<'_>, ticket: &Ticket<SmsApproved>, row: &KeyRow, tries: i64) -> Page {
    let Some(phone) = phone(site, ticket) else { return button(site, ticket) };
    let form = CodeForm::of(site, ticket, row, tries);
    Page::of(&SmsApprovedFormPage { form, wait: code::wait(site, row), phone })
}

/// Returns the last digits of the usable phone.
fn phone(site: &Visit<'_>, ticket: &Ticket<SmsApproved>) -> Option<String> {
    site.app.usable_phone(&ticket.account).map(|phone| ending(phone).to_owned())
}
