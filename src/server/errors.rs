//! Responses when no route answers: error pages, the page for unusable keys, the redirect to sign-in.

use std::sync::Arc;

use rocket::{
    Catcher, Request, catch, catchers,
    http::{Method, Status},
    response::{self, Responder},
};

use crate::{
    app::App,
    auth::session,
    base::Error,
    core::place::Place,
    http::{
        CookieName, Visit,
        dead_end::ErrorPage,
        headers, keyed, origin,
        page::{Answer, Page, Why},
        request_log,
    },
    sign_in::login,
};

/// All catchers.
pub fn catchers() -> Vec<Catcher> {
    catchers![gone, unauthorized, forbidden, other]
}

#[catch(410)]
async fn gone(request: &Request<'_>) -> Result<Answer, Error> {
    // The page header shows who is signed in; if the session cannot be read, nobody is.
    let me = session::current(request).await.ok().flatten();
    let reads = matches!(request.method(), Method::Get | Method::Head);
    let site = Visit::of(request).ok_or(Error::Sealed)?;
    let path = request.uri().path().as_str();
    let is_at = |place: Place| site.base().below(path).is_some_and(|path| path.starts_with(&*place.path()));
    if is_at(Place::NewPassword) {
        return Ok(match me {
            Some(_) if reads => Answer::go(Place::Account),
            _ => Page::unusable(&site.templates, Why::Step, None, Place::Reset).into(),
        });
    }
    let (cookie_name, again) = if is_at(Place::Confirm) {
        (CookieName::Confirm, Place::Confirm)
    } else if is_at(Place::ChangeEmail) {
        (CookieName::Email, Place::ChangeEmail)
    } else if is_at(Place::NotMe) {
        (CookieName::NotMe, Place::Reset)
    } else {
        (CookieName::Reset, Place::Reset)
    };
    keyed::caught(&site, cookie_name, again, reads).await
}

#[catch(401)]
async fn unauthorized(request: &Request<'_>) -> Answer {
    login::first(request).await
}

/// The visitor lacks a role, or the request cannot be shown to come from this site.
#[catch(403)]
fn forbidden(request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    let say = |key| app.templates.say(key, &[]);
    let refused = origin::was_refused(request);
    let (title, text) = match refused {
        true => ("error-origin-title", "error-origin-text"),
        false => ("error-role-title", "error-role-text"),
    };
    let status = Status::Forbidden;
    let shown = ErrorPage::of(&app.templates, status);
    Ok(Page::of(&ErrorPage { title: say(title), text: say(text), support: !refused, ..shown }).status(status))
}

#[catch(default)]
fn other(status: Status, request: &Request<'_>) -> Result<Caught, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    Ok(Caught(Page::error(&app.templates, status)))
}

/// An error page that also completes responses that Rocket sends without running the fairings.
struct Caught(Page);

impl<'r> Responder<'r, 'static> for Caught {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.0.respond_to(request)?;
        if !request_log::arrived(request) {
            headers::guard(request, &mut response);
            request_log::finish(request, &mut response);
        }
        Ok(response)
    }
}
