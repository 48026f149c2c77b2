//! The username: chosen, changed or given up in a fresh session, with a notice to the owner. A former one stays reserved.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::notice;
use crate::{
    auth::session::Fresh,
    base::{Error, fault::Fault, username::Username},
    core::{
        event::{Event, EventKind},
        limits::RateLimit,
        place::{Address, Place, goal},
    },
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, form::form, throttle::Try},
    policy::sign_in::Usernames,
    store::usernames,
    view::shown::{Forms, View},
};

/// Most former usernames that stay reserved for an account: with as many, it keeps the one that it has.
const MOST_RESERVED: i64 = 10;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

form! {
    /// The form for a username, or for none.
    pub struct UsernameForm {
        /// Path to go on to.
        next: String = hidden(),
        username: Option<Username> = username(),
    }
}

/// The page with that form.
#[derive(Serialize)]
pub struct UsernamePage {
    /// Address to go on to.
    next: Address,
    /// The present one.
    current: Option<String>,
    /// Whether there may be none.
    optional: bool,
}

impl View for UsernamePage {
    const TEMPLATE: &'static str = "account/username";
    const FORMS: Forms = &[UsernameForm::INPUTS];
    const SHOWS_ME: bool = true;

    fn samples() -> Vec<Self> {
        let page = |current: Option<&str>, optional| UsernamePage {
            next: Place::Account.into(),
            current: current.map(str::to_owned),
            optional,
        };
        vec![page(None, false), page(None, true), page(Some("maria.k"), false), page(Some("maria.k"), true)]
    }
}

fn page(site: &Visit<'_>, current: Option<String>, next: &str) -> Page {
    let optional = site.at_arrival.sign_in([]).usernames == Usernames::Optional;
    let typed = current.clone().unwrap_or_default();
    site.tell("current_username", current.as_deref());
    let page = Page::of(&UsernamePage { next: goal(next), current, optional });
    page.filled(UsernameForm::AT.username, &typed).home(Place::ChangeUsername.with(&[("next", next)]))
}

#[get("/account/username?<next>")]
async fn show(site: Visit<'_>, me: Fresh<'_>, next: Option<&str>) -> Result<Outcome, Error> {
    if !site.at_arrival.sign_in([]).has_usernames() {
        return Ok(Outcome::elsewhere(Place::Account));
    }
    let current = usernames::of_account(&mut site.read().await?, me.0.account.id).await?;
    Ok(page(&site, current, next.unwrap_or_default()).into())
}

#[post("/account/username", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Fresh<'_>,
    form: Read<UsernameForm>,
) -> Result<Outcome, Error> {
    let (id, policy) = (me.0.account.id, site.at_arrival.sign_in([]));
    if !policy.has_usernames() {
        return Ok(Outcome::elsewhere(Place::Account));
    }
    let (next, at) = (form.draft.next.clone().unwrap_or_default(), UsernameForm::AT.username);
    let mut conn = site.read().await?;
    let current = usernames::of_account(&mut conn, id).await?;
    let (name, refusal) = match form.whole() {
        Ok((UsernameForm { username, .. }, refusal)) => (username, refusal),
        Err(refusal) => return Ok(page(&site, current, &next).refused(refusal)),
    };
    let fault = match (&name, &current) {
        (None, _) if policy.usernames == Usernames::Required => Some(Fault::missing()),
        (None, None) => return Ok(Outcome::Go(goal(&next))),
        (None, Some(_)) => None,
        (Some(name), Some(current)) if name.name() == current => Some(Fault::new("fault-same-username")),
        (Some(_), _) => {
            let reserved = usernames::reserved(&mut conn, id, site.now()).await?;
            (reserved >= MOST_RESERVED).then(|| Fault::new("fault-usernames-many"))
        }
    };
    drop(conn);
    if let Some(fault) = fault {
        return Ok(page(&site, current, &next).refused(refusal.with(at, fault)));
    }
    let counted = Try::count(&site, [RateLimit::UsernameOf(id.as_bytes())]).await?;
    if !counted.allowed().is_yes() {
        return Ok(Outcome::too_many(counted.allowed()));
    }
    let (now, asked) = (site.now(), site.caller());
    let mut tx = site.begin().await?;
    let Some(mut locked) = me.lock(&mut tx, now).await? else { return Ok(Outcome::elsewhere(Place::SignIn)) };
    let (held, row) = locked.parts();
    notice::post(site.app, held, row, &row.email, "username-changed", &asked).await?;
    let is_free = match &name {
        Some(name) => usernames::set(&mut locked, name, now).await?,
        None => usernames::leave(&mut locked, now).await.map(|()| true)?,
    };
    if !is_free {
        return Ok(page(&site, current, &next).refused(refusal.with(at, Fault::new("fault-username-taken"))));
    }
    Event::new(EventKind::UsernameChanged, id).from(&asked).write(site.app, locked.tx()).await?;
    tx.commit().await?;
    site.flash(if name.is_some() { "flash-username-set" } else { "flash-username-removed" });
    Ok(Outcome::Go(goal(&next)))
}
