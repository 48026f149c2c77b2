//! Calls by pages of other sites (CORS): for JSON alone, and only by the origins that the configuration names.

use std::{collections::BTreeSet, sync::Arc};

use rocket::{
    Data, Request, Response, Route,
    http::{Header, Method, Status},
    route::{Handler, Outcome},
};

use super::program::{asks_json, contract};
use crate::{app::App, core::place::Place};

/// Headers that a page may send.
const HEADERS: &str =
    "Authentication-Token, Authorization, Content-Type, X-CSRF-Token, X-CSRFToken, X-XSRF-Token";

/// True if a page of another site, which the configuration names, sent a request.
pub(super) fn is_allowed(request: &Request<'_>) -> bool {
    origin(request).is_some()
}

fn origin<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let app = request.rocket().state::<Arc<App>>()?;
    let mut origins = request.headers().get("Origin");
    let origin = origins.next().filter(|origin| app.config().api.allows(origin))?;
    let below = app.base().below(request.uri().path().as_str())?;
    // Rocket decodes a path and leaves out its empty parts before it looks for a route; no address of ours needs that.
    if below.contains('%') || below.contains("//") {
        return None;
    }
    // The console is for people at its own pages.
    let is_console = below.strip_prefix(&*Place::Admin.path()).is_some_and(|rest| !rest.starts_with('-'));
    let is_data = request.method() == Method::Options || asks_json(request);
    (is_data && !is_console && origins.next().is_none()).then_some(origin)
}

/// Opens an answer to the page that asked for it.
pub(super) fn open(request: &Request<'_>, response: &mut Response<'_>) {
    let Some(origin) = origin(request) else { return };
    let mut set = |name: &'static str, value: &str| response.set_header(Header::new(name, value.to_owned()));
    set("Access-Control-Allow-Origin", origin);
    set("Access-Control-Allow-Credentials", "true");
    if request.method() == Method::Options {
        set("Access-Control-Allow-Methods", "GET, POST");
        set("Access-Control-Allow-Headers", HEADERS);
        set("Access-Control-Max-Age", "600");
    } else {
        set("Access-Control-Expose-Headers", "Allow, Retry-After");
    }
    response.adjoin_header(Header::new("Vary", "Origin"));
}

/// Returns the routes by which browsers ask beforehand, for all of these routes and the addresses of the contract.
pub fn routes(of: &[Route]) -> Vec<Route> {
    let path = |route: &Route| route.uri.path().to_owned();
    let of_contract = contract::all().iter().map(|alias| match alias.path.strip_suffix('*') {
        Some(begun) => format!("{begun}<rest>"),
        None => alias.path.to_owned(),
    });
    let mut known = BTreeSet::new();
    let paths = of.iter().map(path).chain(of_contract);
    let paths: Vec<_> = paths.filter(|path| known.insert(unnamed(path))).collect();
    paths.iter().map(|path| Route::new(Method::Options, path, Preflight)).collect()
}

/// Returns a path without the names of its parameters.
fn unnamed(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('<') { "<_>" } else { part }).collect::<Vec<_>>().join("/")
}

/// Says that a page may go on, or that it may not.
#[derive(Clone)]
struct Preflight;

#[rocket::async_trait]
impl Handler for Preflight {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let status = if is_allowed(request) { Status::NoContent } else { Status::Forbidden };
        Outcome::Success(Response::build().status(status).finalize())
    }
}
