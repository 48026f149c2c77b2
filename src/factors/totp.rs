//! Setting up an authenticator app: its secret as a QR code and as text, and the first code, which proves it.

use std::time::Duration;

use rocket::{Route, get, post, routes};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    enrol::{Enrolling, StartForm},
    list::{MAX_NAME, address},
};
use crate::{
    auth::{
        told,
        totp::{AppSecret, Compared, QrPath},
    },
    base::{
        Error,
        factor::FactorKind,
        fault::Fault,
        key::{Key, Purpose},
    },
    core::place::Place,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form},
    store::{
        accounts::AccountRow,
        factors::FactorRow,
        keys::{self, KeyRow},
    },
    view::shown::{Forms, Until, View},
};

/// Time in which the first code has to be typed.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show_start, start, show, submit]
}

form! {
    /// The form for the first code.
    pub struct TotpForm {
        /// Path to go on to after signing in.
        next: String = hidden(),
        code: Zeroizing<String> = code(100).mode("numeric").enter("go"),
        name: String = optional_line(MAX_NAME),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct TotpPage {
    /// Address of the account.
    email: String,
    /// Whether a sign-in owes it.
    signing_in: bool,
    /// Address to go on to after signing in.
    next: String,
    /// The secret, in groups of four.
    secret: String,
    /// Address that an app on this device opens.
    url: String,
    /// Modules on a side of the QR code.
    size: usize,
    /// Its dark modules.
    path: String,
    #[serde(flatten)]
    until: Until,
}

impl View for TotpPage {
    const TEMPLATE: &'static str = "factors/totp";
    const FORMS: Forms = &[TotpForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |signing_in| {
            let url = "otpauth://totp/Latchkey:maria%40example.com?secret=GEZDGNBVGY3TQOJQ&issuer=Latchkey";
            let QrPath { size, path } = QrPath::of(url).expect("the sample is short");
            TotpPage {
                email: "maria@example.com".into(),
                signing_in,
                next: String::new(),
                secret: "GEZD GNBV GY3T QOJQ".into(),
                url: url.into(),
                size,
                path,
                until: Until::sample(),
            }
        };
        vec![page(false), page(true)]
    }
}

#[get("/account/factors/totp/start")]
fn show_start(_me: Enrolling<'_>) -> Outcome {
    Outcome::elsewhere(Place::Factors)
}

#[post("/account/factors/totp/start", data = "<form>")]
pub(super) async fn start(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<StartForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.unwrap_or_default();
    if me.room_for(&site, FactorKind::Totp).await?.is_none() {
        return Ok(Outcome::elsewhere(address(&next)));
    }
    let (account, browser) = (me.account(), site.ensure_browser_id()?);
    // Nothing but its row is ever looked for.
    let digest = Key::for_link(site.random)?.digest(&site.keyring);
    let secret = AppSecret::generate(site.random)?;
    let row = KeyRow {
        browser: Some(browser),
        sealed: Some(secret.seal(site.app)?),
        ..site.key_row(account.id, Purpose::Totp, digest, LIFE)?
    };
    let mut tx = site.begin().await?;
    keys::end(&mut tx, account.id, Purpose::Totp).await?;
    keys::insert(&mut tx, &row).await?;
    tx.commit().await?;
    tell(&site, account, &secret);
    Ok(Outcome::go(Place::FactorsTotp.with(&[("next", &next)])))
}

/// Tells a program the secret, in the words of Flask-Security.
fn tell(site: &Visit<'_>, account: &AccountRow, secret: &AppSecret) {
    told::setting_up(site, FactorKind::Totp, told::method(FactorKind::Totp));
    let issuer = &*site.config().site_name;
    // To be owed after a password, and to sign in by.
    for of in ["tf_authr", "authr"] {
        let tell = |key: &str, value: Option<String>| site.tell(&format!("{of}_{key}"), value);
        tell("b32key", Some(secret.grouped().replace(' ', "")));
        tell("key", Some(secret.grouped()));
        tell("uri", secret.url(issuer, &account.email));
        tell("issuer", Some(issuer.to_owned()));
        tell("username", Some(account.email.clone()));
    }
}

/// Returns the app that is being set up in this browser.
async fn pending(site: &Visit<'_>, me: &Enrolling<'_>) -> Result<Option<(KeyRow, AppSecret)>, Error> {
    let row = keys::of_account(&mut site.read().await?, me.account().id, Purpose::Totp, site.now()).await?;
    let row = row.filter(|row| row.browser == site.browser_id());
    Ok(row.and_then(|row| {
        let secret = AppSecret::unseal(site.app, row.sealed.as_deref()?)?;
        Some((row, secret))
    }))
}

fn page(site: &Visit<'_>, me: &Enrolling<'_>, row: &KeyRow, secret: &AppSecret, next: &str) -> Page {
    let email = &me.account().email;
    let url = secret.url(&site.config().site_name, email).unwrap_or_default();
    let QrPath { size, path } = QrPath::of(&url).unwrap_or(QrPath { size: 0, path: String::new() });
    let page = Page::of(&TotpPage {
        email: email.clone(),
        signing_in: me.is_signing_in(),
        next: next.to_owned(),
        secret: secret.grouped(),
        url,
        size,
        path,
        until: Until::new(site.locale, row.expires_at, site.now()),
    });
    page.home(Place::FactorsTotp.with(&[("next", next)]))
}

#[get("/account/factors/totp?<next>")]
async fn show(site: Visit<'_>, me: Enrolling<'_>, next: Option<&str>) -> Result<Outcome, Error> {
    let next = next.unwrap_or_default();
    Ok(match pending(&site, &me).await? {
        Some((row, secret)) => page(&site, &me, &row, &secret, next).into(),
        None => Outcome::elsewhere(address(next)),
    })
}

#[post("/account/factors/totp", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<TotpForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.clone().unwrap_or_default();
    let Some((row, secret)) = pending(&site, &me).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    let page = || page(&site, &me, &row, &secret, &next);
    let (TotpForm { code, name, .. }, refusal) = match form.whole() {
        Ok(whole) => whole,
        Err(refusal) => return Ok(page().refused(refusal)),
    };
    let fault = match secret.compare(&code, site.now()) {
        Compared::Right(step) => Ok(step),
        Compared::WrongClock => Err("fault-factor-clock"),
        Compared::Wrong => Err("fault-factor-again"),
    };
    let used_step = match fault {
        Ok(step) => step,
        Err(fault) => return Ok(page().refused(refusal.with(TotpForm::AT.code, Fault::new(fault)))),
    };
    let (now, mut tx) = (site.now(), site.begin().await?);
    let Some(mut account) = me.lock(&mut tx, &site).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    if !account.spend(row.id, now).await? {
        return Ok(Outcome::elsewhere(address(&next)));
    }
    let name = if name.is_empty() { site.say("factor-totp", &[]) } else { name };
    let factor = FactorRow {
        secret: secret.seal(site.app)?,
        used_step,
        ..site.factor_row(account.id, FactorKind::Totp, name)?
    };
    let Some(added) = me.add(&site, &mut account, &factor).await? else {
        return Ok(Outcome::elsewhere(address(&next)));
    };
    tx.commit().await?;
    added.enter(&site, me.account(), &next)
}
