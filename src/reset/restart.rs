//! Restarting: the link in a message sent while a reset was under way in another browser. Its button ends that reset.

use rocket::{Route, get, post, routes};
use serde::Serialize;

use super::{issue, ticket::Issued};
use crate::{
    base::{Error, email::masked, key::Purpose},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{KeyShown, Outcome, Page, SameOrigin, ValidKey, Visit, keyed},
    store::{
        accounts, keys, outbox,
        spent::{self, Reason},
    },
    view::{
        format,
        shown::{Until, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// The page with the button that ends a reset in another browser.
#[derive(Serialize)]
pub struct RestartPage {
    ticket: KeyShown,
    /// Name of the other browser, unless the other reset is over.
    place: Option<String>,
    /// When its first button was pressed.
    since: Option<String>,
}

impl View for RestartPage {
    const TEMPLATE: &'static str = "reset/restart";

    fn samples() -> Vec<Self> {
        let page = |place: Option<&str>, since: Option<&str>| RestartPage {
            ticket: KeyShown::sample(),
            place: place.map(str::to_owned),
            since: since.map(str::to_owned),
        };
        vec![page(Some("Chrome on Android"), Some("20:30 UTC")), page(None, None)]
    }
}

#[get("/reset/restart")]
async fn show(site: Visit<'_>, holds: ValidKey<Issued>) -> Result<Outcome, Error> {
    let Issued { key, account, policy } = holds.0;
    if !key.restarts() {
        return Ok(Outcome::elsewhere(Place::Strategy(policy.strategy)));
    }
    let mut conn = site.read().await?;
    let pressed = keys::of_account(&mut conn, account.id, Purpose::Reset, site.now()).await?;
    let pressed = pressed.as_ref().and_then(|key| Some((key, key.claimed_at?)));
    let until = Until::new(site.locale, key.expires_at, site.now());
    let page = RestartPage {
        ticket: KeyShown { id: key.id, email: masked(&account.email), until },
        place: pressed.map(|(key, _)| issue::place(site.language(), key)),
        since: pressed.map(|(_, at)| format::clock(site.locale, at)),
    };
    Ok(Page::of(&page).into())
}

#[post("/reset/restart")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, holds: ValidKey<Issued>) -> Result<Outcome, Error> {
    let Issued { key, account, policy } = holds.0;
    // The button was pressed twice.
    if !key.restarts() {
        return Ok(Outcome::go(Place::Strategy(policy.strategy)));
    }
    let (browser_id, now) = (site.ensure_browser_id()?, site.now());
    let mut tx = site.begin().await?;
    let Some(locked) = accounts::lock_unchanged(&mut tx, &account, now).await? else {
        return keyed::gone(&site, &mut tx, &key.digest, Place::Reset).await;
    };
    let (held, account) = locked.into_parts();
    spent::note_links(held, account.id, [Purpose::Reset], Reason::Replaced, now).await?;
    keys::end_resets(held, account.id, Some(key.id)).await?;
    if !keys::restart(held, key.id, &browser_id, site.client.browser, now).await? {
        return keyed::gone(&site, held, &key.digest, Place::Reset).await;
    }
    outbox::drop_orphans(held, account.id).await?;
    Event::new(EventKind::ResetRestarted, account.id)
        .from(&site.caller())
        .under(&policy)
        .write(site.app, held)
        .await?;
    tx.commit().await?;
    Ok(Outcome::go(Place::Strategy(policy.strategy)))
}
