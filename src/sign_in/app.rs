//! Sign-in by the code of an authenticator app, in place of the password: the same work for an address without an account.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{enter::enter, page::goal};
use crate::{
    auth::{
        first::First,
        gate::{Passed, Proof},
        identity, password_try, totp,
    },
    base::{Error, factor::FactorKind, fault::Fault, identity::Identity},
    core::{
        limits::RateLimit,
        place::{Address, Place},
    },
    http::{Form, Outcome, Paced, Page, SameOrigin, Visit, device, form::form, throttle::Try},
    policy::method::SignInMethod,
    store::{
        accounts::{self, AccountRow},
        factors,
    },
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for an address and the code of its app.
    pub struct AppForm {
        /// Path to go on to.
        next: String = hidden(),
        email: Identity = identity(),
        code: Zeroizing<String> = code(100).mode("numeric").enter("go"),
        /// Whether to remember the browser.
        remember: bool = ticked(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct AppPage {
    /// Address to go on to.
    next: Address,
    /// What somebody may be named by, for the label.
    identities: &'static str,
}

impl View for AppPage {
    const TEMPLATE: &'static str = "account/login_app";
    const FORMS: Forms = &[AppForm::INPUTS];

    fn samples() -> Vec<Self> {
        ["email", "all"].map(|identities| AppPage { next: Place::Home.into(), identities }).into()
    }
}

fn page(site: &Visit<'_>, next: &str) -> Page {
    let identities = site.at_arrival.sign_in([]).identities();
    let page = Page::of(&AppPage { next: goal(site, next), identities });
    page.home(Place::SignInApp.with(&[("next", next)]))
}

#[get("/login/app?<next>")]
fn show(site: Visit<'_>, next: Option<&str>) -> Outcome {
    let next = next.unwrap_or_default();
    if !site.at_arrival.offers(SignInMethod::Totp) {
        return Outcome::elsewhere(Place::SignIn.with(&[("next", next)]));
    }
    match site.last_address() {
        Some(email) => page(&site, next).filled(AppForm::AT.email, &email).into(),
        None => page(&site, next).into(),
    }
}

#[post("/login/app", data = "<form>")]
pub(super) async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    form: Paced<AppForm>,
) -> Result<Outcome, Error> {
    let Paced(form) = form;
    let next = form.draft.next.clone().unwrap_or_default();
    if !site.at_arrival.offers(SignInMethod::Totp) {
        return Ok(Outcome::elsewhere(Place::SignIn));
    }
    let (AppForm { email, code, remember: keep, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(page(&site, &next).refused(refusal)),
    };
    let named = &*identity::named(&site, email.key()).await?;
    // Strangers use up a limit of their own: it keeps nobody from signing in otherwise.
    let of = match device::known(&site, named) {
        Some(known) => RateLimit::AppCodeBy(known.device, named),
        None => RateLimit::AppCodeFor(email.key()),
    };
    let counted = Try::count(&site, [of, RateLimit::CodeFrom(site.client.address)]).await?;
    if !counted.allowed().is_yes() {
        return Ok(Outcome::too_many(counted.allowed()));
    }
    let account = accounts::find_by_email(&mut site.read().await?, named).await?;
    let entered = attempt(&site, account.as_ref().filter(|account| account.enabled), &code, keep, &counted);
    match entered.await? {
        Some(passed) => Ok(passed.enter(&site, goal(&site, &next))),
        None => {
            password_try::note_failure(&site, named, Some(FactorKind::Totp)).await?;
            Ok(page(&site, &next).refused(refusal.with(AppForm::AT.code, Fault::new("fault-login-app"))))
        }
    }
}

/// Signs in if the code is right and was not used, and refunds the try.
async fn attempt(
    site: &Visit<'_>,
    account: Option<&AccountRow>,
    code: &str,
    keep: bool,
    counted: &Try<'_>,
) -> Result<Option<Passed>, Error> {
    let id = account.map_or(Uuid::nil(), |account| account.id);
    let held = factors::of_account(&mut site.read().await?, id).await?;
    let apps = held.iter().filter(|factor| factor.kind == FactorKind::Totp);
    let (Some(account), Ok((factor, step))) = (account, totp::find(site, apps, code)) else {
        return Ok(None);
    };
    let (now, mut tx) = (site.now(), site.begin().await?);
    let Some(mut account) = accounts::lock_unchanged(&mut tx, account, now).await? else {
        return Ok(None);
    };
    let counting = site.sign_in_policy(&account).is_on() && !account.is_undone();
    if !counting || !factors::use_step(account.tx(), factor.id, step, now).await? {
        return Ok(None);
    }
    let passed = enter(site, &mut account, Proof::Code(&First::App), None, keep).await?;
    counted.refund(site.app, account.tx()).await?;
    tx.commit().await?;
    Ok(Some(passed))
}
