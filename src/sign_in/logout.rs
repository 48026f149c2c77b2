//! Sign-out: ends the session on the server, and forgets a browser that was remembered.

use rocket::{Route, get, http::Header, post, routes};

use crate::{
    auth::remember,
    base::{Error, key::sha256},
    http::{Answer, Crumb, Page, SameOrigin, Site, cookies::AT_WORK},
    store::sessions::{self, SignedIn},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

#[get("/logout")]
fn show(_me: Option<&SignedIn>) -> Page {
    Page::new("account/logout")
}

#[post("/logout")]
async fn submit(_ours: SameOrigin, site: Site<'_>) -> Result<SignedOut, Error> {
    let mut tx = site.begin().await?;
    for crumb in [Crumb::Session, Crumb::Restricted] {
        if let Some(cookie) = site.crumbs.get(crumb) {
            sessions::end_digest(&mut tx, &sha256(cookie.as_bytes())).await?;
        }
    }
    remember::forget(&site, &mut tx).await?;
    tx.commit().await?;
    AT_WORK.into_iter().for_each(|crumb| site.crumbs.remove(crumb));
    site.tell("told-signed-out");
    Ok(SignedOut { to: Answer::go("/login"), clear: Header::new("Clear-Site-Data", "\"cache\"") })
}

#[derive(rocket::Responder)]
struct SignedOut {
    to: Answer,
    clear: Header<'static>,
}
