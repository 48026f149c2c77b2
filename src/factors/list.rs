//! The list of second factors: adding, naming and removing them.

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{
    enrol::{Enrolling, StartForm},
    setup::DISABLE,
};
use crate::{
    account::notice,
    auth::{
        passkey::{self, Stored},
        recipient::Recipient,
        stepped_up::SteppedUp,
        token, told,
    },
    base::{Error, factor::FactorKind, fault::Fault},
    core::{
        event::{Event, EventKind},
        place::{Address, Place},
    },
    http::{Form, Outcome, Page, Read, Refusal, SameOrigin, Visit, form::form},
    policy::sign_in::{SecondFactor, SignInPolicy},
    store::{
        factors::{self, FactorRow, MAX_FACTORS},
        recovery_codes,
    },
    view::{
        format,
        shown::{Forms, View},
    },
};

/// Most characters of a name.
pub const MAX_NAME: usize = 40;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, show_one, rename, show_remove, remove]
}

form! {
    /// The form for the name of a factor.
    pub struct NameForm {
        name: String = line(MAX_NAME),
    }
}

/// The list.
#[derive(Serialize)]
pub struct FactorsPage {
    /// Address of the account.
    email: String,
    /// Whether a sign-in owes one.
    signing_in: bool,
    /// Address to go on to after signing in.
    next: String,
    factors: Vec<FactorShown>,
    /// Recovery codes left.
    codes_left: usize,
    /// Kinds that can be set up.
    kinds: Vec<FactorKind>,
}

/// A factor.
#[derive(Serialize)]
struct FactorShown {
    id: Uuid,
    kind: FactorKind,
    name: String,
    /// What is shown of where its codes are sent, if they are.
    to: Option<String>,
    since: String,
    /// Last use.
    used: Option<String>,
    /// Whether a passkey is backed up.
    backed_up: Option<bool>,
    /// Whether it may be removed.
    may_remove: bool,
}

impl View for FactorsPage {
    const TEMPLATE: &'static str = "factors/list";
    const FORMS: Forms = &[NameForm::INPUTS, StartForm::INPUTS];

    fn samples() -> Vec<Self> {
        let factor = |kind, name: &str, used: Option<&str>, to: Option<&str>| FactorShown {
            id: Uuid::from_u128(7),
            kind,
            name: name.into(),
            to: to.map(str::to_owned),
            since: "2026-05-03".into(),
            used: used.map(str::to_owned),
            backed_up: (kind == FactorKind::Passkey).then_some(used.is_some()),
            may_remove: true,
        };
        let page = |factors, signing_in, codes| FactorsPage {
            email: "maria@example.com".into(),
            signing_in,
            next: "/account".into(),
            factors,
            codes_left: codes,
            kinds: FactorKind::all().collect(),
        };
        let at = Some("2026-05-04 09:12 UTC");
        let held = vec![
            factor(FactorKind::Passkey, "Apple Passwords", at, None),
            factor(FactorKind::Passkey, "Key on my keyring", None, None),
            factor(FactorKind::Totp, "Tablet", at, None),
            factor(FactorKind::Sms, "Phone", None, Some("42")),
            factor(FactorKind::Email, "Email", None, Some("m•••@example.com")),
        ];
        vec![page(held, false, 3), page(Vec::new(), false, 0), page(Vec::new(), true, 0)]
    }
}

#[get("/account/factors?<next>")]
async fn show(site: Visit<'_>, me: Enrolling<'_>, next: Option<&str>) -> Result<Page, Error> {
    page(&site, &me, next.unwrap_or_default()).await
}

pub(super) async fn page(site: &Visit<'_>, me: &Enrolling<'_>, next: &str) -> Result<Page, Error> {
    let account = me.account();
    let mut conn = site.read().await?;
    let held = factors::of_account(&mut conn, account.id).await?;
    let codes = recovery_codes::of_account(&mut conn, account.id).await?.len();
    let policy = site.sign_in_policy(account);
    let room = held.len() < MAX_FACTORS;
    let mail = Recipient::mail(&account.email);
    let gets_mail = held.iter().any(|factor| Recipient::of(site.app, factor).as_ref() == Some(&mail));
    let offered = |kind: &FactorKind| match kind {
        FactorKind::Passkey => passkey::party(site).is_some(),
        FactorKind::Email => !gets_mail,
        FactorKind::Sms => site.transports.can_text(),
        _ => true,
    };
    let kinds = policy.factors.iter().copied().filter(|kind| room && offered(kind));
    let kinds = kinds.filter(|kind| !me.first().is_some_and(|first| first.excludes(*kind))).collect();
    let shown = |factor: &FactorRow| FactorShown {
        id: factor.id,
        kind: factor.kind,
        to: Recipient::of(site.app, factor).map(|recipient| recipient.shown()),
        since: format::day(site.locale, factor.created_at),
        used: factor.used_at.map(|at| format::moment(site.locale, at)),
        backed_up: Stored::of(factor).map(|stored| stored.credential.backed_up),
        may_remove: !is_needed(&policy, &held, factor.id),
        name: factor.name.clone(),
    };
    if site.program.is_some() {
        tell(site, &policy, &held, codes);
    }
    Ok(Page::of(&FactorsPage {
        email: account.email.clone(),
        signing_in: me.is_signing_in(),
        next: next.to_owned(),
        factors: held.iter().map(shown).collect(),
        codes_left: codes,
        kinds,
    }))
}

/// Tells a program which factors there are, in the words of Flask-Security.
fn tell(site: &Visit<'_>, policy: &SignInPolicy, held: &[FactorRow], codes: usize) {
    let passkeys: Vec<_> = held.iter().filter_map(told::passkey).collect();
    let phone = held.iter().filter(|factor| factor.kind == FactorKind::Sms);
    let phone = phone.filter_map(|factor| Recipient::of(site.app, factor)).next().map(|it| it.shown());
    let names: Vec<_> = policy.factors.iter().copied().map(told::method).collect();
    site.tell("tf_phone_number", phone.as_deref());
    site.tell("phone", phone.as_deref());
    site.tell("identity_attributes", told::identities(site));
    site.tell("available_methods", names.clone());
    site.tell("setup_methods", names);
    site.tell("active_methods", held.iter().map(|factor| told::method(factor.kind)).collect::<Vec<_>>());
    site.tell("tf_required", policy.second_factor == SecondFactor::Required);
    told::factor(site, held.iter().map(|factor| factor.kind).min());
    let may_disable = policy.second_factor != SecondFactor::Required && !held.is_empty();
    let available = may_disable.then_some(DISABLE).into_iter();
    let available = available.chain(policy.factors.iter().copied().map(told::method));
    site.tell("tf_available_methods", available.collect::<Vec<_>>());
    site.tell("registered_credentials", passkeys);
    // They are shown once, when they are made.
    site.tell("recovery_codes", Vec::<String>::new());
    site.tell("remaining", codes);
}

/// True if its owner would have to set up another factor without this one.
fn is_needed(policy: &SignInPolicy, held: &[FactorRow], id: Uuid) -> bool {
    policy.holds_up(held.iter().filter(|other| other.id != id).map(|other| other.kind))
}

#[get("/account/factors/<_>/name")]
fn show_one(_me: SteppedUp<'_>) -> Outcome {
    Outcome::elsewhere(Place::Factors)
}

#[post("/account/factors/<id>/name", data = "<form>")]
async fn rename(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: SteppedUp<'_>,
    id: &str,
    form: Read<NameForm>,
) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(Outcome::Failed(Status::NotFound)) };
    let NameForm { name } = match form.whole() {
        Ok((form, _)) => form,
        Err(refusal) => return refused(&site, me, refusal).await,
    };
    let mut tx = site.begin().await?;
    let Some(mut account) = me.0.lock(&mut tx, site.now()).await? else {
        return Ok(Outcome::elsewhere(Place::Factors));
    };
    let (asked, owner) = (site.caller(), account.id);
    let held = factors::of_account(account.tx(), owner).await?;
    if let Some(factor) = held.iter().find(|factor| factor.id == id && factor.name != name) {
        let (tx_held, row) = account.parts();
        notice::post(site.app, tx_held, row, &row.email, "factor-renamed", &asked).await?;
        factors::rename(tx_held, owner, id, &name).await?;
        let event = Event::new(EventKind::FactorRenamed, owner).from(&asked).detail(factor.kind.name());
        event.write(site.app, tx_held).await?;
        tx.commit().await?;
        site.flash("flash-factor-renamed");
    }
    Ok(Outcome::go(Place::Factors))
}

pub(super) async fn refused(site: &Visit<'_>, me: SteppedUp<'_>, refusal: Refusal) -> Result<Outcome, Error> {
    let page = page(site, &Enrolling::SignedIn(me), "").await?;
    Ok(page.home(Place::Factors).refused(refusal))
}

#[get("/account/factors/<_>/remove")]
fn show_remove(_me: SteppedUp<'_>) -> Outcome {
    Outcome::elsewhere(Place::Factors)
}

#[post("/account/factors/<id>/remove")]
pub(super) async fn remove(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: SteppedUp<'_>,
    id: &str,
) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return Ok(Outcome::Failed(Status::NotFound)) };
    let mut tx = site.begin().await?;
    let Some(mut account) = me.0.lock(&mut tx, site.now()).await? else {
        return Ok(Outcome::elsewhere(Place::Factors));
    };
    let (asked, owner) = (site.caller(), account.id);
    let held = factors::of_account(account.tx(), owner).await?;
    let Some(factor) = held.iter().find(|factor| factor.id == id) else {
        return Ok(Outcome::elsewhere(Place::Factors));
    };
    if is_needed(&site.sign_in_policy(&account), &held, id) {
        drop(tx);
        return refused(&site, me, Refusal::at("factors", Fault::new("fault-factor-needed"))).await;
    }
    let (tx_held, row) = account.parts();
    notice::post(site.app, tx_held, row, &row.email, "factor-removed", &asked).await?;
    match held.len() {
        1 => _ = factors::remove_all(&mut account).await?,
        _ => _ = factors::remove(&mut account, id).await?,
    }
    let event = Event::new(EventKind::FactorRemoved, owner).from(&asked).detail(factor.kind.name());
    event.write(site.app, account.tx()).await?;
    let session = &me.0.0.session;
    token::renew(&site, &mut account, session, session.factor).await?;
    tx.commit().await?;
    site.flash("flash-factor-removed");
    Ok(Outcome::go(Place::Factors))
}

/// Returns the list, with the address to go on to.
pub fn address(next: &str) -> Address {
    Place::Factors.with(&[("next", next)])
}
