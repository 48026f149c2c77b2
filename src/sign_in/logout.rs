//! Sign-out: ends the session on the server, and forgets a remembered browser.

use rocket::{Route, get, http::Header, post, routes};
use serde::Serialize;

use super::refresh::RefreshForm;
use crate::{
    auth::{gate, refresh},
    base::Error,
    core::place::Place,
    http::{CookieName, Outcome, Page, Read, SameOrigin, Visit, cookies::AT_WORK, program::Program},
    store::sessions::SignedIn,
    view::shown::View,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show, submit, show_refresh, submit_refresh]
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
    leave(&site, None).await
}

#[get("/logout/refresh")]
fn show_refresh() -> Outcome {
    Outcome::elsewhere(Place::SignOut)
}

#[post("/logout/refresh", data = "<form>")]
async fn submit_refresh(
    _program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    form: Read<RefreshForm>,
) -> Result<SignedOut, Error> {
    leave(&site, form.draft.refresh_token.as_deref()).await
}

/// Ends the session, its tokens, and the family of a refresh token, which a cookie may carry.
async fn leave(site: &Visit<'_>, refresh_token: Option<&str>) -> Result<SignedOut, Error> {
    let mut tx = site.begin().await?;
    // First, because the gate forgets the cookie's whether it was copied or not.
    for token in refresh_token.into_iter().chain(site.cookies.get(CookieName::Refresh)) {
        refresh::end(site, &mut tx, token).await?;
    }
    gate::sign_out(site, &mut tx).await?;
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
