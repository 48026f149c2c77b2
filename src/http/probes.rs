//! Endpoints for monitoring: health and readiness.

use std::sync::Arc;

use rocket::{
    Request, Route,
    http::Status,
    request::{FromRequest, Outcome},
    routes,
    serde::json::Json,
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{LocalRequest, Visit};
use crate::{
    app::App,
    base::{Error, key::sha256},
    core::replicas,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    let routes = routes![healthy, ready];
    #[cfg(feature = "metrics")]
    let routes = [routes, super::metrics::routes()].concat();
    routes
}

/// True if a route, as mounted, is one of these.
pub fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

/// 200 while the site serves people. An [`Insider`] also sees the policy in force and whether all servers have the
/// same; the version is hidden from others because it could reveal the policy.
#[rocket::get("/healthz")]
async fn healthy(site: Visit<'_>, insider: Option<Insider>) -> Result<Json<Value>, Error> {
    let shares = replicas::shares(site.app, &mut site.read().await?).await?;
    if insider.is_none() {
        return Ok(Json(json!({ "status": "ok" })));
    }
    Ok(Json(json!({
        "status": "ok",
        "policy": site.at_arrival.version,
        "agree": shares.len() == 1,
        "servers": shares,
        "configuration_refused": site.live.refused().is_some(),
        "restart_needed": !site.live.restart().is_empty(),
    })))
}

/// 200 if this server should receive requests: its database answers, is up to date and accepted the last write, its
/// worker runs, and it was not told to stop. Otherwise 503; an [`Insider`] sees the reasons.
#[rocket::get("/readyz")]
async fn ready(site: Visit<'_>, insider: Option<Insider>) -> (Status, Json<Value>) {
    let database = match site.db.behind().await {
        Ok(0) => None,
        Ok(_) => Some("the database lacks migrations"),
        Err(Error::Config(_)) => Some("a newer version has changed the database: start that version"),
        Err(error) => {
            log::error!("{error}");
            Some("the database does not answer")
        }
    };
    // No write is needed to find out: the worker and the servers write every few seconds.
    let writes = (!site.db.takes_writes()).then_some("the database takes no writes");
    let worker = (!site.health.works()).then_some("the outbox's worker does not work");
    let leaving = (!site.health.stays()).then_some("the server was told to stop");
    let why: Vec<_> = [database, writes, worker, leaving].into_iter().flatten().collect();
    let ready = why.is_empty();
    let status = if ready { Status::Ok } else { Status::ServiceUnavailable };
    let mut told = json!({ "status": if ready { "ready" } else { "not ready" } });
    if insider.is_some() && !ready {
        told["why"] = json!(why);
    }
    (status, Json(told))
}

/// A client that may read the metrics and details: one with `latchkey.metrics_token` or, if none is set, this machine.
///
/// # Outcomes
/// Forward 404 for anybody else.
pub(super) struct Insider;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Insider {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let token =
            request.rocket().state::<Arc<App>>().and_then(|app| app.config().metrics_token.as_deref());
        let Some(token) = token else { return LocalRequest::from_request(request).await.map(|_| Insider) };
        let sent = request.headers().get_one("Authorization").and_then(|sent| sent.strip_prefix("Bearer "));
        // Digests have the same length, and do not reveal how much of the token was right.
        let right = sha256(sent.unwrap_or_default().as_bytes()).ct_eq(&sha256(token.as_bytes()));
        if bool::from(right) { Outcome::Success(Insider) } else { Outcome::Forward(Status::NotFound) }
    }
}
