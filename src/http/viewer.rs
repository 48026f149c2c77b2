//! Who is signed in, as far as some guard has asked by now: the header of a page says it.

use std::sync::OnceLock;

use rocket::Request;

#[derive(Default)]
struct Viewer(OnceLock<String>);

/// Says that whoever sends a request is signed in, at this address.
pub fn is(request: &Request<'_>, email: &str) {
    // Nobody else signs in within a request.
    _ = request.local_cache(Viewer::default).0.set(email.to_owned());
}

/// The address of whoever is signed in.
pub fn email<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(Viewer::default).0.get().map(String::as_str)
}
