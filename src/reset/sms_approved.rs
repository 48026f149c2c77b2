//! `sms_approved`: a button texts a code to the owner's verified phone, to be typed with the new password. The policy may
//! allow second factors in its place.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    approval::{OtherWay, Ways, place_of},
    second_step::{self, CodeButton, CodeForm},
    send_code::{self, TEXTED},
    sms_approved_factor,
    ticket::{StrategyTag, Ticket},
};
use crate::{
    auth::code,
    base::{Error, phone::ending},
    core::{
        limits::TRIES,
        place::{Address, Place},
    },
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, mount},
    policy::{approve::Approval, strategy::Strategy},
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
    AdHoc::on_ignite("sms_approved", |rocket| async {
        let own = routes![show, show_send, send, submit];
        mount(rocket, [own, sms_approved_factor::routes()].concat())
    })
}

/// The page with the button that texts a code.
#[derive(Serialize)]
pub struct SmsApprovedPage {
    #[serde(flatten)]
    button: CodeButton,
    /// Last digits; `None` if no phone is usable, or none may be.
    phone: Option<String>,
    /// Whether nothing but a texted code would do.
    by_text: bool,
    /// The other ways.
    others: Vec<OtherWay>,
}

impl View for SmsApprovedPage {
    const TEMPLATE: &'static str = "reset/sms_approved";

    fn samples() -> Vec<Self> {
        let pages = |phone: Option<&str>, by_text| {
            let phone = phone.map(str::to_owned);
            let buttons = CodeButton::samples(Strategy::SmsApproved).into_iter();
            buttons.map(move |button| SmsApprovedPage {
                button,
                phone: phone.clone(),
                by_text,
                others: OtherWay::samples(phone.is_some()),
            })
        };
        pages(Some("42"), true).chain(pages(None, true)).chain(pages(None, false)).collect()
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
    /// The other ways.
    others: Vec<OtherWay>,
}

impl View for SmsApprovedFormPage {
    const TEMPLATE: &'static str = "reset/sms_approved_form";
    const FORMS: Forms = &[SmsApprovedForm::INPUTS];

    fn samples() -> Vec<Self> {
        let pages = |wait| {
            let forms = CodeForm::samples(Strategy::SmsApproved).into_iter();
            let others = move || OtherWay::samples(wait > 0);
            forms.map(move |form| SmsApprovedFormPage { form, wait, phone: "42".into(), others: others() })
        };
        pages(0).chain(pages(40)).collect()
    }
}

#[get("/reset/sms-approved?<with>")]
async fn show(site: Visit<'_>, ticket: Ticket<SmsApproved>, with: Option<&str>) -> Result<Page, Error> {
    let ways = Ways::of(&site, &ticket).await?;
    let pending = second_step::pending(&site, &ticket, &TEXTED).await?;
    // A code under way is asked for first.
    let under_way = pending.as_ref().map_or("", |_| Approval::Sms.name());
    match ways.choose(with.unwrap_or(under_way)) {
        Some(way @ (Approval::Passkey | Approval::Totp)) => {
            sms_approved_factor::page(&site, &ticket, &ways, way)
        }
        Some(Approval::Sms) | None => Ok(match pending {
            Some(row) => form(&site, &ticket, &ways, &row, TRIES - row.tries),
            None => button(&site, &ticket, &ways),
        }),
    }
}

#[get("/reset/sms-approved/send")]
fn show_send() -> Outcome {
    Outcome::elsewhere(PAGE)
}

#[post("/reset/sms-approved/send")]
async fn send(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<SmsApproved>) -> Result<Outcome, Error> {
    let Some(phone) = usable_phone(&site, &ticket) else { return Ok(Outcome::elsewhere(PAGE)) };
    if let Err(why) = send_code::text(&site, &ticket, phone).await? {
        return Ok(Outcome::Unsent(why, home(&ticket)));
    }
    Ok(Outcome::Go(home(&ticket)))
}

#[post("/reset/sms-approved", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SmsApproved>,
    form: Read<SmsApprovedForm>,
) -> Result<Outcome, Error> {
    let Read { draft, refusal } = form;
    let ways = Ways::of(&site, &ticket).await?;
    let Some(row) = second_step::pending(&site, &ticket, &TEXTED).await? else {
        let button = button(&site, &ticket, &ways);
        return second_step::no_code(&site, &ticket, draft.new_password, button).await;
    };
    let typed = (draft.code, draft.new_password);
    let proves = usable_phone(&site, &ticket).and_then(|phone| ways.proved_by(&site, phone));
    Ok(match second_step::approve(&site, &ticket, (&row, proves), typed, refusal).await? {
        Ok(answer) => answer,
        Err((left, refusal)) => self::form(&site, &ticket, &ways, &row, left).refused(refusal),
    })
}

fn button(site: &Visit<'_>, ticket: &Ticket<SmsApproved>, ways: &Ways) -> Page {
    let page = Page::of(&SmsApprovedPage {
        button: CodeButton::of(site, ticket),
        phone: phone(site, ticket),
        by_text: ticket.policy.approve.is_texts(),
        others: ways.others(Some(Approval::Sms)),
    });
    page.home(home(ticket))
}

/// Returns the form for a code, or the button if texts no longer reach the phone that it went to.
fn form(site: &Visit<'_>, ticket: &Ticket<SmsApproved>, ways: &Ways, row: &KeyRow, tries: i64) -> Page {
    let Some(phone) = phone(site, ticket) else { return button(site, ticket, ways) };
    let form = CodeForm::of(site, ticket, row, tries);
    let others = ways.others(Some(Approval::Sms));
    let page = Page::of(&SmsApprovedFormPage { form, wait: code::wait(site, row), phone, others });
    page.home(home(ticket))
}

/// Returns the address of the pages for a texted code.
fn home(ticket: &Ticket<SmsApproved>) -> Address {
    if ticket.policy.approve.is_texts() { PAGE.into() } else { place_of(Approval::Sms) }
}

/// Returns the phone that a code may be texted to.
fn usable_phone<'a>(site: &'a Visit<'_>, ticket: &'a Ticket<SmsApproved>) -> Option<&'a str> {
    let allowed = ticket.policy.is_approved_by(Approval::Sms);
    site.app.usable_phone(&ticket.account).filter(|_| allowed)
}

/// Returns the last digits of the usable phone.
fn phone(site: &Visit<'_>, ticket: &Ticket<SmsApproved>) -> Option<String> {
    usable_phone(site, ticket).map(|phone| ending(phone).to_owned())
}
