//! Codes that are sent, on the pages that ask for them: the buttons that send one, and the code under way.

use rocket::http::Status;
use serde::Serialize;
use uuid::Uuid;

use super::ways::{Ways, place_of};
use crate::{
    auth::{
        recipient::Recipient,
        sent_code::{self, Stage},
        told,
    },
    base::{Error, factor::FactorKind},
    core::place::Place,
    http::{Outcome, Visit, form::form},
    store::{accounts::AccountRow, factors::FactorRow},
};

form! {
    /// The button that sends a code.
    pub struct SendForm {
        /// Path to go on to.
        next: String = hidden(),
        /// Kind of the factor.
        with: String = hidden(),
        /// Its id.
        factor: String = hidden(),
    }
}

/// Where codes can be sent, and where one has been.
#[derive(Clone, Serialize)]
pub struct Sending {
    /// Factors that get codes.
    recipients: Vec<RecipientShown>,
    /// What is shown of the recipient of the code under way.
    sent: Option<String>,
    /// True if no code can be sent at present.
    down: bool,
}

/// A factor whose codes are sent.
#[derive(Clone, Serialize)]
struct RecipientShown {
    id: Uuid,
    /// What is shown of its recipient.
    to: String,
}

impl Sending {
    /// Samples for a page.
    pub fn samples() -> Vec<Self> {
        let recipient = |to: &str| RecipientShown { id: Uuid::from_u128(7), to: to.into() };
        let sending = |sent: Option<&str>, down| Sending {
            recipients: vec![recipient("42"), recipient("17")],
            sent: sent.map(str::to_owned),
            down,
        };
        vec![sending(None, false), sending(Some("42"), false), sending(None, true)]
    }

    /// Returns it for factors of this kind; `None` if their codes are not sent.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn of(
        site: &Visit<'_>,
        account: &AccountRow,
        ways: &Ways,
        kind: FactorKind,
    ) -> Result<Option<Self>, Error> {
        if !kind.is_sent() {
            return Ok(None);
        }
        let recipient = |factor: &FactorRow| Some((factor.id, Recipient::of(site.app, factor)?));
        let all: Vec<_> = ways.of_kind(kind).filter_map(recipient).collect();
        let under_way = sent_code::under_way(site, account, Stage::Proof).await?;
        let sent = under_way.filter(|(_, recipient)| recipient.kind() == kind);
        Ok(Some(Self {
            sent: sent.map(|(_, recipient)| recipient.shown()),
            down: all.iter().all(|(_, recipient)| site.transports.is_down(recipient.channel)),
            recipients: all.iter().map(|(id, to)| RecipientShown { id: *id, to: to.shown() }).collect(),
        }))
    }
}

/// Sends a code for the factor that a button names, and goes back to the page at `place`.
///
/// # Errors
/// [`Error::Database`].
pub async fn send(
    site: &Visit<'_>,
    account: &AccountRow,
    ways: &Ways,
    form: SendForm,
    place: Place,
) -> Result<Outcome, Error> {
    let SendForm { next, with, factor } = form;
    let Some(kind) = ways.choose(&with) else { return Ok(Outcome::Failed(Status::NotFound)) };
    let factor = match Uuid::parse_str(&factor) {
        Ok(id) => ways.of_kind(kind).find(|factor| factor.id == id),
        // A program chooses a kind, and has its first.
        Err(_) if site.program.is_some() => ways.of_kind(kind).next(),
        Err(_) => return Ok(Outcome::Failed(Status::NotFound)),
    };
    site.tell("tf_state", "ready");
    told::factor(site, Some(kind));
    if let Some(recipient) = factor.and_then(|factor| Recipient::of(site.app, factor))
        && let Err(why) = sent_code::send(site, account, &recipient, Stage::Proof).await?
    {
        return Ok(Outcome::Unsent(why, place_of(kind, place, &next)));
    }
    Ok(Outcome::Go(place_of(kind, place, &next)))
}
