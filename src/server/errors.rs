//! Answers to errors: error pages, the page for unusable keys, the redirect to sign-in.

use std::sync::Arc;

use rocket::{
    Catcher, Request, catcher,
    futures::future::BoxFuture,
    http::{Method, Status},
    response::{self, Responder},
};

use crate::{
    app::App,
    auth::session,
    base::Error,
    core::place::Place,
    http::{
        CookieName, LinkKey, Outcome, Page, Visit,
        dead_end::{ErrorPage, Why},
        framed, headers, keyed, locale, origin, own_routes,
        program::Program,
        request_log,
    },
    sign_in::login,
};

/// Our catcher, for requests that no route answers.
pub fn catcher() -> Catcher {
    Catcher::new(None, Errors)
}

#[derive(Clone)]
struct Errors;

#[rocket::async_trait]
impl catcher::Handler for Errors {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        own_routes::mark(request);
        let mut response = page(status, request).await?;
        framed::frame(request, &mut response).await;
        // Rocket runs no fairing for a request that it cannot read.
        if !request_log::arrived(request) {
            headers::guard(request, &mut response);
            request_log::finish(request, &mut response);
        }
        Ok(response)
    }
}

/// Returns the page for an error.
pub fn page<'r>(status: Status, request: &'r Request<'_>) -> BoxFuture<'r, response::Result<'static>> {
    Box::pin(async move {
        match status.code {
            401 => login::first(request).await.respond_to(request),
            403 if Program::of(request).is_none() => forbidden(request).respond_to(request),
            410 => gone(request).await.respond_to(request),
            _ => Outcome::Failed(status).respond_to(request),
        }
    })
}

/// The key of a link, or the restricted session for one step, opens nothing.
async fn gone(request: &Request<'_>) -> Result<Outcome, Error> {
    // The page header shows who is signed in; if the session cannot be read, nobody is.
    let me = session::current(request).await.ok().flatten();
    let reads = matches!(request.method(), Method::Get | Method::Head);
    let site = Visit::of(request).ok_or(Error::Sealed)?;
    let path = request.uri().path().as_str();
    let is_at = |place: Place| site.base().below(path).is_some_and(|path| path.starts_with(&*place.path()));
    if is_at(Place::NewPassword) {
        return Ok(match me {
            Some(_) if reads => Outcome::elsewhere(Place::Account),
            _ => Outcome::gone(Why::Step, None, Place::Reset),
        });
    }
    let (cookie_name, again) = if is_at(Place::Confirm) {
        (CookieName::Confirm, Place::Confirm)
    } else if is_at(Place::ChangeEmail) {
        (CookieName::Email, Place::ChangeEmail)
    } else if is_at(Place::SignInLink) {
        (CookieName::SignIn, Place::SignIn)
    } else if is_at(Place::NotMe) {
        (CookieName::NotMe, Place::Reset)
    } else {
        (CookieName::Reset, Place::Reset)
    };
    let in_address = request.local_cache(LinkKey::default);
    keyed::caught(&site, in_address, cookie_name, again, reads).await
}

/// The visitor lacks a role, or the request cannot be shown to come from this site.
fn forbidden(request: &Request<'_>) -> Result<Page, Error> {
    let app = request.rocket().state::<Arc<App>>().ok_or(Error::Sealed)?;
    let language = locale::language(app, request);
    let say = |key| language.say(key, &[]);
    let refused = origin::was_refused(request);
    let (title, text) = match refused {
        true => ("error-origin-title", "error-origin-text"),
        false => ("error-role-title", "error-role-text"),
    };
    let status = Status::Forbidden;
    let shown = ErrorPage::of(language, status);
    Ok(Page::of(&ErrorPage { title: say(title), text: say(text), support: !refused, ..shown }).status(status))
}
