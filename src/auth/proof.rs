//! What comes to the gate, and what it answers.

use uuid::Uuid;

use super::{admission::Admission, first::First};
use crate::{
    base::factor::FactorKind,
    core::place::Address,
    hashing::hash::PasswordHash,
    http::{Outcome, Visit},
    policy::Policy,
};

/// Proof of identity.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// The password.
    Password,
    /// A passkey that verified who was there.
    Passkey,
    /// A code or a link in place of the password.
    Code(&'a First),
    /// The key of a reset under this policy, and everything else that its strategy requires.
    Reset(&'a Policy),
    /// A generated password, with its digest.
    Temporary(&'a [u8]),
    /// The token of a remembered browser.
    Remembered,
    /// The refresh token of a program, whose family began with this session.
    Refreshed(Uuid),
    /// A session that has passed this gate, whose owner is only changing the password; or a test of an application.
    Session,
}

impl<'a> Proof<'a> {
    /// The first proof, from which the second must differ.
    pub(super) fn first(self) -> Option<&'a First> {
        match self {
            Proof::Code(first) => Some(first),
            _ => None,
        }
    }

    /// The factor that takes the place of the password, if one does.
    pub fn instead(self) -> Option<FactorKind> {
        match self {
            Proof::Passkey => Some(FactorKind::Passkey),
            Proof::Code(first) => Some(first.kind()),
            _ => None,
        }
    }
}

/// The purpose of a proof.
#[derive(Clone, Copy)]
pub enum Goal<'a> {
    /// A session, and a remembered browser if `keep`.
    SignIn {
        /// "Keep me signed in".
        keep: bool,
    },
    /// The form for a new password, after a reset under this policy.
    Form(&'a Policy),
    /// A new password, which ends everything older.
    NewPassword {
        /// Its hash.
        hash: &'a PasswordHash,
        /// True if a session begins as well.
        sign_in: bool,
    },
}

/// The gate's answer.
pub enum Passed {
    /// The goal is reached.
    Entered(Admission),
    /// A second factor is owed first: nothing has happened, but the browser may prove or set it up.
    Owes(Admission),
}

impl Passed {
    /// True if the goal is reached.
    pub fn has_entered(&self) -> bool {
        matches!(self, Passed::Entered(_))
    }

    /// Sets the browser's cookies, and sends it on to `place`, or first to the page of the second factor. Call it after
    /// the commit.
    pub fn enter(self, site: &Visit<'_>, place: impl Into<Address>) -> Outcome {
        let (Passed::Entered(admission) | Passed::Owes(admission)) = self;
        admission.enter(site, place)
    }
}
