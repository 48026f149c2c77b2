//! From the link to the strategy's page: the key goes into a cookie, and nothing changes. Or the key is typed, or killed.

use rocket::{Route, get, post, routes};

use super::ticket::{Any, Issued, Ticket};
use crate::{
    Error,
    account::fault::Fault,
    event::Event,
    key::Key,
    store::{accounts, keys, outbox},
    web::{Answer, Crumb, Faults, Fields, Linked, Page, SameOrigin, Site, held},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![arrive, show_typing, typed, cancel]
}

#[get("/reset/-")]
async fn arrive(site: Site<'_>, linked: &Linked) -> Result<Answer, Error> {
    held::arrive::<Issued>(&site, linked).await
}

#[get("/reset/key")]
fn show_typing() -> Page {
    Page::new("reset/key").still()
}

#[post("/reset/key", data = "<fields>")]
async fn typed(_ours: SameOrigin, site: Site<'_>, fields: Fields) -> Result<Answer, Error> {
    let refused = |fault| Ok(Page::new("reset/key").faults(Faults::of("key", fault)).into());
    match fields.pasted("key", 1000) {
        Err(fault) => refused(fault),
        Ok(text) => match Key::parse_typed(text) {
            None => refused(Fault::new("fault-key")),
            Some(key) => held::follow::<Issued>(&site, &key).await,
        },
    }
}

#[post("/reset/cancel")]
async fn cancel(_ours: SameOrigin, site: Site<'_>, ticket: Ticket<Any>) -> Result<Answer, Error> {
    let (account, now) = (&ticket.account, site.now());
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, account, now).await? || !keys::spend(&mut tx, ticket.key.id, now).await? {
        return Ok(Page::unusable("/reset").into());
    }
    keys::end_resets(&mut tx, account.id, None).await?;
    outbox::drop_orphans(&mut tx, account.id).await?;
    Event::new("reset.cancelled", account.id)
        .from(&site.asked())
        .under(&ticket.policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    site.crumbs.remove(Crumb::Reset);
    Ok(Page::new("reset/cancelled").into())
}
