//! An id, a log line and metrics for every request.
//!
//! The id is generated here; one sent by a client is neither returned nor logged. The line cannot contain any input,
//! and so no secret: the method is one of a closed list, the route is as mounted, and the rest are numbers.

use std::{sync::Arc, time::Duration};

use rocket::{
    Request, Response, Route,
    fairing::{Fairing, Info, Kind},
    http::{Method, Status},
    tokio::time::Instant,
};

use super::is_own;
use crate::{
    app::App,
    observe::task_context::{RequestId, TaskContext},
};

/// State recorded at the start of a request.
struct Begun {
    id: RequestId,
    at: Instant,
    /// True if the fairings saw it. Rocket passes requests that it cannot read, such as one with an unknown method,
    /// only to a catcher.
    arrived: bool,
    /// True for HEAD, which Rocket turns into GET on the way.
    head: bool,
}

/// Fields of a request's log line.
#[derive(Clone, Copy)]
struct RequestLine<'r> {
    /// `None` if it is unknown.
    method: Option<Method>,
    route: Option<&'r Route>,
    status: Status,
    took: Duration,
}

impl RequestLine<'_> {
    fn log(self) {
        let method = self.method.map_or("-", Method::as_str);
        let route = self.route.map_or("-", |route| route.uri.as_str());
        let (status, millis) = (self.status.code, u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX));
        log::info!(method, route, status, millis; "{method} {route} {status} {millis} ms");
    }
}

/// Logs and counts each answer. Runs after all fairings that may change it.
pub struct RequestFinish;

#[rocket::async_trait]
impl Fairing for RequestFinish {
    fn info(&self) -> Info {
        Info { name: "Requests depart", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if is_own(request) {
            finish(request, response);
        }
    }
}

/// Gives a request its id, before any fairing can change it.
pub fn start(request: &Request<'_>) {
    begin(request, true);
}

fn begin<'r>(request: &'r Request<'_>, arrived: bool) -> &'r Begun {
    let id = || request.rocket().state::<Arc<App>>().map(|app| app.request_ids.next(app.random));
    request.local_cache(|| Begun {
        id: id().unwrap_or_default(),
        at: Instant::now(),
        arrived,
        head: request.method() == Method::Head,
    })
}

/// True if the fairings saw a request, and so will see its answer.
pub fn arrived(request: &Request<'_>) -> bool {
    begin(request, false).arrived
}

/// Task context of a request.
pub fn scope(request: &Request<'_>) -> Option<TaskContext> {
    let app = request.rocket().state::<Arc<App>>()?;
    Some(app.scope(Some(begin(request, false).id)))
}

/// Adds the id to an answer, logs it and counts it.
pub fn finish(request: &Request<'_>, response: &mut Response<'_>) {
    let begun = begin(request, false);
    response.set_raw_header("X-Request-Id", begun.id.to_string());
    let method = if begun.head { Method::Head } else { request.method() };
    let line = RequestLine {
        method: begun.arrived.then_some(method),
        route: request.route(),
        status: response.status(),
        took: begun.at.elapsed(),
    };
    if let Some(scope) = scope(request) {
        scope.metrics.answered(line.route, line.status, line.took);
        scope.act(|| line.log());
    }
}
