//! Recovery codes: shown once, in the browser that got them, until they have been written down.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    account::notice,
    auth::{recovery, stepped_up::SteppedUp},
    base::{Error, key::Key},
    core::{
        event::{Event, EventKind},
        place::{Address, Place, goal},
    },
    http::{CookieName, Form, Outcome, Page, Read, SameOrigin, Visit, form::form, shown_once},
    store::{factors, sessions::SignedIn},
    view::shown::{Forms, View},
};

const PURPOSE: &str = "recovery codes";

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, keep_them, show_renew, renew]
}

form! {
    /// The button that says that they have been written down.
    pub struct KeptForm {
        /// Path to go on to.
        next: String = hidden(),
    }
}

/// The page with the codes.
#[derive(Serialize)]
pub struct CodesPage {
    /// The codes, in groups of four.
    new_codes: Vec<String>,
    /// Address to go on to.
    next: Address,
}

impl View for CodesPage {
    const TEMPLATE: &'static str = "factors/codes";
    const FORMS: Forms = &[KeptForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![CodesPage {
            new_codes: vec!["abcd-efgh-jkmn".into(); recovery::CODES],
            next: Place::Account.into(),
        }]
    }
}

/// Tells a program new codes; false if there is none, and a page has to show them.
pub fn tell(site: &Visit<'_>, codes: &[Key]) -> bool {
    site.tell("recovery_codes", codes.iter().map(Key::grouped).collect::<Vec<_>>());
    site.program.is_some()
}

/// Keeps new codes for the page that shows them.
///
/// # Errors
/// Same as [`Visit::seal`].
pub fn keep(site: &Visit<'_>, whose: Uuid, codes: &[Key]) -> Result<(), Error> {
    let codes: Vec<_> = codes.iter().map(Key::grouped).collect();
    shown_once::keep(site, CookieName::RecoveryCodes, PURPOSE, whose, codes)
}

// Signed in or not: where a sign-in requires one more factor, or none at all, the codes are there all the same.
#[get("/account/factors/codes?<next>")]
fn show(site: Visit<'_>, next: Option<&str>, me: Option<&SignedIn>) -> Outcome {
    let me = me.map(|me| me.account.id);
    match shown_once::kept(&site, CookieName::RecoveryCodes, PURPOSE, me) {
        Some(new_codes) => Page::of(&CodesPage { new_codes, next: goal(next.unwrap_or_default()) }).into(),
        None => Outcome::elsewhere(Place::Factors),
    }
}

#[post("/account/factors/codes", data = "<form>")]
fn keep_them(_ours: SameOrigin, site: Visit<'_>, form: Read<KeptForm>) -> Outcome {
    site.cookies.remove(CookieName::RecoveryCodes);
    Outcome::go(goal(&form.draft.next.unwrap_or_default()))
}

#[get("/account/factors/codes/renew")]
fn show_renew(_me: SteppedUp<'_>) -> Outcome {
    Outcome::elsewhere(Place::Factors)
}

#[post("/account/factors/codes/renew")]
async fn renew(_ours: SameOrigin, site: Visit<'_>, me: SteppedUp<'_>) -> Result<Outcome, Error> {
    let mut tx = site.begin().await?;
    let Some(mut account) = me.0.lock(&mut tx, site.now()).await? else {
        return Ok(Outcome::elsewhere(Place::Factors));
    };
    let (asked, id) = (site.caller(), account.id);
    if factors::of_account(account.tx(), id).await?.is_empty() {
        return Ok(Outcome::elsewhere(Place::Factors));
    }
    let (held, row) = account.parts();
    notice::post(site.app, held, row, &row.email, "recovery-codes-renewed", &asked).await?;
    let codes = recovery::renew(site.app, held, id).await?;
    Event::new(EventKind::FactorCodesRenewed, id).from(&asked).write(site.app, held).await?;
    tx.commit().await?;
    if tell(&site, &codes) {
        return Ok(Outcome::go(Place::Factors));
    }
    keep(&site, id, &codes)?;
    Ok(Outcome::go(Place::RecoveryCodes.with(&[("next", &Place::Factors.at(site.base()))])))
}
