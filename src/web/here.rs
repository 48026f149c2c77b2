//! Proof that a request comes from this machine, and not through a proxy on it.

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use crate::config::is_loopback;

/// What proxies add.
const BY_PROXIES: [&str; 6] =
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

/// The machine that the server runs on, asking by its own name.
///
/// # Outcomes
/// Forward 404 for anybody else.
pub struct Here;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Here {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let here = request.host().is_some_and(|host| is_loopback(&format!("http://{host}")))
            && request.remote().is_none_or(|remote| remote.ip().is_loopback())
            && !BY_PROXIES.iter().any(|name| request.headers().contains(name));
        if here { Outcome::Success(Here) } else { Outcome::Forward(Status::NotFound) }
    }
}
