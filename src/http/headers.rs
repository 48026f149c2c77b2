//! Headers of each of our responses: nothing is cached, framed, sniffed, or loaded from other sites.

use std::sync::Arc;

use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
};

use super::{
    cors,
    own_routes::{caching, is_own},
};
use crate::{app::App, config::host::Csp};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "Headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if is_own(request) {
            guard(request, response);
        }
    }
}

/// Headers by which an application could open our pages to other sites, or to caches.
const OPENING: [&str; 9] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "CDN-Cache-Control",
    "Surrogate-Control",
    "Expires",
    "Pragma",
];

/// Adds the headers to one response, and removes what an application added to open it.
pub fn guard(request: &Request<'_>, response: &mut Response<'_>) {
    OPENING.iter().for_each(|name| response.remove_header(name));
    cors::open(request, response);
    let app = request.rocket().state::<Arc<App>>();
    let csp = match app.map(|app| &app.config().csp) {
        Some(Csp::Host) => None,
        Some(Csp::Custom(policy)) => Some(policy.as_str()),
        Some(Csp::Strict) | None => Some(POLICY),
    };
    if let Some(csp) = csp {
        response.set_raw_header("Content-Security-Policy", csp.to_owned());
    }
    response.set_raw_header("Referrer-Policy", "same-origin");
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    response.set_raw_header("X-Frame-Options", "DENY");
    response.set_raw_header("Cross-Origin-Opener-Policy", "same-origin");
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_raw_header("Cache-Control", caching(request).unwrap_or("no-store").to_owned());
    let hsts = |app: &Arc<App>| app.validated.is_https() && app.config().hsts;
    // An application may have a longer age for its domain.
    if app.is_some_and(hsts) && !response.headers().contains("Strict-Transport-Security") {
        response.set_raw_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
}
