//! The token by which a program with cookies shows that a request is its own, where a browser sends `Origin`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rocket::Request;

use super::ahead;
use crate::http::Visit;

const PURPOSE: &str = "csrf";
/// Headers in which it is sent.
const HEADERS: [&str; 3] = ["X-XSRF-Token", "X-CSRF-Token", "X-CSRFToken"];

fn in_header<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    HEADERS.iter().find_map(|name| request.headers().get_one(name))
}

/// True if a request carries a token in a header.
pub(super) fn is_in_header(request: &Request<'_>) -> bool {
    in_header(request).is_some()
}

/// True if a request carries the token of its browser.
pub fn is_shown(request: &Request<'_>, site: &Visit<'_>) -> bool {
    let Some(browser) = site.browser_id() else { return false };
    let sent = in_header(request).or(ahead::csrf(request));
    let mac = sent.and_then(|sent| URL_SAFE_NO_PAD.decode(sent).ok());
    mac.is_some_and(|mac| site.keyring.verifies(&mac, PURPOSE, &[&browser]))
}

/// Returns the token of this browser, which gets an id if it has none.
pub(super) fn token(site: &Visit<'_>) -> Option<String> {
    let browser = site.ensure_browser_id().ok()?;
    Some(URL_SAFE_NO_PAD.encode(site.keyring.mac(PURPOSE, &[&browser])))
}
