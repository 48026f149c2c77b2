//! Well-known addresses: assets, and the page for changing a password.

use rocket::{
    Request, Response, Route,
    http::Status,
    response::{self, Redirect, Responder},
    routes,
};

use super::Visit;
use crate::{
    core::place::Place,
    view::gzip::{Gzip, Packed},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![home, asset]
}

/// The route at a path that a standard names, whatever the site's base is.
pub fn fixed() -> Vec<Route> {
    routes![change_password]
}

// An application's own home comes first.
#[rocket::get("/", rank = 100)]
fn home(site: Visit<'_>) -> Redirect {
    Redirect::to(Place::Account.at(site.base()))
}

#[rocket::get("/.well-known/change-password", rank = 100)]
fn change_password(site: Visit<'_>) -> Redirect {
    Redirect::to(Place::ChangePassword.at(site.base()))
}

/// A version may be cached forever if this server has it. During a deployment another server may be asked for it, whose
/// file must not be cached under this version.
#[rocket::get("/assets/<name>?<v>")]
fn asset(name: &str, v: Option<&str>, site: Visit<'_>) -> Result<Cached, Status> {
    let asset = site.templates.asset(name).ok_or(Status::NotFound)?;
    let known = v == Some(asset.version.as_str());
    let cache = if known { "public, max-age=31536000, immutable" } else { "no-store" };
    Ok(Cached { kind: asset.kind, bytes: asset.bytes.clone(), cache })
}

struct Cached {
    kind: &'static str,
    bytes: Packed,
    cache: &'static str,
}

impl<'r> Responder<'r, 'static> for Cached {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response.raw_header("Content-Type", self.kind).raw_header("Cache-Control", self.cache);
        self.bytes.fill(Gzip::of(request), &mut response);
        response.ok()
    }
}
