//! Small addresses that programs know: assets, and where a password is changed.

use rocket::{
    Route,
    http::{ContentType, Status},
    response::Redirect,
    routes,
};

use super::Site;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![home, change_password, asset]
}

#[rocket::get("/")]
fn home() -> Redirect {
    Redirect::to("/account")
}

#[rocket::get("/.well-known/change-password")]
fn change_password() -> Redirect {
    Redirect::to("/change")
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
