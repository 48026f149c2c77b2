//! The guard that every route takes which is not GET: the request comes from this site's own pages.

use std::sync::Arc;

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};

use crate::app::App;

/// Proof that a request was sent by a page of this site, or by a program that carries no cookie.
///
/// `Origin`, if it is there, must be `public_url`'s; else `Sec-Fetch-Site` must be `same-origin`; with neither, no
/// cookie may be there.
///
/// # Outcomes
/// Error 403 otherwise.
pub struct SameOrigin(());

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SameOrigin {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let headers = request.headers();
        let ours = request.rocket().state::<Arc<App>>().is_some_and(|app| {
            let mut origins = headers.get("Origin").peekable();
            if origins.peek().is_some() {
                return origins.all(|origin| origin.eq_ignore_ascii_case(&app.judged.public_url));
            }
            let mut sites = headers.get("Sec-Fetch-Site").peekable();
            if sites.peek().is_some() {
                sites.all(|site| site == "same-origin")
            } else {
                !headers.contains("Cookie")
            }
        });
        if ours { Outcome::Success(Self(())) } else { Outcome::Error((Status::Forbidden, ())) }
    }
}
