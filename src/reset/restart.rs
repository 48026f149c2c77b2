//! Starting again: the link of a message that came while a reset was under way elsewhere. Its button ends that one.

use rocket::{Route, get, post, routes};
use serde_json::json;

use super::{issue, ticket::Issued};
use crate::{
    base::{Error, email::masked, key::Purpose},
    core::event::Event,
    http::{Answer, Held, Page, SameOrigin, Site, held},
    store::{
        accounts, keys, outbox,
        spent::{self, Reason},
    },
    view::human,
};

/// The page that the link leads to.
pub const PAGE: &str = "/reset/restart";

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

#[get("/reset/restart")]
async fn show(site: Site<'_>, holds: Held<Issued>) -> Result<Answer, Error> {
    let Issued { key, account, policy } = holds.0;
    if !key.restarts() {
        return Ok(Answer::go(policy.strategy.page()));
    }
    let mut conn = site.read().await?;
    let pressed = keys::of_account(&mut conn, account.id, Purpose::Reset.name(), site.now()).await?;
    let pressed = pressed.as_ref().and_then(|key| Some((key, key.pressed_at?)));
    let ticket = json!({
        "id": key.id,
        "email": masked(&account.email),
        "until": human::clock(key.expires_at),
        "minutes": human::minutes(site.now().until(key.expires_at)),
    });
    Ok(Page::new("reset/restart")
        .with("ticket", ticket)
        .with("place", pressed.map(|(key, _)| issue::place(site.app, key)))
        .with("since", pressed.map(|(_, at)| human::clock(at)))
        .into())
}

#[post("/reset/restart")]
async fn submit(_ours: SameOrigin, site: Site<'_>, holds: Held<Issued>) -> Result<Answer, Error> {
    let Issued { key, account, policy } = holds.0;
    // The button was pressed twice.
    if !key.restarts() {
        return Ok(Answer::go(policy.strategy.page()));
    }
    let (mark, now) = (site.make_mark()?, site.now());
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, &account, now).await? {
        return held::gone(&site, &mut tx, &key.digest, "/reset").await;
    }
    spent::note_links(&mut tx, account.id, [Purpose::Reset; 3], Reason::Replaced, now).await?;
    keys::end_resets(&mut tx, account.id, Some(key.id)).await?;
    if !keys::restart(&mut tx, key.id, &mark, site.client.browser, now).await? {
        return held::gone(&site, &mut tx, &key.digest, "/reset").await;
    }
    outbox::drop_orphans(&mut tx, account.id).await?;
    Event::new("reset.restarted", account.id)
        .from(&site.asked())
        .under(&policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    Ok(Answer::go(policy.strategy.page()))
}
