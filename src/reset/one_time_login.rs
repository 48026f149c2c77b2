//! `one_time_login`: a button signs in once, to the form for a new password and nothing else.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;

use super::ticket::{StrategyTag, Ticket, TicketShown};
use crate::{
    account::notice,
    auth::{
        gate::{self, Goal, Proof},
        temporary,
    },
    base::Error,
    core::place::Place,
    http::{Outcome, Page, SameOrigin, Visit, device, keyed, mount},
    policy::{Policy, strategy::Strategy},
    store::accounts::Locked,
    view::shown::View,
};

/// Tag of its tickets.
pub struct OneTimeLogin;

impl StrategyTag for OneTimeLogin {
    const STRATEGY: Option<Strategy> = Some(Strategy::OneTimeLogin);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("one_time_login", |rocket| async { mount(rocket, routes![show, submit]) })
}

/// The page with the button that signs in.
#[derive(Serialize)]
pub struct OneTimeLoginPage {
    ticket: TicketShown,
}

impl View for OneTimeLoginPage {
    const TEMPLATE: &'static str = "reset/one_time_login";

    fn samples() -> Vec<Self> {
        let tickets = TicketShown::samples(Strategy::OneTimeLogin, 2);
        tickets.into_iter().map(|ticket| OneTimeLoginPage { ticket }).collect()
    }
}

#[get("/reset/one-time-login")]
fn show(site: Visit<'_>, ticket: Ticket<OneTimeLogin>) -> Page {
    Page::of(&OneTimeLoginPage { ticket: ticket.shown(&site, 2) })
}

#[post("/reset/one-time-login")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<OneTimeLogin>) -> Result<Outcome, Error> {
    let now = site.now();
    let mut tx = site.begin().await?;
    let Some(mut locked) = ticket.lock_spending(&mut tx, now).await? else {
        return keyed::gone(&site, &mut tx, &ticket.key.digest, Place::Reset).await;
    };
    keyed::use_up(&site, locked.tx(), &ticket.key.digest, Place::NewPassword).await?;
    let (proof, goal) = (Proof::Reset(&ticket.policy), Goal::Form(&ticket.policy));
    let passed = gate::pass(&site, &mut locked, proof, None, goal).await?;
    if passed.has_entered() {
        tell(&site, &mut locked, &ticket.policy).await?;
    }
    tx.commit().await?;
    device::remember(&site, &ticket.account.email_key())?;
    Ok(passed.enter(&site, Place::NewPassword))
}

/// Notifies the owner that the link has signed somebody in, and records it.
///
/// # Errors
/// [`Error::Database`].
pub async fn tell(site: &Visit<'_>, account: &mut Locked<'_>, policy: &Policy) -> Result<(), Error> {
    let (held, row) = account.parts();
    notice::post(site.app, held, row, &row.email, "signed-in-once", &site.caller()).await?;
    temporary::note(site, account, policy).await
}
