//! What is shown when no route answers: the site's own error pages, the page for unusable keys, the way to sign-in.

use std::sync::Arc;

use rocket::{
    Catcher, Request, catch, catchers,
    http::Status,
    response::{self, Responder},
};

use super::{
    headers, origin,
    page::{Answer, Page},
    requests,
};
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

/// Refused to who lacks a role, or because nothing shows that the request comes from this site.
#[catch(403)]
fn forbidden(request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    let say = |key| app.templates.say(key, &[]);
    let (title, text) = match origin::was_refused(request) {
        true => ("error-origin-title", "error-origin-text"),
        false => ("error-role-title", "error-role-text"),
    };
    Ok(Page::error(&app.templates, Status::Forbidden).with("title", say(title)).with("text", say(text)))
}

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> Result<Caught, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    Ok(Caught(Page::error(&app.templates, status)))
}

/// An error page that also looks after what Rocket sends past the fairings.
struct Caught(Page);

impl<'r> Responder<'r, 'static> for Caught {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.0.respond_to(request)?;
        if !requests::arrived(request) {
            headers::guard(request, &mut response);
            requests::depart(request, &mut response);
        }
        Ok(response)
    }
}
