//! Our own routes, as opposed to those of a host application: each has a deadline, a context that identifies its request
//! in the log, and an error page of ours for every error.
//!
//! Rocket never cancels a handler, even if the client is gone. Everything that a handler waits for (a form, a
//! connection, a hashing thread) has a shorter timeout of its own; the deadline covers the rest, such as a database that
//! accepts a statement and never answers. A cancelled transaction is rolled back.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rocket::{
    Build, Data, Request, Rocket, Route,
    futures::{FutureExt, future::BoxFuture},
    http::Status,
    response,
    route::{Handler, Outcome},
    tokio::time::timeout,
};

use super::{framed, no_method_override::is_overridden, request_log};
use crate::{app::App, base::base_path::BasePath, core::place::Place};

/// Longest time to handle a request, including reading its form.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Managed by an application that is Latchkey and nothing else: whatever it answers is ours.
pub struct WholeSite;

/// Managed by every application: renders the page for an error of one of our routes.
pub struct ErrorPages(pub RenderError);

/// Returns the page for a status.
pub type RenderError = for<'r, 'x> fn(Status, &'r Request<'x>) -> BoxFuture<'r, response::Result<'static>>;

#[derive(Default)]
struct Own {
    is: AtomicBool,
    /// `Cache-Control` of the answer, as our route set it.
    caching: OnceLock<String>,
}

/// Records that one of our routes, or our catcher, answers a request.
pub fn mark(request: &Request<'_>) {
    set_mark(request, true);
}

fn set_mark(request: &Request<'_>, is: bool) {
    request.local_cache(Own::default).is.store(is, Ordering::Relaxed);
}

/// True if one of our routes is being handled, or has answered.
pub fn is_marked(request: &Request<'_>) -> bool {
    request.local_cache(Own::default).is.load(Ordering::Relaxed)
}

/// Returns the `Cache-Control` that our route set, whatever fairings of the application made of it.
pub fn caching<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(Own::default).caching.get().map(String::as_str)
}

/// True if one of our routes, or our catcher, answers a request.
pub fn is_own(request: &Request<'_>) -> bool {
    request.rocket().state::<WholeSite>().is_some() || is_marked(request)
}

#[derive(Clone)]
struct OwnRoute {
    handler: Box<dyn Handler>,
    longest: Duration,
    /// False if the route is an application's, which may not have its answers cached.
    may_cache: bool,
}

#[rocket::async_trait]
impl Handler for OwnRoute {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        mark(request);
        let handled = async {
            let mut outcome = self.handle_in_time(request, data).await;
            if let Outcome::Success(response) = &mut outcome {
                framed::frame(request, response).await;
            }
            outcome
        };
        let outcome = match request_log::scope(request) {
            Some(scope) => scope.during(handled).await,
            None => handled.await,
        };
        if let Outcome::Forward(_) = &outcome {
            // A route of the application may be next.
            set_mark(request, false);
        }
        if self.may_cache
            && let Outcome::Success(response) = &outcome
            && let Some(caching) = response.headers().get_one("Cache-Control")
        {
            _ = request.local_cache(Own::default).caching.set(caching.to_owned());
        }
        outcome
    }
}

impl OwnRoute {
    async fn handle_in_time<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let handled = async {
            // Nobody may choose the method of our routes by a field.
            match is_overridden(request) {
                true => Outcome::Error(Status::NotFound),
                false => self.handler.handle(request, data).await,
            }
        };
        let status = match AssertUnwindSafe(timeout(self.longest, handled)).catch_unwind().await {
            Ok(Ok(Outcome::Error(status))) => status,
            // No other route must answer instead: a host may have one for all paths.
            Ok(Ok(Outcome::Forward((_, status)))) if is_refusal(status) => status,
            Ok(Ok(outcome)) => return outcome,
            Ok(Err(_)) => {
                log::error!("a request took longer than {:?} and was cancelled", self.longest);
                Status::ServiceUnavailable
            }
            Err(_) => Status::InternalServerError,
        };
        match request.rocket().state() {
            Some(ErrorPages(page)) => {
                page(status, request).await.map_or_else(Outcome::Error, Outcome::Success)
            }
            None => Outcome::Error(status),
        }
    }
}

/// True for a status that guards forward with.
fn is_refusal(status: Status) -> bool {
    [Status::Unauthorized, Status::Forbidden, Status::NotFound, Status::Gone].contains(&status)
}

/// Mounts routes of ours below the base of the site.
pub fn mount(rocket: Rocket<Build>, routes: Vec<Route>) -> Rocket<Build> {
    let base = base(&rocket);
    rocket.mount(Place::Home.at(&base), own(routes))
}

/// Mounts routes of the application below a place of the site, as ours.
pub fn mount_at(rocket: Rocket<Build>, place: Place, routes: Vec<Route>) -> Rocket<Build> {
    let base = base(&rocket);
    rocket.mount(place.at(&base), as_own(routes))
}

fn base(rocket: &Rocket<Build>) -> BasePath {
    rocket.state::<Arc<App>>().map_or_else(BasePath::default, |app| app.base().clone())
}

/// Makes routes ours; they are answered with 503 after 30 seconds.
pub fn own(routes: Vec<Route>) -> Vec<Route> {
    within(REQUEST_TIMEOUT, true, routes)
}

/// The same for routes of the application, none of whose answers is cached.
fn as_own(routes: Vec<Route>) -> Vec<Route> {
    within(REQUEST_TIMEOUT, false, routes)
}

fn within(longest: Duration, may_cache: bool, routes: Vec<Route>) -> Vec<Route> {
    let bound = |mut route: Route| {
        route.handler = Box::new(OwnRoute { handler: route.handler, longest, may_cache });
        route
    };
    routes.into_iter().map(bound).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use rocket::{get, local::asynchronous::Client, routes, tokio::time::sleep};

    use super::*;

    #[get("/at-once")]
    fn at_once() -> &'static str {
        "done"
    }

    #[get("/never")]
    async fn never() {
        sleep(Duration::MAX).await;
    }

    #[rocket::async_test]
    async fn what_takes_too_long_is_given_up() {
        let routes = within(Duration::from_millis(50), true, routes![at_once, never]);
        let client = Client::untracked(rocket::build().mount("/", routes)).await.unwrap();
        assert_eq!(client.get("/never").dispatch().await.status(), Status::ServiceUnavailable);
        let answer = client.get("/at-once").dispatch().await;
        assert_eq!((answer.status(), answer.into_string().await.as_deref()), (Status::Ok, Some("done")));
    }

    #[test]
    fn every_route_of_the_site_is_own() {
        fn mounts(folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    mounts(&path, found);
                // The kit for tests has a route that is no page of the site.
                } else if !path.ends_with(file!()) && !path.ends_with("testing/entrance.rs") {
                    let text = fs::read_to_string(path).unwrap_or_default();
                    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                    found.extend(code.filter(|line| line.contains(".mount(")).map(str::to_owned));
                }
            }
        }
        let mut found = Vec::new();
        mounts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() >= 2, "{found:?}");
        for line in found {
            assert!(line.contains("own("), "{line}");
        }
    }
}
