//! The form for a new password that a restricted session reaches, and nothing else.

use rocket::{Route, get, post, routes};
use serde_json::json;

use super::{
    Strategy,
    complete::{choose, complete, is_set},
    generated_password::is_generated,
    policy::Policy,
};
use crate::{
    Error,
    account::{
        email::masked,
        fault::Fault,
        gate::{self, Kind},
        session::Restricted,
    },
    event::Event,
    store::{accounts, accounts::Account, sessions},
    web::{Answer, Faults, Fields, Page, SameOrigin, Site, human, page::Why},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_skip, skip]
}

/// The policy that the session was opened under, if the one in force accepts it.
fn policy(site: &Site<'_>, me: &Restricted<'_>) -> Option<Policy> {
    Policy::read(me.0.session.policy.as_deref()).filter(|issued| site.policy(&me.0.account).accepts(issued))
}

fn page(site: &Site<'_>, me: &Restricted<'_>, policy: &Policy) -> Page {
    let (session, steps) = (&me.0.session, policy.strategy.steps());
    Page::new("reset/new_password")
        .with("ticket", json!({ "id": session.id }))
        .with("email", masked(&me.0.account.email))
        .with("address", known_address(policy, &me.0.account))
        .with("seconds", site.now().until(session.expires_at).as_secs())
        .with("minutes", human::minutes(site.now().until(session.expires_at)))
        .with("until", human::clock(session.expires_at))
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
fn show(site: Site<'_>, me: Restricted<'_>) -> Page {
    match policy(&site, &me) {
        Some(policy) => page(&site, &me, &policy),
        None => over(&site),
    }
}

#[post("/reset/new-password", data = "<fields>")]
async fn submit(
    _ours: SameOrigin,
    site: Site<'_>,
    me: Restricted<'_>,
    fields: Fields,
) -> Result<Answer, Error> {
    let Some(policy) = policy(&site, &me) else { return Ok(over(&site).into()) };
    let (account, mut faults) = (&me.0.account, Faults::default());
    let Some(new) = choose(&site, account, &fields, &mut faults).await? else {
        return Ok(page(&site, &me, &policy).faults(faults).into());
    };
    let generated = me.0.session.opened_by.as_deref();
    if generated.is_some_and(|digest| is_generated(&site, account.id, digest, &new)) {
        let fault = Faults::of("new_password", Fault::new("password-own-word"));
        return Ok(page(&site, &me, &policy).faults(fault).into());
    }
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let mut tx = site.begin().await?;
    let won = accounts::take(&mut tx, account, site.now()).await?
        && sessions::end(&mut tx, account.id, me.0.session.id).await?;
    if won {
        return complete(&site, tx, account, &policy, &hash).await;
    }
    drop(tx);
    if !is_set(&site, account.id, new).await? {
        return Ok(over(&site).into());
    }
    site.tell("told-twice");
    Ok(Answer::go("/account"))
}

fn over(site: &Site<'_>) -> Page {
    Page::unusable(&site.templates, Why::Step, None, "/reset")
}

#[get("/reset/new-password/skip")]
fn show_skip() -> Answer {
    Answer::go("/reset/new-password")
}

#[post("/reset/new-password/skip")]
async fn skip(_ours: SameOrigin, site: Site<'_>, me: Restricted<'_>) -> Result<Answer, Error> {
    let Some(policy) = policy(&site, &me).filter(may_skip) else {
        return Ok(over(&site).into());
    };
    let (account, asked) = (&me.0.account, site.asked());
    let mut tx = site.begin().await?;
    let won = accounts::take(&mut tx, account, site.now()).await?
        && sessions::end(&mut tx, account.id, me.0.session.id).await?;
    if !won {
        return Ok(over(&site).into());
    }
    accounts::prove(&mut tx, account.id, site.now()).await?;
    // Not a fresh session: its owner has not shown a password.
    let admission = gate::admit(&site, &mut tx, account, Kind::Remembered, false).await?;
    Event::new("reset.skipped", account.id).from(&asked).under(&policy).write(site.app, &mut tx).await?;
    tx.commit().await?;
    admission.enter(&site);
    site.tell("told-skipped");
    Ok(Answer::go("/account"))
}
