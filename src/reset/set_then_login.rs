//! `set_then_login`: the holder of the key sets a new password, and is signed in.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;

use super::{
    complete::{PasswordForm, choose, spend},
    ticket::{StrategyTag, Ticket, TicketShown},
};
use crate::{
    base::Error,
    http::{Form, Outcome, Page, Read, SameOrigin, Visit, mount},
    policy::strategy::Strategy,
    view::shown::{Forms, View},
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

/// The form for a new password.
#[derive(Serialize)]
pub struct SetThenLoginPage {
    ticket: TicketShown,
    /// Whether it also signs in.
    login_after: bool,
}

impl View for SetThenLoginPage {
    const TEMPLATE: &'static str = "reset/set_then_login";
    const FORMS: Forms = &[PasswordForm::INPUTS];

    fn samples() -> Vec<Self> {
        let tickets = TicketShown::samples(Strategy::SetThenLogin, 2).into_iter().zip([true, false]);
        tickets.map(|(ticket, login_after)| SetThenLoginPage { ticket, login_after }).collect()
    }
}

#[get("/reset/set-then-login")]
fn show(site: Visit<'_>, ticket: Ticket<SetThenLogin>) -> Page {
    page(&site, &ticket)
}

#[post("/reset/set-then-login", data = "<form>")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<SetThenLogin>,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    set(&site, &ticket, form).await
}

/// Sets the password that was chosen.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub(super) async fn set<S>(
    site: &Visit<'_>,
    ticket: &Ticket<S>,
    form: Read<PasswordForm>,
) -> Result<Outcome, Error> {
    let Read { draft, mut refusal } = form;
    match choose(site, &ticket.account, draft.new_password, &mut refusal).await? {
        Some(new) => Ok(spend(site, &ticket.account, &ticket.policy, &ticket.key, None, new).await?.outcome),
        None => {
            ticket.hold(site).await?;
            Ok(page(site, ticket).refused(refusal))
        }
    }
}

fn page<S>(site: &Visit<'_>, ticket: &Ticket<S>) -> Page {
    Page::of(&SetThenLoginPage { ticket: ticket.shown(site, 2), login_after: ticket.policy.login_after })
}
