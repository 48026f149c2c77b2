//! What is shown when no route answers: the site's own error pages, the page for unusable keys, the way to sign-in.

use std::sync::Arc;

use rocket::{
    Catcher, Request, catch, catchers,
    http::{Method, Status},
};

use super::page::{Answer, Page};
use crate::{Error, account::login, app::App};

/// The catchers.
pub fn catchers() -> Vec<Catcher> {
    catchers![gone, unauthorized, forbidden, other]
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

/// A GET is only refused to who lacks a role; anything else, to who comes from elsewhere too.
#[catch(403)]
fn forbidden(request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    let page = Page::error(&app.templates, Status::Forbidden);
    let say = |key| app.templates.say(key, &[]);
    Ok(match request.method() {
        Method::Get => page.with("title", say("error-role-title")).with("text", say("error-role-text")),
        _ => page,
    })
}

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    Ok(Page::error(&app.templates, status))
}
