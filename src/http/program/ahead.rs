//! A look at a short body before its route: at what an address stands for, and at a token against forged requests.

use std::time::Duration;

use rocket::{Data, Request, tokio::time::timeout};
use serde_json::Value;

use super::sends_json;

/// Most of a body that is looked at, in bytes.
const MOST: usize = 512;

/// Longest time to wait for it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Key of a body in which a program sends the token of its browser.
const CSRF: &str = "csrf_token";

/// The token in a body.
struct Csrf(Option<String>);

/// Returns a body of JSON that is sent, if it is short.
pub(super) async fn read(request: &Request<'_>, data: &mut Data<'_>) -> Option<Value> {
    if !sends_json(request) {
        return None;
    }
    let begun = timeout(TIMEOUT, data.peek(MOST)).await.ok()?;
    let body: Value = serde_json::from_slice(begun).ok()?;
    request.local_cache(|| Csrf(body.get(CSRF).and_then(Value::as_str).map(str::to_owned)));
    Some(body)
}

/// Returns the token in a body that was looked at.
pub(super) fn csrf<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(|| Csrf(None)).0.as_deref()
}
