//! Refusals that another proof of identity lifts: they lead to `/verify`, and back.

use rocket::{Request, request::Outcome};

use crate::http::refusal::must_sign_in;

/// Another proof that a request needs.
pub struct Again {
    /// Most minutes that the proof may be old, if it is their age that matters.
    pub within: Option<u32>,
}

impl Again {
    /// Returns the minutes as they stand in a query; empty if none matter.
    pub fn minutes(within: Option<u32>) -> String {
        within.map_or(String::new(), |minutes| minutes.to_string())
    }
}

/// Mark of a request that needs one.
struct Mark(Option<Again>);

/// Refuses a signed-in person who has to prove themselves again.
pub fn must_verify<T>(request: &Request<'_>, again: Again) -> Outcome<T, ()> {
    request.local_cache(|| Mark(Some(again)));
    must_sign_in(request)
}

/// Returns the proof that a refused request needs, if that is why it was refused.
pub fn needed<'r>(request: &'r Request<'_>) -> Option<&'r Again> {
    request.local_cache(|| Mark(None)).0.as_ref()
}
