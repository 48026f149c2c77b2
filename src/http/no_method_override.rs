//! Prevents a form from changing its method: Rocket takes a first field `_method` for the request's method.

use rocket::{
    Data, Request,
    fairing::{Fairing, Info, Kind},
    http::{Method, uri::Origin},
};

/// The field that Rocket reads, at the very start of a form.
const FIELD: &[u8] = b"_method=";

/// Routes every form that begins with `_method` to a path that does not exist.
pub struct NoMethodOverride;

#[rocket::async_trait]
impl Fairing for NoMethodOverride {
    fn info(&self) -> Info {
        Info { name: "Forms keep their method", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        let form = request.content_type().is_some_and(|kind| kind.is_form());
        if form && data.peek(FIELD.len()).await == FIELD {
            request.set_method(Method::Post);
            request.set_uri(Origin::const_new("/-", None));
        }
    }
}
