//! Prevents a form from changing its method: Rocket takes a first field `_method` for the request's method.

use rocket::{
    Data, Request,
    http::{Method, uri::Origin},
};

use super::own_routes::WholeSite;
use crate::base::base_path::BasePath;

/// The field that Rocket reads, at the very start of a form.
const FIELD: &[u8] = b"_method=";

struct Overridden(bool);

/// Routes a form that begins with `_method` to a path that does not exist. Where routes of an application may want such
/// forms, it is only noted.
pub async fn refuse(base: &BasePath, request: &mut Request<'_>, data: &mut Data<'_>) {
    let form = request.content_type().is_some_and(|kind| kind.is_form());
    if !form || data.peek(FIELD.len()).await != FIELD {
        return;
    }
    request.local_cache(|| Overridden(true));
    let alone = request.rocket().state::<WholeSite>().is_some();
    let is_ours = base.root() != "/" && base.below(request.uri().path().as_str()).is_some();
    if alone || is_ours {
        request.set_method(Method::Post);
        if let Ok(nowhere) = Origin::parse_owned(base.join("/-")) {
            request.set_uri(nowhere);
        }
    }
}

/// True if the method of a request may not be the one that it was sent with.
pub fn is_overridden(request: &Request<'_>) -> bool {
    request.local_cache(|| Overridden(false)).0
}
