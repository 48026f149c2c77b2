//! `set_then_login`: the holder of the key sets a new password, and is signed in.

use rocket::{fairing::AdHoc, get, post, routes};

use super::{
    complete::{choose, spend},
    ticket::{StrategyTag, Ticket},
};
use crate::{
    base::Error,
    http::{Answer, Faults, Fields, Page, SameOrigin, Visit, mount},
    policy::strategy::Strategy,
};

/// Tag of its tickets.
pub struct SetThenLogin;

impl StrategyTag for SetThenLogin {
    const STRATEGY: Option<Strategy> = Some(Strategy::SetThenLogin);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("set_then_login", |rocket| async { mount(rocket, routes![show, submit]) })
}

#[get("/reset/set-then-login")]
fn show(site: Visit<'_>, ticket: Ticket<SetThenLogin>) -> Page {
    page(&site, &ticket)
}

#[post("/reset/set-then-login", data = "<fields>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SetThenLogin>,
    fields: Fields,
) -> Result<Answer, Error> {
    let mut faults = Faults::default();
    match choose(&site, &ticket.account, &fields, &mut faults).await? {
        Some(new) => spend(&site, &ticket.account, &ticket.policy, &ticket.key, None, new).await,
        None => {
            ticket.hold(&site).await?;
            Ok(page(&site, &ticket).faults(faults).into())
        }
    }
}

fn page(site: &Visit<'_>, ticket: &Ticket<SetThenLogin>) -> Page {
    Page::new("reset/set_then_login")
        .with("ticket", ticket.shown(site, 2))
        .with("login_after", ticket.policy.login_after)
}
