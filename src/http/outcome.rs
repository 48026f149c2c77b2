//! What a route has done, without a word of how it is presented.

use rocket::http::Status;

use super::{
    Page,
    dead_end::{Gone, Why},
    form::Refusal,
};
use crate::{
    base::clock::Time,
    core::{
        limits::Allowed,
        place::{Address, Place},
    },
};

/// What a route has done.
pub enum Outcome {
    /// It shows a page.
    Show(Page),
    /// It sends the visitor on to a path of this site.
    Go(Address),
    /// It refuses a form, which its page shows again.
    Refused(Page, Refusal),
    /// It was given a key that opens nothing.
    Gone(Gone),
    /// It was given an incomplete key; another can be requested at a place.
    Incomplete(Place),
    /// It was asked too often.
    TooMany {
        /// Time of the next try.
        allowed: Allowed,
        /// Whether a reset is offered instead.
        instead: bool,
    },
    /// It failed with a status.
    Failed(Status),
}

impl Outcome {
    /// Sends the visitor on to a path of this site.
    pub fn go(to: impl Into<Address>) -> Self {
        Outcome::Go(to.into())
    }

    /// A key opens nothing: why, since when, and where to ask for another.
    pub fn gone(why: Why, when: Option<Time>, again: Place) -> Self {
        Outcome::Gone(Gone { why, when, again, email: None })
    }

    /// It was asked too often.
    pub fn too_many(allowed: Allowed) -> Self {
        Outcome::TooMany { allowed, instead: false }
    }
}

impl From<Page> for Outcome {
    fn from(page: Page) -> Self {
        Outcome::Show(page)
    }
}
