//! The form for a new password that a restricted session reaches, and nothing else.

use rocket::{Route, get, post, routes};
use serde_json::json;

use super::complete::{choose, complete, is_set};
use crate::{
    auth::{
        gate::{self, SessionKind},
        session::Restricted,
        temporary::is_generated,
    },
    base::{Error, email::masked, fault::Fault},
    core::event::Event,
    http::{Answer, Faults, Fields, Page, SameOrigin, Visit, page::Why},
    policy::{Policy, strategy::Strategy},
    store::{
        accounts::{self, Account},
        sessions::{self, SignedIn},
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_skip, skip]
}

fn page(site: &Visit<'_>, restricted: &Restricted<'_>) -> Page {
    let Restricted { me, policy } = restricted;
    let (session, steps) = (&me.session, policy.strategy.steps());
    Page::new("reset/new_password")
        .with("ticket", json!({ "id": session.id }))
        .with("email", masked(&me.account.email))
        .with("address", known_address(policy, &me.account))
        .with("seconds", site.now().until(session.expires_at).as_secs())
        .with("minutes", format::minutes(site.now().until(session.expires_at)))
        .with("until", format::clock(session.expires_at))
        .with("may_skip", may_skip(policy))
        .with("login_after", policy.login_after)
        .with("step", steps)
        .with("steps", steps)
}

/// Whoever signed in with a generated password has typed the address.
fn known_address<'a>(policy: &Policy, account: &'a Account) -> &'a str {
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

#[post("/reset/new-password", data = "<fields>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    restricted: Restricted<'_>,
    fields: Fields,
) -> Result<Answer, Error> {
    let SignedIn { session, account } = restricted.me;
    let mut faults = Faults::default();
    let Some(new) = choose(&site, account, &fields, &mut faults).await? else {
        return Ok(page(&site, &restricted).faults(faults).into());
    };
    let generated = session.opened_by.as_deref();
    if generated.is_some_and(|digest| is_generated(&site, account.id, digest, &new)) {
        let fault = Faults::of("new_password", Fault::new("password-own-word"));
        return Ok(page(&site, &restricted).faults(fault).into());
    }
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let mut tx = site.begin().await?;
    let won = accounts::lock_unchanged(&mut tx, account, site.now()).await?
        && sessions::end(&mut tx, account.id, session.id).await?;
    if won {
        return complete(&site, tx, account, &restricted.policy, &hash).await;
    }
    drop(tx);
    if !is_set(&site, account.id, new).await? {
        return Ok(over(&site).into());
    }
    site.tell("told-twice");
    Ok(Answer::go("/account"))
}

fn over(site: &Visit<'_>) -> Page {
    Page::unusable(&site.templates, Why::Step, None, "/reset")
}

#[get("/reset/new-password/skip")]
fn show_skip() -> Answer {
    Answer::go("/reset/new-password")
}

#[post("/reset/new-password/skip")]
async fn skip(_ours: SameOrigin, site: Visit<'_>, restricted: Restricted<'_>) -> Result<Answer, Error> {
    let Restricted { me: SignedIn { session, account }, policy } = restricted;
    if !may_skip(&policy) {
        return Ok(over(&site).into());
    }
    let asked = site.caller();
    let mut tx = site.begin().await?;
    let won = accounts::lock_unchanged(&mut tx, account, site.now()).await?
        && sessions::end(&mut tx, account.id, session.id).await?;
    if !won {
        return Ok(over(&site).into());
    }
    accounts::prove(&mut tx, account.id, site.now()).await?;
    // Not a fresh session: its owner has not shown a password.
    let admission = gate::admit(&site, &mut tx, account, SessionKind::Remembered, false).await?;
    Event::new("reset.skipped", account.id).from(&asked).under(&policy).write(site.app, &mut tx).await?;
    tx.commit().await?;
    admission.enter(&site);
    site.tell("told-skipped");
    Ok(Answer::go("/account"))
}
