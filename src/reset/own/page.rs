//! Answers of an application's strategy: its pages in our layout, and the end of a reset.

use rocket::{
    Request,
    response::{self, Responder},
};
use serde::Serialize;

use super::super::{complete::Ended, ticket::TicketShown};
use crate::{http::Outcome, policy::strategy::Strategy, view::shown::View};

/// An answer of a strategy's route: a page of [`Ticket::page`](super::ticket::Ticket::page), or the end of the reset.
pub struct Answer {
    outcome: Outcome,
    is_complete: bool,
}

impl Answer {
    /// Wraps the answer to a request that has not completed the reset.
    pub(super) fn of(outcome: impl Into<Outcome>) -> Self {
        Self { outcome: outcome.into(), is_complete: false }
    }

    /// Wraps the answer at the end of the reset.
    pub(super) fn at_end(Ended { outcome, is_complete }: Ended) -> Self {
        Self { outcome, is_complete }
    }

    /// True if this request has completed the reset. [`Ticket::complete`](super::ticket::Ticket::complete) also answers
    /// one that came too late, or whose account owes a second factor first.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        self.outcome.respond_to(request)
    }
}

/// A page of an application's strategy.
#[derive(Serialize)]
pub struct OwnPage {
    pub(super) ticket: TicketShown,
    pub(super) title: String,
    /// HTML of the application.
    pub(super) main: String,
}

impl View for OwnPage {
    const TEMPLATE: &'static str = "reset/own";

    fn samples() -> Vec<Self> {
        let tickets = TicketShown::samples(Strategy::SetThenLogin, 2).into_iter();
        let page = |ticket| OwnPage { ticket, title: "Title".into(), main: "<p>Text</p>".into() };
        tickets.map(page).collect()
    }
}
