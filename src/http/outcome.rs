//! What a route has done, without a word of how it is presented.

use std::sync::Arc;

use rocket::{
    Request,
    http::Status,
    response::{self, Responder},
};

use super::{
    Page,
    dead_end::{Gone, Why},
    flash::Announcement,
    form::Refusal,
    html,
    program::{self, Program},
};
use crate::{
    app::App,
    base::{Error, clock::Time},
    core::{
        limits::Allowed,
        place::{Address, Place},
    },
};

/// What a route has done.
pub enum Outcome {
    /// It shows a page.
    Show(Page),
    /// It has done what was asked for, and sends the visitor on to a path of this site.
    Go(Address),
    /// It has done nothing: there is nothing to do here at present, but perhaps at this path.
    Elsewhere(Address),
    /// The same, because it is only for somebody who is not signed in.
    ForStrangers(Address),
    /// It could not send a message, and sends the visitor back to a path of this site, which says why.
    Unsent(Announcement, Address),
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
    /// Somebody has to prove who they are first.
    Unproven(Unproven),
    /// It failed with a status.
    Failed(Status),
}

/// Somebody has to prove who they are first.
pub struct Unproven {
    /// The proof that is missing.
    pub needed: Needed,
    /// The page that asks for it.
    pub to: Address,
}

/// A proof that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// Nobody is signed in.
    SignIn,
    /// The last proof is too old, or too weak.
    Again,
    /// No sign-in waits for its second factor.
    FirstFactor,
}

impl Outcome {
    /// It is done, and sends the visitor on to a path of this site.
    pub fn go(to: impl Into<Address>) -> Self {
        Outcome::Go(to.into())
    }

    /// The same with other ids for the fields of a refused form, by which a program has sent them.
    pub fn named(mut self, names: &[(&str, &'static str)]) -> Self {
        if let Outcome::Refused(_, refusal) = &mut self {
            refusal.name(names);
        }
        self
    }

    /// There is nothing to do here; the visitor is led to a path of this site.
    pub fn elsewhere(to: impl Into<Address>) -> Self {
        Outcome::Elsewhere(to.into())
    }

    /// It is only for somebody who is not signed in; the visitor is led to a path of this site.
    pub fn for_strangers(to: impl Into<Address>) -> Self {
        Outcome::ForStrangers(to.into())
    }

    /// The last proof is too old or too weak for this; a page asks for another.
    pub fn again(to: Address) -> Self {
        Outcome::Unproven(Unproven { needed: Needed::Again, to })
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

impl<'r> Responder<'r, 'static> for Outcome {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Some(app) = request.rocket().state::<Arc<App>>() else { return Err(Status::InternalServerError) };
        match Program::of(request) {
            Some(program) => program::respond(self, app, request, program),
            None => html::respond(self, app, request),
        }
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Outcome::Show(self).respond_to(request)
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        // A flood of requests must not flood the log: each request has its line, and the metrics count it.
        if !matches!(self, Error::Busy) {
            log::error!("{self}");
        }
        let status = match self {
            Error::Database(_) | Error::Migration(_) | Error::Busy | Error::Randomness(_) => {
                Status::ServiceUnavailable
            }
            Error::Refused(_) => Status::Conflict,
            _ => Status::InternalServerError,
        };
        Outcome::Failed(status).respond_to(request)
    }
}
