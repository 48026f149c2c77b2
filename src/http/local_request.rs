//! Proof that a request comes from this machine, as far as it can be distinguished from a forwarded one.

use std::sync::Arc;

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use super::client::peer;
use crate::{app::App, config::is_loopback_url};

/// Headers that proxies add, besides those that begin with `X-Forwarded`.
const BY_PROXIES: [&str; 6] =
    ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"];

/// A client on the server's machine that uses its own name and port. Behind another public name there is a
/// proxy, whose requests may look the same, so nobody is local there.
///
/// # Outcomes
/// Forward 404 for anybody else.
pub struct LocalRequest;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LocalRequest {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        if is_here(request) { Outcome::Success(LocalRequest) } else { Outcome::Forward(Status::NotFound) }
    }
}

fn is_here(request: &Request<'_>) -> bool {
    let Some(app) = request.rocket().state::<Arc<App>>() else { return false };
    let public = &app.validated.public_url;
    let named = request.host().is_some_and(|host| {
        let ours = Some(request.rocket().config().port);
        let port = host.port().or(Some(80));
        let name = host.to_string();
        // A port forwarded to this machine often has another number at its other end.
        let port_is_ours = port == ours || public.strip_prefix("http://") == Some(&*name);
        is_loopback_url(&format!("http://{name}")) && (port_is_ours || request.remote().is_none())
    });
    let direct = request.remote().is_none() || peer(request).is_loopback();
    let forwarded = request.headers().iter().any(|header| {
        let name = header.name().as_str();
        BY_PROXIES.iter().any(|known| known.eq_ignore_ascii_case(name))
            || name.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("X-Forwarded"))
    });
    is_loopback_url(public) && named && direct && !forwarded
}
