//! Opening a link: the key moves into a cookie, and nothing changes. Also typing the key instead, and cancelling it.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::ticket::{Any, Issued, Ticket};
use crate::{
    base::{Error, fault::Fault, key::Key},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Form, LinkKey, Outcome, Page, Read, SameOrigin, Visit, form::form, keyed},
    store::{
        keys, outbox,
        sessions::SignedIn,
        spent::{self, Reason},
    },
    view::shown::{Forms, View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show_typing, typed, show_cancel, cancel, show_cancelled]
}

#[get("/reset/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Outcome, Error> {
    keyed::arrive::<Issued>(&site, linked).await
}

form! {
    /// The form for a key that is typed.
    pub struct KeyForm {
        key: Key = pasted(1000).enter("go").parse(parse),
    }
}

fn parse(typed: &str) -> Result<Key, Fault> {
    Key::parse_typed(typed).ok_or(Fault::new("fault-key"))
}

/// The page with that form.
#[derive(Serialize)]
pub struct TypePage {}

impl View for TypePage {
    const TEMPLATE: &'static str = "reset/key";
    const FORMS: Forms = &[KeyForm::INPUTS];

    fn samples() -> Vec<Self> {
        vec![TypePage {}]
    }
}

#[get("/reset/key")]
fn show_typing() -> Page {
    Page::of(&TypePage {}).cacheable()
}

#[post("/reset/key", data = "<form>")]
async fn typed(_ours: SameOrigin, site: Visit<'_>, form: Read<KeyForm>) -> Result<Outcome, Error> {
    match form.whole() {
        Ok((KeyForm { key }, _)) => keyed::follow::<Issued>(&site, &key).await,
        Err(refusal) => Ok(Page::of(&TypePage {}).refused(refusal)),
    }
}

#[get("/reset/cancel")]
fn show_cancel(ticket: Ticket<Any>) -> Outcome {
    Outcome::elsewhere(Place::Strategy(ticket.policy.strategy))
}

/// The page after a reset was cancelled.
#[derive(Serialize)]
pub struct CancelledPage {}

impl View for CancelledPage {
    const TEMPLATE: &'static str = "reset/cancelled";

    fn samples() -> Vec<Self> {
        vec![CancelledPage {}]
    }
}

#[get("/reset/cancelled")]
fn show_cancelled(site: Visit<'_>) -> Outcome {
    match site.kept(Place::ResetCancelled) {
        Some(_) => Page::of(&CancelledPage {}).into(),
        None => Outcome::elsewhere(Place::Reset),
    }
}

#[post("/reset/cancel")]
async fn cancel(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<Any>) -> Result<Outcome, Error> {
    let (account, now) = (&ticket.account, site.now());
    let mut tx = site.begin().await?;
    let Some(locked) = ticket.lock_spending(&mut tx, now).await? else {
        return keyed::gone(&site, &mut tx, &ticket.key.digest, Place::Reset).await;
    };
    let browser_id = site.browser_id();
    let led = (browser_id.as_deref(), &*Place::ResetCancelled.path());
    let (held, _) = locked.into_parts();
    spent::note(held, &ticket.key.digest, Reason::Cancelled, led, now).await?;
    keys::end_resets(held, account.id, None).await?;
    outbox::drop_orphans(held, account.id).await?;
    Event::new(EventKind::ResetCancelled, account.id)
        .from(&site.caller())
        .under(&ticket.policy)
        .write(site.app, held)
        .await?;
    tx.commit().await?;
    site.keep(Place::ResetCancelled, ticket.policy.known_address(account))?;
    Ok(Outcome::go(Place::ResetCancelled))
}
