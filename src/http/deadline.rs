//! A deadline for every route, and a context that identifies its request in the log.
//!
//! Rocket never cancels a handler, even if the client is gone. Everything that a handler waits for (a form, a
//! connection, a hashing thread) has a shorter timeout of its own; this one covers the rest, such as a database that
//! accepts a statement and never answers. A cancelled transaction is rolled back.

use std::{sync::Arc, time::Duration};

use rocket::{
    Build, Data, Request, Rocket, Route,
    http::Status,
    route::{Handler, Outcome},
    tokio::time::timeout,
};

use super::request_log;
use crate::{app::App, base::base_path::BasePath};

/// Longest time to handle a request, including reading its form.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Bounded {
    handler: Box<dyn Handler>,
    longest: Duration,
}

#[rocket::async_trait]
impl Handler for Bounded {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let handled = timeout(self.longest, self.handler.handle(request, data));
        let in_time = async {
            handled.await.unwrap_or_else(|_| {
                log::error!("a request took longer than {:?} and was cancelled", self.longest);
                Outcome::Error(Status::ServiceUnavailable)
            })
        };
        match request_log::scope(request) {
            Some(scope) => scope.during(in_time).await,
            None => in_time.await,
        }
    }
}

/// Mounts routes below the base of the site, each with the deadline.
pub fn mount(rocket: Rocket<Build>, routes: Vec<Route>) -> Rocket<Build> {
    let base = rocket.state::<Arc<App>>().map_or_else(BasePath::default, |app| app.base().clone());
    rocket.mount(base.root(), with_deadline(routes))
}

/// The same routes, each answered with 503 after 30 seconds.
pub fn with_deadline(routes: Vec<Route>) -> Vec<Route> {
    within(REQUEST_TIMEOUT, routes)
}

fn within(longest: Duration, routes: Vec<Route>) -> Vec<Route> {
    let bound = |mut route: Route| {
        route.handler = Box::new(Bounded { handler: route.handler, longest });
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
        let routes = within(Duration::from_millis(50), routes![at_once, never]);
        let client = Client::untracked(rocket::build().mount("/", routes)).await.unwrap();
        assert_eq!(client.get("/never").dispatch().await.status(), Status::ServiceUnavailable);
        let answer = client.get("/at-once").dispatch().await;
        assert_eq!((answer.status(), answer.into_string().await.as_deref()), (Status::Ok, Some("done")));
    }

    #[test]
    fn every_route_of_the_site_is_bounded() {
        fn mounts(folder: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    mounts(&path, found);
                } else if !path.ends_with(file!()) {
                    let text = fs::read_to_string(path).unwrap_or_default();
                    found.extend(text.lines().filter(|line| line.contains(".mount(")).map(str::to_owned));
                }
            }
        }
        let mut found = Vec::new();
        mounts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() >= 2, "{found:?}");
        for line in found {
            assert!(line.contains("with_deadline("), "{line}");
        }
    }
}
