//! Well-known addresses: assets, and the page for changing a password.

use rocket::{
    Request, Response, Route,
    http::Status,
    response::{self, Responder},
    routes,
};

use super::{Outcome, Visit};
use crate::{
    base::base_path::BasePath,
    core::place::Place,
    view::gzip::{Gzip, Packed},
};

/// The routes. At the root, any route of an application comes before our home; below a base, none does.
pub fn routes(base: &BasePath) -> Vec<Route> {
    let mut routes = routes![home, asset];
    if base.root() == "/" {
        routes[0].rank = isize::MAX;
    }
    routes
}

/// The route at a path that a standard names, whatever the site's base is.
pub fn fixed() -> Vec<Route> {
    let mut routes = routes![change_password];
    // After an application's own at this path, which have -12 to -9, and before those for any path.
    routes[0].rank = -8;
    routes
}

#[rocket::get("/")]
fn home() -> Outcome {
    Outcome::elsewhere(Place::Account)
}

#[rocket::get("/.well-known/change-password")]
fn change_password() -> Outcome {
    Outcome::elsewhere(Place::ChangePassword)
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

/// A file that may be kept.
pub struct Cached {
    /// Media type.
    pub kind: &'static str,
    /// Contents.
    pub bytes: Packed,
    /// How it may be kept.
    pub cache: &'static str,
}

impl<'r> Responder<'r, 'static> for Cached {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response.raw_header("Content-Type", self.kind).raw_header("Cache-Control", self.cache);
        self.bytes.fill(Gzip::of(request), &mut response);
        response.ok()
    }
}
