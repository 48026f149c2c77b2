//! The token by which a program is signed in, or on its way there, or a personal access token.

use rocket::Request;

use crate::base::{access_token, key::Key};

/// The token of a request, parsed once.
struct Sent(Option<String>);

/// Returns the token of a request, from `Authentication-Token` or `Authorization: Bearer`; empty if it sends several that
/// differ. A text that is no token of ours, like `null` or that of another service, is none.
pub fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(|| Sent(parse(request).map(str::to_owned))).0.as_deref()
}

fn parse<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let headers = request.headers();
    let bearers = headers.get("Authorization").filter_map(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then_some(token)
    });
    let all = headers.get("Authentication-Token").chain(bearers).map(str::trim);
    let mut all = all.filter(|token| Key::parse(token).is_some() || access_token::is_one(token));
    let first = all.next()?;
    Some(if all.all(|other| other == first) { first } else { "" })
}
