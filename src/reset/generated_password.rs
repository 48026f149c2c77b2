//! `generated_password`: a button mails a password that works once, for signing in and setting one's own.
//!
//! The old password works until then, so that nobody can lock an owner out by requesting a reset.

use rocket::{fairing::AdHoc, get, post, routes};
use serde::Serialize;

use super::{
    Steps,
    ticket::{StrategyTag, Ticket, TicketShown},
};
use crate::{
    auth::{session::Restricted, temporary::digest},
    base::{
        Error,
        duration::HumanDuration,
        key::{Key, Purpose},
    },
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    http::{Outcome, Page, SameOrigin, Visit, device, keyed, mount},
    outbox::message::Message,
    policy::strategy::Strategy,
    store::{
        keys::{self, KeyRow},
        outbox,
        sessions::SignedIn,
    },
    view::shown::{Until, View},
};

/// Life of a generated password.
pub const LIFE: HumanDuration = HumanDuration::minutes(30);
/// The page that says where it is.
const SENT: Place = Place::Step(Strategy::GeneratedPassword, "sent");

/// Tag of its tickets.
pub struct GeneratedPassword;

impl StrategyTag for GeneratedPassword {
    const STRATEGY: Option<Strategy> = Some(Strategy::GeneratedPassword);
}

/// Installs its routes.
pub(super) fn fairing() -> AdHoc {
    AdHoc::on_ignite("generated_password", |rocket| async { mount(rocket, routes![show, submit, show_sent]) })
}

/// The page with the button that mails a password.
#[derive(Serialize)]
pub struct GeneratedPasswordPage {
    ticket: TicketShown,
}

impl View for GeneratedPasswordPage {
    const TEMPLATE: &'static str = "reset/generated_password";

    fn samples() -> Vec<Self> {
        let tickets = TicketShown::samples(Strategy::GeneratedPassword, 2);
        tickets.into_iter().map(|ticket| GeneratedPasswordPage { ticket }).collect()
    }
}

#[get("/reset/generated-password")]
fn show(site: Visit<'_>, ticket: Ticket<GeneratedPassword>) -> Page {
    Page::of(&GeneratedPasswordPage { ticket: ticket.shown(&site, 2) })
}

#[post("/reset/generated-password")]
async fn submit(
    _ours: SameOrigin,
    site: Visit<'_>,
    ticket: Ticket<GeneratedPassword>,
) -> Result<Outcome, Error> {
    let (account, now, asked) = (&ticket.account, site.now(), site.caller());
    let password = Key::for_typing(site.random)?;
    let digest = digest(site.app, account, password.expose());
    let row = KeyRow {
        policy: ticket.key.policy.clone(),
        ..site.app.key_row(account.id, Purpose::Temporary, digest, *LIFE)?
    };
    let mut tx = site.begin().await?;
    let Some(locked) = ticket.lock_spending(&mut tx, now).await? else {
        return keyed::gone(&site, &mut tx, &ticket.key.digest, Place::Reset).await;
    };
    let (held, _) = locked.into_parts();
    keyed::use_up(&site, held, &ticket.key.digest, SENT).await?;
    keys::end(held, account.id, Purpose::Temporary).await?;
    outbox::drop_orphans(held, account.id).await?;
    keys::insert(held, &row).await?;
    let mail = Message::mail(asked.locale, &account.email, "temporary-password")
        .code(&password.grouped(), row.expires_at)
        .asked(&asked);
    mail.post(site.app, held, Some(account.id), Some(row.id), row.expires_at).await?;
    Event::new(EventKind::ResetPasswordGenerated, account.id)
        .from(&asked)
        .under(&ticket.policy)
        .write(site.app, held)
        .await?;
    tx.commit().await?;
    device::remember(&site, &account.email_key())?;
    site.keep_all(SENT, ticket.policy.known_address(account), Some(row.expires_at), true)?;
    Ok(Outcome::go(SENT))
}

/// The page after that button.
#[derive(Serialize)]
pub struct GeneratedPasswordSentPage {
    #[serde(flatten)]
    until: Until,
    #[serde(flatten)]
    steps: Steps,
}

impl GeneratedPasswordSentPage {
    fn new(until: Until) -> Self {
        Self { until, steps: Steps::of(Strategy::GeneratedPassword, 3) }
    }
}

impl View for GeneratedPasswordSentPage {
    const TEMPLATE: &'static str = "reset/generated_password_sent";

    fn samples() -> Vec<Self> {
        vec![Self::new(Until::sample())]
    }
}

#[get("/reset/generated-password/sent")]
fn show_sent(site: Visit<'_>, me: Option<&SignedIn>, step: Option<Restricted<'_>>) -> Outcome {
    if me.is_some() {
        return Outcome::elsewhere(Place::Account);
    }
    let until = site.kept(SENT).and_then(|kept| kept.until).filter(|until| *until > site.now());
    match (step, until) {
        (Some(_), _) => Outcome::elsewhere(Place::NewPassword),
        (None, None) => Outcome::elsewhere(Place::Reset),
        (None, Some(until)) => {
            Page::of(&GeneratedPasswordSentPage::new(Until::new(site.locale, until, site.now()))).into()
        }
    }
}
