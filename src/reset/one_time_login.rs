//! `one_time_login`: a button signs in, once, to a form for a new password and nothing else.

use rocket::{fairing::AdHoc, get, post, routes};

use super::{
    Recovery, Risk, Strategy,
    ticket::{Recovers, Ticket},
};
use crate::{
    account::{change::end_everything, notice},
    auth::gate::{self, Kind},
    base::{Error, span::Span},
    config::finding::Severity,
    core::event::Event,
    http::{Answer, Page, SameOrigin, Site, bounded, device, held},
    store::{accounts, keys},
};

/// Marks its tickets.
pub struct OneTimeLogin;

impl Recovers for OneTimeLogin {
    const STRATEGY: Option<Strategy> = Some(Strategy::OneTimeLogin);
}

pub(super) const RECOVERY: Recovery = Recovery {
    page: "/reset/one-time-login",
    steps: 3,
    longest: Span::minutes(10),
    needs_phone: false,
    risk: Some(Risk {
        severity: Severity::Advice,
        why: "who reads the mailbox is signed in: mail becomes a way to authenticate (ASVS 6.3.6)",
        remedy: "write strategy = \"set_then_login\" unless people must be in at once",
    }),
    fairing,
};

fn fairing() -> AdHoc {
    AdHoc::on_ignite("one_time_login", |rocket| async { rocket.mount("/", bounded(routes![show, submit])) })
}

#[get("/reset/one-time-login")]
fn show(site: Site<'_>, ticket: Ticket<OneTimeLogin>) -> Page {
    Page::new("reset/one_time_login").with("ticket", ticket.shown(&site, 2))
}

#[post("/reset/one-time-login")]
async fn submit(_ours: SameOrigin, site: Site<'_>, ticket: Ticket<OneTimeLogin>) -> Result<Answer, Error> {
    let (account, now, asked) = (&ticket.account, site.now(), site.asked());
    let mut tx = site.begin().await?;
    if !accounts::take(&mut tx, account, now).await? || !keys::spend(&mut tx, ticket.key.id, now).await? {
        return held::gone(&site, &mut tx, &ticket.key.digest, "/reset").await;
    }
    held::use_up(&site, &mut tx, &ticket.key.digest, "/reset/new-password").await?;
    end_everything(&mut tx, account, now).await?;
    let admission =
        gate::admit(&site, &mut tx, account, Kind::Restricted(&ticket.policy, None), false).await?;
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
