//! Sign-out: ends the session on the server, and forgets a remembered browser.

use rocket::{Route, get, http::Header, post, routes};

use crate::{
    auth::gate,
    base::Error,
    core::place::Place,
    http::{Answer, Page, SameOrigin, Visit, cookies::AT_WORK},
    store::sessions::SignedIn,
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
async fn submit(_ours: SameOrigin, site: Visit<'_>) -> Result<SignedOut, Error> {
    let mut tx = site.begin().await?;
    gate::leave(&site, &mut tx).await?;
    tx.commit().await?;
    AT_WORK.into_iter().for_each(|cookie_name| site.cookies.remove(cookie_name));
    site.tell("told-signed-out");
    Ok(SignedOut { to: Answer::go(Place::SignIn), clear: Header::new("Clear-Site-Data", "\"cache\"") })
}

#[derive(rocket::Responder)]
struct SignedOut {
    to: Answer,
    clear: Header<'static>,
}
