//! The form for a new password, the only page that a restricted session reaches.

use rocket::{Route, get, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Steps,
    complete::{PasswordForm, choose, complete, is_set},
};
use crate::{
    auth::{
        gate::{self, Goal, Proof},
        session::Restricted,
        temporary::is_generated,
    },
    base::{Error, clock::Time, email::masked, fault::Fault},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, dead_end::Why},
    policy::{Policy, strategy::Strategy},
    store::{
        Tx,
        accounts::{self, AccountRow, Locked},
        sessions::{self, SignedIn},
    },
    view::shown::{Forms, Until, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_skip, skip]
}

/// The form for a new password.
#[derive(Serialize)]
pub struct NewPasswordPage {
    ticket: SessionShown,
    /// Masked address.
    email: String,
    /// The whole address, if whoever got here knows it; else empty.
    address: String,
    /// Seconds until the session expires.
    seconds: u64,
    #[serde(flatten)]
    until: Until,
    may_skip: bool,
    login_after: bool,
    #[serde(flatten)]
    steps: Steps,
}

/// The restricted session.
#[derive(Serialize)]
struct SessionShown {
    /// Public id, for the form.
    id: Uuid,
}

impl View for NewPasswordPage {
    const TEMPLATE: &'static str = "reset/new_password";
    const FORMS: Forms = &[PasswordForm::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |address: &str, may_skip| NewPasswordPage {
            ticket: SessionShown { id: Uuid::from_u128(7) },
            email: "m•••@example.com".into(),
            address: address.into(),
            seconds: 540,
            until: Until::sample(),
            may_skip,
            login_after: true,
            steps: Steps { step: 3, steps: 3 },
        };
        vec![page("maria@example.com", false), page("", true)]
    }
}

fn page(site: &Visit<'_>, restricted: &Restricted<'_>) -> Page {
    let Restricted { me, policy } = restricted;
    let SignedIn { session, account } = me;
    Page::of(&NewPasswordPage {
        ticket: SessionShown { id: session.id },
        email: masked(&account.email),
        address: known_address(policy, account).to_owned(),
        seconds: site.now().until(session.expires_at).as_secs(),
        until: Until::new(site.locale, session.expires_at, site.now()),
        may_skip: may_skip(policy),
        login_after: policy.login_after,
        steps: Steps::of(policy.strategy, policy.strategy.steps()),
    })
}

/// Like [`Policy::known_address`], but with the address after a generated password: it was typed to sign in.
fn known_address<'a>(policy: &Policy, account: &'a AccountRow) -> &'a str {
    match policy.strategy {
        Strategy::GeneratedPassword => &account.email,
        _ => policy.known_address(account),
    }
}

fn may_skip(policy: &Policy) -> bool {
    policy.may_skip && policy.strategy == Strategy::OneTimeLogin
}

#[get("/reset/new-password")]
fn show(site: Visit<'_>, restricted: Restricted<'_>) -> Page {
    page(&site, &restricted)
}

#[post("/reset/new-password", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    restricted: Restricted<'_>,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    let SignedIn { session, account } = restricted.me;
    let Read { draft, mut refusal } = form;
    let Some(new) = choose(&site, account, draft.new_password, &mut refusal).await? else {
        return Ok(page(&site, &restricted).refused(refusal));
    };
    let generated = session.opened_by.as_deref();
    if generated.is_some_and(|digest| is_generated(&site, account.id, digest, &new)) {
        let refusal = refusal.with(PasswordForm::AT.new_password, Fault::new("password-own-word"));
        return Ok(page(&site, &restricted).refused(refusal));
    }
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let mut tx = site.begin().await?;
    if let Some(mut locked) = lock(&mut tx, restricted.me, site.now()).await? {
        let Some(completed) = complete(&site, &mut locked, &restricted.policy, &hash, session.factor).await?
        else {
            return Ok(Outcome::gone(Why::Live, None, Place::Reset));
        };
        tx.commit().await?;
        return completed.enter(&site, account, &restricted.policy);
    }
    drop(tx);
    if !is_set(&site, account.id, new).await? {
        return Ok(over());
    }
    site.flash("flash-twice");
    Ok(Outcome::go(Place::Account))
}

/// Locks the account and ends the restricted session; `None` unless both succeed.
async fn lock<'t>(tx: &'t mut Tx, me: &SignedIn, now: Time) -> Result<Option<Locked<'t>>, Error> {
    let Some(mut account) = accounts::lock_unchanged(tx, &me.account, now).await? else { return Ok(None) };
    let ended = sessions::end(account.tx(), me.account.id, me.session.id).await?;
    Ok(ended.then_some(account))
}

fn over() -> Outcome {
    Outcome::gone(Why::Step, None, Place::Reset)
}

#[get("/reset/new-password/skip")]
fn show_skip() -> Outcome {
    Outcome::elsewhere(Place::NewPassword)
}

#[post("/reset/new-password/skip")]
async fn skip(_ours: SameOrigin, site: Visit<'_>, restricted: Restricted<'_>) -> Result<Outcome, Error> {
    let Restricted { me, policy } = restricted;
    if !may_skip(&policy) {
        return Ok(over());
    }
    let mut tx = site.begin().await?;
    let Some(mut account) = lock(&mut tx, me, site.now()).await? else { return Ok(over()) };
    account.prove(site.now()).await?;
    let goal = Goal::SignIn { keep: false };
    let (proof, factor) = (Proof::Reset(&policy), me.session.factor);
    let passed = gate::pass(&site, &mut account, proof, factor, goal).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::ResetSkipped, account.id).from(&asked).under(&policy);
    event.write(site.app, account.tx()).await?;
    tx.commit().await?;
    site.flash("flash-skipped");
    Ok(passed.enter(&site, Place::Account))
}
