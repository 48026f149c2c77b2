//! Sign-out: ends the session on the server, and forgets a remembered browser.

use rocket::{Route, get, http::Header, post, routes};
use serde::Serialize;

use crate::{
    auth::gate,
    base::Error,
    core::place::Place,
    http::{Outcome, Page, SameOrigin, Visit, cookies::AT_WORK},
    store::sessions::SignedIn,
    view::shown::View,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit]
}

/// The button that signs out.
#[derive(Serialize)]
pub struct LogoutPage {}

impl View for LogoutPage {
    const TEMPLATE: &'static str = "account/logout";

    fn samples() -> Vec<Self> {
        vec![LogoutPage {}]
    }
}

#[get("/logout")]
fn show(_me: Option<&SignedIn>) -> Page {
    Page::of(&LogoutPage {})
}

#[post("/logout")]
async fn submit(_ours: SameOrigin, site: Visit<'_>) -> Result<SignedOut, Error> {
    let mut tx = site.begin().await?;
    gate::leave(&site, &mut tx).await?;
    tx.commit().await?;
    AT_WORK.into_iter().for_each(|cookie_name| site.cookies.remove(cookie_name));
    site.flash("flash-signed-out");
    Ok(SignedOut { to: Outcome::go(Place::SignIn), clear: Header::new("Clear-Site-Data", "\"cache\"") })
}

#[derive(rocket::Responder)]
struct SignedOut {
    to: Outcome,
    clear: Header<'static>,
}
