//! Headers of every response: nothing is cached, framed, sniffed, or loaded from other sites.

use std::sync::Arc;

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
};

use crate::app::App;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "Headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        guard(request, response);
    }
}

/// Adds the headers to one response.
pub fn guard(request: &Request<'_>, response: &mut Response<'_>) {
    response.set_raw_header("Content-Security-Policy", POLICY);
    response.set_raw_header("Referrer-Policy", "same-origin");
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    response.set_raw_header("X-Frame-Options", "DENY");
    response.set_raw_header("Cross-Origin-Opener-Policy", "same-origin");
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    if !response.headers().contains("Cache-Control") {
        response.set_raw_header("Cache-Control", "no-store");
    }
    let hsts = |app: &Arc<App>| app.validated.is_https() && app.config().hsts;
    if request.rocket().state().is_some_and(hsts) {
        response.set_raw_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
}
