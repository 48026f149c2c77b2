//! Setting up a passkey: the browser makes it, and its answer is the proof.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::{
    enrol::Enrolling,
    list::{MAX_NAME, address},
};
use crate::{
    auth::{
        passkey,
        question::{Aim, Asked, Question},
        told,
    },
    base::{Error, factor::FactorKind, fault::Fault},
    core::place::Place,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, throttle::Try},
    store::factors::FactorRow,
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for a new passkey.
    pub struct PasskeyForm {
        /// Path to go on to after signing in.
        next: String = hidden(),
        /// The question, sealed.
        asked: String = hidden(),
        /// The answer of the browser.
        answer: String = answer(),
        name: String = optional_line(MAX_NAME),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct PasskeyPage {
    /// Address of the account.
    email: String,
    /// Whether a sign-in owes it.
    signing_in: bool,
    /// Address to go on to after signing in.
    next: String,
    question: Question,
}

impl View for PasskeyPage {
    const TEMPLATE: &'static str = "factors/passkey";
    const FORMS: Forms = &[PasskeyForm::INPUTS];

    fn samples() -> Vec<Self> {
        [false, true]
            .map(|signing_in| PasskeyPage {
                email: "maria@example.com".into(),
                signing_in,
                next: String::new(),
                question: Question::sample(),
            })
            .into()
    }
}

/// Returns the page, or `None` if the account cannot have another passkey.
async fn page(site: &Visit<'_>, me: &Enrolling<'_>, next: &str, name: &str) -> Result<Option<Page>, Error> {
    let account = me.account();
    let Some(held) = me.room_for(site, FactorKind::Passkey).await? else { return Ok(None) };
    site.tell("registered_credentials", held.iter().filter_map(told::passkey).collect::<Vec<_>>());
    let Some(question) = Question::new_passkey(site, account, &held, name)? else { return Ok(None) };
    let page = PasskeyPage {
        email: account.email.clone(),
        signing_in: me.is_signing_in(),
        next: next.to_owned(),
        question,
    };
    Ok(Some(Page::of(&page).home(Place::FactorsPasskey.with(&[("next", next)]))))
}

#[get("/account/factors/passkey?<next>")]
pub(super) async fn show(site: Visit<'_>, me: Enrolling<'_>, next: Option<&str>) -> Result<Outcome, Error> {
    ask(&site, &me, next.unwrap_or_default(), "").await
}

/// Asks for a new passkey, which may have a name already.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn ask(
    site: &Visit<'_>,
    me: &Enrolling<'_>,
    next: &str,
    name: &str,
) -> Result<Outcome, Error> {
    let page = page(site, me, next, name).await?;
    Ok(page.map_or_else(|| Outcome::elsewhere(address(next)), Outcome::from))
}

#[post("/account/factors/passkey", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<PasskeyForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.clone().unwrap_or_default();
    let Some(page) = page(&site, &me, &next, "").await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    let (PasskeyForm { asked, answer, name, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(page.refused(refusal)),
    };
    let refused = |fault| Ok(page.refused(refusal.with(Question::ELEMENT, fault)));
    if answer.is_empty() {
        return refused(Fault::new("fault-passkey-none"));
    }
    let account = me.account();
    let mut tx = site.begin().await?;
    let counted = Try::count_factor(&site, &mut tx, account.id.as_bytes(), &account.email_key()).await?;
    let asked = Asked::spend(&site, &mut tx, &asked, (Aim::Register, Some(account.id))).await?;
    tx.commit().await?;
    if !counted.allowed().is_yes() {
        return Ok(Outcome::too_many(counted.allowed()));
    }
    let Some(asked) = asked else { return refused(Fault::new("fault-passkey-late")) };
    let name = if name.is_empty() { asked.name.clone() } else { name };
    let stored = match asked.new_passkey(&site, &answer) {
        Ok(stored) => stored,
        Err(fault) => return refused(fault),
    };
    let mut tx = site.begin().await?;
    let Some(mut account) = me.lock(&mut tx, &site).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    let name = if name.is_empty() { passkey::name(&site, &stored) } else { name };
    let factor = FactorRow {
        credential_id: Some(stored.credential.id.0.clone()),
        passkey: Some(stored.text()),
        ..site.factor_row(account.id, FactorKind::Passkey, name)?
    };
    let added = me.add(&site, &mut account, &factor).await?;
    let Some(added) = added else { return refused(Fault::new("fault-passkey-known")) };
    counted.refund(site.app, account.tx()).await?;
    tx.commit().await?;
    added.enter(&site, me.account(), &next)
}
