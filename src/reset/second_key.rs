//! `second_key`: a button mails a second key, valid only in this browser, to be typed with the new password.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    second_step::{self, CodeButton, CodeForm},
    send_code::{self, MAILED},
    ticket::{StrategyTag, Ticket},
};
use crate::{
    base::Error,
    core::{limits::TRIES, place::Place},
    hashing::password::Password,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, mount},
    policy::strategy::Strategy,
    store::keys::KeyRow,
    view::shown::{Forms, View},
};

const PAGE: Place = Place::Strategy(Strategy::SecondKey);

/// Tag of its tickets.
pub struct SecondKey;

impl StrategyTag for SecondKey {
    const STRATEGY: Option<Strategy> = Some(Strategy::SecondKey);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("second_key", |rocket| async { mount(rocket, routes![show, show_send, send, submit]) })
}

/// The page with the button that mails a second key.
#[derive(Serialize)]
pub struct SecondKeyPage(CodeButton);

impl View for SecondKeyPage {
    const TEMPLATE: &'static str = "reset/second_key";

    fn samples() -> Vec<Self> {
        CodeButton::samples(Strategy::SecondKey).into_iter().map(SecondKeyPage).collect()
    }
}

form! {
    /// The form for a second key.
    pub struct SecondKeyForm {
        code: Zeroizing<String> = code(100),
        new_password: Password = new_password(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct SecondKeyFormPage(CodeForm);

impl View for SecondKeyFormPage {
    const TEMPLATE: &'static str = "reset/second_key_form";
    const FORMS: Forms = &[SecondKeyForm::INPUTS];

    fn samples() -> Vec<Self> {
        CodeForm::samples(Strategy::SecondKey).into_iter().map(SecondKeyFormPage).collect()
    }
}

#[get("/reset/second-key")]
async fn show(site: Visit<'_>, ticket: Ticket<SecondKey>) -> Result<Page, Error> {
    Ok(match second_step::pending(&site, &ticket, &MAILED).await? {
        Some(row) => form(&site, &ticket, &row, TRIES - row.tries),
        None => button(&site, &ticket),
    })
}

#[get("/reset/second-key/send")]
fn show_send() -> Outcome {
    Outcome::elsewhere(PAGE)
}

#[post("/reset/second-key/send")]
async fn send(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<SecondKey>) -> Result<Outcome, Error> {
    if let Err(why) = send_code::mail(&site, &ticket).await? {
        return Ok(Outcome::Unsent(why, PAGE.into()));
    }
    Ok(Outcome::go(PAGE))
}

#[post("/reset/second-key", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SecondKey>,
    form: Read<SecondKeyForm>,
) -> Result<Outcome, Error> {
    let Read { draft, refusal } = form;
    let Some(row) = second_step::pending(&site, &ticket, &MAILED).await? else {
        return second_step::no_code(&site, &ticket, draft.new_password, button(&site, &ticket)).await;
    };
    let typed = (draft.code, draft.new_password);
    Ok(match second_step::approve(&site, &ticket, (&row, None), typed, refusal).await? {
        Ok(answer) => answer,
        Err((left, refusal)) => self::form(&site, &ticket, &row, left).refused(refusal),
    })
}

fn button(site: &Visit<'_>, ticket: &Ticket<SecondKey>) -> Page {
    Page::of(&SecondKeyPage(CodeButton::of(site, ticket)))
}

fn form(site: &Visit<'_>, ticket: &Ticket<SecondKey>, row: &KeyRow, tries: i64) -> Page {
    Page::of(&SecondKeyFormPage(CodeForm::of(site, ticket, row, tries)))
}
