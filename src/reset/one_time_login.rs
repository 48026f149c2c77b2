//! `one_time_login`: a button signs in once, to the form for a new password and nothing else.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;

use super::ticket::{StrategyTag, Ticket, TicketShown};
use crate::{
    account::notice,
    auth::gate::{self, Goal, Passed, Proof},
    base::Error,
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Outcome, Page, SameOrigin, Visit, device, keyed, mount},
    policy::strategy::Strategy,
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
    let (now, asked) = (site.now(), site.caller());
    let mut tx = site.begin().await?;
    let Some(mut locked) = ticket.lock_spending(&mut tx, now).await? else {
        return keyed::gone(&site, &mut tx, &ticket.key.digest, Place::Reset).await;
    };
    keyed::use_up(&site, locked.tx(), &ticket.key.digest, Place::NewPassword).await?;
    locked.end_everything(now).await?;
    let Passed::Entered(admission) =
        gate::pass(&site, &mut locked, Proof::Reset, Goal::Form(&ticket.policy)).await?;
    let (held, account) = locked.into_parts();
    notice::post(site.app, held, &account, &account.email, "signed-in-once", &asked).await?;
    Event::new(EventKind::ResetSignedInOnce, account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, held)
        .await?;
    tx.commit().await?;
    device::remember(&site, &account.email_key())?;
    admission.enter(&site);
    Ok(Outcome::go(Place::NewPassword))
}
