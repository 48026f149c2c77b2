//! Refusals of somebody who is not signed in, or lacks a role: on a route of ours, and on one of an application.

use std::{sync::Arc, time::Duration};

use rocket::{
    Ignite, Request, Response, Rocket,
    http::{Accept, Status},
    request::Outcome,
};

use super::own_routes::{is_marked, is_own};
use crate::{app::App, base::base_path::below, config::host::Refusal};

struct MustSignIn(bool);
struct AsksPassword(bool);
struct Retry(Option<Duration>);

/// Refuses somebody who must sign in first.
pub fn must_sign_in<T>(request: &Request<'_>) -> Outcome<T, ()> {
    request.local_cache(|| MustSignIn(true));
    refuse(request, Status::Unauthorized)
}

/// Lets a refusal with 401 ask for a name and a password.
pub fn asks_password(request: &Request<'_>) {
    request.local_cache(|| AsksPassword(true));
}

/// Lets a refusal say when to try again.
pub fn retry(request: &Request<'_>, after: Duration) {
    request.local_cache(|| Retry(Some(after)));
}

/// Adds what a refusal says besides its status.
pub fn add_headers(request: &Request<'_>, app: &App, response: &mut Response<'_>) {
    if response.status() == Status::Unauthorized && request.local_cache(|| AsksPassword(false)).0 {
        let realm = &app.validated.public_url;
        response.set_raw_header("WWW-Authenticate", format!("Basic realm=\"{realm}\", charset=\"UTF-8\""));
    }
    let is_refused = matches!(response.status().code, 429 | 503);
    if let Some(after) = request.local_cache(|| Retry(None)).0.filter(|_| is_refused) {
        response.set_raw_header("Retry-After", after.as_secs().max(1).to_string());
    }
}

/// Refuses a request with a status: our routes answer it, an application's must not pass it on to another route unless
/// it wants that.
pub fn refuse<T>(request: &Request<'_>, status: Status) -> Outcome<T, ()> {
    if is_marked(request) || refusal(request) == Refusal::Forward {
        Outcome::Forward(status)
    } else {
        Outcome::Error((status, ()))
    }
}

/// True if an application's route refused somebody who must sign in first, and the application leaves the answer to us:
/// a catcher of its own for 401 at this path takes precedence.
pub fn leads_to_sign_in(request: &Request<'_>, status: Status) -> bool {
    let is_caught = || {
        let path = request.uri().path();
        let catches = |base: &str| below(base.trim_end_matches('/'), path.as_str()).is_some();
        let mut catchers = request.rocket().catchers();
        catchers.any(|catcher| catcher.code == Some(401) && catches(catcher.base.path().as_str()))
    };
    status == Status::Unauthorized
        && request.local_cache(|| MustSignIn(false)).0
        && !is_own(request)
        && refusal(request) != Refusal::Host
        && !is_caught()
}

/// True if a person waits for a page, as opposed to a program.
pub fn wants_page(request: &Request<'_>) -> bool {
    let headers = request.headers();
    let navigates = headers.get_one("Sec-Fetch-Mode").map(|mode| mode == "navigate");
    let html = |accept: &Accept| accept.iter().any(|media| media.media_type().is_html());
    navigates.unwrap_or_else(|| request.accept().is_some_and(html))
}

fn refusal(request: &Request<'_>) -> Refusal {
    request.rocket().state::<Arc<App>>().map_or(Refusal::default(), |app| app.config().refusal)
}

/// True, with an error in the log, if nothing attached the site that a guard needs.
pub fn is_missing(rocket: &Rocket<Ignite>) -> bool {
    let missing = rocket.state::<Arc<App>>().is_none();
    if missing {
        log::error!("a guard of Latchkey is used, but nothing is attached: add .attach(latchkey::fairing())");
    }
    missing
}
