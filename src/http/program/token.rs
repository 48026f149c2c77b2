//! The token by which a program is signed in, or on its way there.

use rocket::Request;

/// Returns the token of a request, from `Authentication-Token` or `Authorization: Bearer`; empty if it sends several.
pub fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let headers = request.headers();
    let bearers = headers.get("Authorization").filter_map(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then_some(token)
    });
    let mut all = headers.get("Authentication-Token").chain(bearers).map(str::trim);
    let first = all.next()?;
    Some(if all.all(|other| other == first) { first } else { "" })
}
