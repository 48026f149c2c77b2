//! Restarting: the link in a message sent while a reset was under way in another browser. Its button ends that reset.

use rocket::{Route, get, post, routes};
use serde_json::json;

use super::{issue, ticket::Issued};
use crate::{
    base::{Error, email::masked, key::Purpose},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Answer, Page, SameOrigin, ValidKey, Visit, keyed},
    store::{
        accounts, keys, outbox,
        spent::{self, Reason},
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

#[get("/reset/restart")]
async fn show(site: Visit<'_>, holds: ValidKey<Issued>) -> Result<Answer, Error> {
    let Issued { key, account, policy } = holds.0;
    if !key.restarts() {
        return Ok(Answer::go(Place::Strategy(policy.strategy)));
    }
    let mut conn = site.read().await?;
    let pressed = keys::of_account(&mut conn, account.id, Purpose::Reset, site.now()).await?;
    let pressed = pressed.as_ref().and_then(|key| Some((key, key.claimed_at?)));
    let ticket = json!({
        "id": key.id,
        "email": masked(&account.email),
        "until": format::clock(key.expires_at),
        "minutes": format::minutes(site.now().until(key.expires_at)),
    });
    Ok(Page::new("reset/restart")
        .with("ticket", ticket)
        .with("place", pressed.map(|(key, _)| issue::place(site.app, key)))
        .with("since", pressed.map(|(_, at)| format::clock(at)))
        .into())
}

#[post("/reset/restart")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, holds: ValidKey<Issued>) -> Result<Answer, Error> {
    let Issued { key, account, policy } = holds.0;
    // The button was pressed twice.
    if !key.restarts() {
        return Ok(Answer::go(Place::Strategy(policy.strategy)));
    }
    let (browser_id, now) = (site.ensure_browser_id()?, site.now());
    let mut tx = site.begin().await?;
    let Some(locked) = accounts::lock_unchanged(&mut tx, &account, now).await? else {
        return keyed::gone(&site, &mut tx, &key.digest, Place::Reset).await;
    };
    let (held, account) = locked.into_parts();
    spent::note_links(held, account.id, [Purpose::Reset; 3], Reason::Replaced, now).await?;
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
    Ok(Answer::go(Place::Strategy(policy.strategy)))
}
