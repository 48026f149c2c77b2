//! The signed-in person for a page's header, as far as a guard has checked the session.

use std::sync::OnceLock;

use rocket::Request;

#[derive(Default)]
struct Viewer(OnceLock<String>);

/// Records that the request comes from a person signed in with this address.
pub fn is(request: &Request<'_>, email: &str) {
    // A request has only one such person, so it is set once.
    _ = request.local_cache(Viewer::default).0.set(email.to_owned());
}

/// Address of the signed-in person.
pub fn email<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.local_cache(Viewer::default).0.get().map(String::as_str)
}
