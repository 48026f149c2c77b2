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
    http::{Answer, Faults, Fields, LinkKey, Page, SameOrigin, Visit, keyed},
    store::{
        keys, outbox,
        sessions::SignedIn,
        spent::{self, Reason},
    },
    view::shown::View,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show_typing, typed, show_cancel, cancel, show_cancelled]
}

#[get("/reset/-")]
async fn arrive(site: Visit<'_>, linked: &LinkKey, _me: Option<&SignedIn>) -> Result<Answer, Error> {
    keyed::arrive::<Issued>(&site, linked).await
}

/// The form for a key that is typed.
#[derive(Serialize)]
pub struct TypePage {}

impl View for TypePage {
    const TEMPLATE: &'static str = "reset/key";

    fn samples() -> Vec<Self> {
        vec![TypePage {}]
    }
}

#[get("/reset/key")]
fn show_typing() -> Page {
    Page::of(&TypePage {}).cacheable()
}

#[post("/reset/key", data = "<fields>")]
async fn typed(_ours: SameOrigin, site: Visit<'_>, fields: Fields) -> Result<Answer, Error> {
    let refused = |fault| Ok(Page::of(&TypePage {}).faults(Faults::of("key", fault)).into());
    match fields.pasted("key", 1000) {
        Err(fault) => refused(fault),
        Ok(text) => match Key::parse_typed(text) {
            None => refused(Fault::new("fault-key")),
            Some(key) => keyed::follow::<Issued>(&site, &key).await,
        },
    }
}

#[get("/reset/cancel")]
fn show_cancel(ticket: Ticket<Any>) -> Answer {
    Answer::go(Place::Strategy(ticket.policy.strategy))
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
fn show_cancelled(site: Visit<'_>) -> Answer {
    match site.kept(Place::ResetCancelled) {
        Some(_) => Page::of(&CancelledPage {}).into(),
        None => Answer::go(Place::Reset),
    }
}

#[post("/reset/cancel")]
async fn cancel(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<Any>) -> Result<Answer, Error> {
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
    Ok(Answer::go(Place::ResetCancelled))
}
