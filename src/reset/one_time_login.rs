//! `one_time_login`: a button signs in, once, to a form for a new password and nothing else.

use rocket::{fairing::AdHoc, get, post, routes};

use super::ticket::{StrategyTag, Ticket};
use crate::{
    account::{change::end_everything, notice},
    auth::gate::{self, SessionKind},
    base::Error,
    core::event::Event,
    http::{Answer, Page, SameOrigin, Visit, device, keyed, with_deadline},
    policy::strategy::Strategy,
    store::{accounts, keys},
};

/// Marks its tickets.
pub struct OneTimeLogin;

impl StrategyTag for OneTimeLogin {
    const STRATEGY: Option<Strategy> = Some(Strategy::OneTimeLogin);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("one_time_login", |rocket| async {
        rocket.mount("/", with_deadline(routes![show, submit]))
    })
}

#[get("/reset/one-time-login")]
fn show(site: Visit<'_>, ticket: Ticket<OneTimeLogin>) -> Page {
    Page::new("reset/one_time_login").with("ticket", ticket.shown(&site, 2))
}

#[post("/reset/one-time-login")]
async fn submit(_ours: SameOrigin, site: Visit<'_>, ticket: Ticket<OneTimeLogin>) -> Result<Answer, Error> {
    let (account, now, asked) = (&ticket.account, site.now(), site.caller());
    let mut tx = site.begin().await?;
    if !accounts::lock_unchanged(&mut tx, account, now).await?
        || !keys::spend(&mut tx, ticket.key.id, now).await?
    {
        return keyed::gone(&site, &mut tx, &ticket.key.digest, "/reset").await;
    }
    keyed::use_up(&site, &mut tx, &ticket.key.digest, "/reset/new-password").await?;
    end_everything(&mut tx, account, now).await?;
    let admission =
        gate::admit(&site, &mut tx, account, SessionKind::Restricted(&ticket.policy, None), false).await?;
    notice::post(site.app, &mut tx, account, &account.email, "signed-in-once", &asked).await?;
    Event::new("reset.signed_in_once", account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    device::remember(&site, &account.email_key())?;
    admission.enter(&site);
    Ok(Answer::go("/reset/new-password"))
}
