//! Small addresses that programs know: health, assets, and where a password is changed.

use rocket::{
    Route,
    http::{ContentType, Status},
    response::Redirect,
    routes,
    serde::json::Json,
};
use serde_json::{Value, json};

use super::{Here, Site};
use crate::{Error, replicas};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![home, change_password, healthy, asset]
}

#[rocket::get("/")]
fn home() -> Redirect {
    Redirect::to("/account")
}

#[rocket::get("/.well-known/change-password")]
fn change_password() -> Redirect {
    Redirect::to("/change")
}

/// 200 while people can be served. To this machine it also tells which policy is in force, and whether all servers have
/// the same; what strangers could tell from a policy's version is nobody's business.
#[rocket::get("/healthz")]
async fn healthy(site: Site<'_>, here: Option<Here>) -> Result<Json<Value>, Error> {
    let shares = replicas::shares(site.app, &mut site.read().await?).await?;
    if here.is_none() {
        return Ok(Json(json!({ "status": "ok" })));
    }
    Ok(Json(json!({
        "status": "ok",
        "policy": site.force.version,
        "agree": shares.len() == 1,
        "servers": shares,
        "configuration_refused": site.live.refused().is_some(),
        "restart_needed": !site.live.restart().is_empty(),
    })))
}

type Served = (ContentType, Vec<u8>);

#[rocket::get("/assets/<name>")]
fn asset(name: &str, site: Site<'_>) -> Result<Cached, Status> {
    let asset = site.templates.asset(name).ok_or(Status::NotFound)?;
    let kind = ContentType::parse_flexible(asset.kind).ok_or(Status::NotFound)?;
    Ok(Cached {
        served: (kind, asset.bytes.clone()),
        cache: rocket::http::Header::new("Cache-Control", "public, max-age=31536000, immutable"),
    })
}

#[derive(rocket::Responder)]
struct Cached {
    served: Served,
    cache: rocket::http::Header<'static>,
}
