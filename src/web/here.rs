//! Proof that a request comes from this machine, and not through a proxy on it.

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use crate::config::is_loopback;

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
            && !request.headers().contains("Forwarded")
            && !request.headers().contains("X-Forwarded-For");
        if here { Outcome::Success(Here) } else { Outcome::Forward(Status::NotFound) }
    }
}
