//! Sign-in by a passkey alone, which verifies who is there and so counts as both factors. Nobody types who they are.

use std::slice;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::{enter::enter, page::goal};
use crate::{
    auth::{
        gate::{Passed, Proof},
        password_try,
        question::{Aim, Asked, Question},
    },
    base::{Error, factor::FactorKind, fault::Fault, key::sha256},
    core::place::{Address, Place},
    http::{Form, Outcome, Paced, Page, Refusal, SameOrigin, Visit, form::form, throttle::SignIn},
    policy::method::SignInMethod,
    store::{
        accounts::{self, AccountRow},
        factors::{self, FactorRow},
        sessions::SignedIn,
    },
    view::shown::{Forms, View},
    webauthn::answer::AssertionAnswer,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for the answer of a passkey.
    pub struct PasskeyForm {
        /// Path to go on to.
        next: String = hidden(),
        /// The question, sealed.
        asked: String = hidden(),
        /// The answer.
        answer: String = answer(),
    }
}

/// The page with that form, which asks at once.
#[derive(Serialize)]
pub struct PasskeyPage {
    /// Address to go on to.
    next: Address,
    question: Question,
}

impl View for PasskeyPage {
    const TEMPLATE: &'static str = "account/login_passkey";
    const FORMS: Forms = &[PasskeyForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![PasskeyPage { next: Place::Home.into(), question: Question::sample() }]
    }
}

/// Asks for a passkey.
///
/// # Errors
/// Same as [`Question::passkey`].
#[get("/login/passkey?<next>")]
pub fn show(site: Visit<'_>, me: Option<&SignedIn>, next: Option<&str>) -> Result<Outcome, Error> {
    let next = next.unwrap_or_default();
    if me.is_some() {
        return Ok(Outcome::for_strangers(goal(&site, next)));
    }
    Ok(page(&site, next)?.map_or_else(|| Outcome::elsewhere(Place::SignIn), Outcome::from))
}

/// Returns the page, or `None` where there are no passkeys.
fn page(site: &Visit<'_>, next: &str) -> Result<Option<Page>, Error> {
    if !site.at_arrival.offers(SignInMethod::Passkey) {
        return Ok(None);
    }
    let Some(question) = Question::passkey(site, Aim::SignIn, None)? else { return Ok(None) };
    let page = Page::of(&PasskeyPage { next: goal(site, next), question });
    Ok(Some(page.home(Place::SignInPasskey.with(&[("next", next)]))))
}

/// Signs in with the answer of a passkey.
///
/// # Errors
/// [`Error::Database`].
#[post("/login/passkey", data = "<form>")]
pub async fn submit(_ours: SameOrigin, site: Visit<'_>, form: Paced<PasskeyForm>) -> Result<Outcome, Error> {
    let Paced(form) = form;
    let next = form.draft.next.clone().unwrap_or_default();
    if !site.at_arrival.offers(SignInMethod::Passkey) {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let refused = |fault: Fault| {
        let page = page(&site, &next)?;
        Ok(page.map_or_else(
            || Outcome::elsewhere(Place::SignIn),
            |page| page.refused(Refusal::at(Question::ELEMENT, fault)),
        ))
    };
    let (PasskeyForm { asked, answer, .. }, _) = match form.whole() {
        Ok(whole) => whole,
        Err(_) => return refused(Fault::new("fault-passkey")),
    };
    if answer.is_empty() {
        return refused(Fault::new("fault-passkey-none"));
    }
    let found = find(&site, &answer).await?;
    let named = found.as_ref().map_or_else(|| unknown(&answer), |(account, _)| account.email_key());
    let counted = SignIn::count(&site, &named, &named).await?;
    if !counted.allowed().is_yes() {
        return Ok(Outcome::too_many(counted.allowed()));
    }
    let mut tx = site.begin().await?;
    let asked = Asked::spend(&site, &mut tx, &asked, (Aim::SignIn, None)).await?;
    tx.commit().await?;
    let Some(asked) = asked else { return refused(Fault::new("fault-passkey-late")) };
    match attempt(&site, found.as_ref(), &asked, &answer, &counted).await? {
        Ok(passed) => Ok(passed.enter(&site, goal(&site, &next))),
        Err(fault) => {
            password_try::note_failure(&site, &named, Some(FactorKind::Passkey)).await?;
            refused(fault)
        }
    }
}

/// Returns what the tries of an unknown passkey are counted by: like a known one, each by itself.
fn unknown(answer: &str) -> String {
    let answer = AssertionAnswer::parse(answer);
    answer.map_or_else(|_| String::new(), |answer| URL_SAFE_NO_PAD.encode(sha256(&answer.id.0)))
}

/// Returns the passkey that an answer is by, with its account.
async fn find(site: &Visit<'_>, answer: &str) -> Result<Option<(AccountRow, FactorRow)>, Error> {
    let Ok(answer) = AssertionAnswer::parse(answer) else { return Ok(None) };
    let mut conn = site.read().await?;
    let Some(factor) = factors::of_credential(&mut conn, &answer.id.0).await? else { return Ok(None) };
    let account = accounts::find(&mut conn, factor.account_id).await?;
    Ok(account.map(|account| (account, factor)))
}

/// Signs in if the answer is right, and the policy has second factors.
async fn attempt(
    site: &Visit<'_>,
    found: Option<&(AccountRow, FactorRow)>,
    asked: &Asked,
    answer: &str,
    counted: &SignIn<'_>,
) -> Result<Result<Passed, Fault>, Error> {
    let refused = || Ok(Err(Fault::new("fault-passkey")));
    let Some((account, factor)) = found else { return refused() };
    let used = match asked.prove(site, slice::from_ref(factor), answer).await? {
        Ok(used) => used,
        Err(fault) => return Ok(Err(fault)),
    };
    let (now, mut tx) = (site.now(), site.begin().await?);
    let locked = accounts::lock_unchanged(&mut tx, account, now).await?;
    let Some(mut account) = locked.filter(|it| site.sign_in_policy(it).is_on() && !it.is_undone()) else {
        return refused();
    };
    if !used.store(account.tx(), now).await? {
        return Ok(Err(Fault::new("fault-passkey-late")));
    }
    let passed = enter(site, &mut account, Proof::Passkey, Some(FactorKind::Passkey), false).await?;
    counted.refund(site.app, account.tx()).await?;
    tx.commit().await?;
    Ok(Ok(passed))
}
