//! A look at a short body before its route: at a password, on which an address may depend, and at a token against
//! forged requests.

use std::time::Duration;

use rocket::{Data, Request, tokio::time::timeout};
use serde::{Deserialize, de::IgnoredAny};

use super::{bearer, csrf, sends_json};

/// Most of a body that is looked at, in bytes.
const MOST: usize = 512;
/// Longest time to wait for it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What is looked for; no secret but the token is kept.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    csrf_token: Option<String>,
    password: Option<IgnoredAny>,
}

/// The token in a body.
struct Csrf(Option<String>);

/// Looks at a body of JSON, if somebody has to: for the sake of its address, or because nothing else shows yet that it is
/// not forged. Returns true if it has a password, which an address may depend on.
pub(super) async fn read(request: &Request<'_>, data: &mut Data<'_>, looks: bool) -> bool {
    let headers = request.headers();
    let shown = bearer(request).is_some() || headers.contains("Origin") || csrf::is_in_header(request);
    if !sends_json(request) || !looks && (shown || !headers.contains("Cookie")) {
        return false;
    }
    let begun = timeout(TIMEOUT, data.peek(MOST)).await.unwrap_or_default();
    let body: Body = serde_json::from_slice(begun).unwrap_or_default();
    request.local_cache(|| Csrf(body.csrf_token));
    body.password.is_some()
}

/// Returns the token in a body that was looked at.
pub(super) fn csrf<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(|| Csrf(None)).0.as_deref()
}
