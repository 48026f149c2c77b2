//! What is shown when no route answers: the site's own error pages, the page for unusable keys, the way to sign-in.

use std::sync::Arc;

use rocket::{Catcher, Request, catch, catchers, http::Status};

use super::page::{Answer, Page};
use crate::{Error, account::login, app::App};

/// The catchers.
pub fn catchers() -> Vec<Catcher> {
    catchers![gone, unauthorized, other]
}

#[catch(410)]
fn gone(request: &Request<'_>) -> Page {
    let path = request.uri().path();
    let again = match path.as_str() {
        path if path.starts_with("/confirm") => "/confirm",
        path if path.starts_with("/account/email") => "/account/email",
        _ => "/reset",
    };
    Page::unusable(again)
}

#[catch(401)]
fn unauthorized(request: &Request<'_>) -> Answer {
    login::first(request)
}

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    Ok(Page::error(&app.templates, status))
}
