//! Setting up codes by mail, which go to the account's address.

use rocket::{Route, get, post, routes};

use super::{
    enrol::{Enrolling, StartForm},
    sent,
};
use crate::{
    auth::recipient::Recipient,
    base::Error,
    core::place::Place,
    http::{Outcome, Read, SameOrigin, Visit},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![show_start, start]
}

#[get("/account/factors/email/start")]
fn show_start(_me: Enrolling<'_>) -> Outcome {
    Outcome::elsewhere(Place::Factors)
}

// Where codes go to a former address, this replaces it once the present one is proved.
#[post("/account/factors/email/start", data = "<form>")]
pub(super) async fn start(
    _ours: SameOrigin,
    site: Visit<'_>,
    me: Enrolling<'_>,
    form: Read<StartForm>,
) -> Result<Outcome, Error> {
    let next = form.draft.next.unwrap_or_default();
    sent::start(&site, &me, &Recipient::mail(&me.account().email), &next).await
}
