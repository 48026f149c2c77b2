//! A reset in one request, for programs: the key in the address, the new password in the body.

use rocket::{Route, post, routes};

use super::{
    complete::PasswordForm,
    set_then_login,
    ticket::{Any, Ticket},
};
use crate::{
    base::Error,
    core::place::Place,
    http::{Outcome, Read, SameOrigin, Visit, program::Program},
    policy::strategy::Strategy,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![submit]
}

// Other strategies need more than a key and a password: the address of the key says where their first step is.
#[post("/reset/-", data = "<form>")]
async fn submit(
    _program: &Program,
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<Any>,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    match ticket.policy.strategy {
        Strategy::SetThenLogin => set_then_login::set(&site, &ticket, form).await,
        other => Ok(Outcome::elsewhere(Place::Strategy(other))),
    }
}
