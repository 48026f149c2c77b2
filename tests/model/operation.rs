//! Actions that a browser requests, and a request in flight.

use super::state::{Purpose, Server, Who};
use crate::common::Strategy;

/// An action that a browser can request, for the account that its form belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Signs in with the password.
    SignIn(Who),
    /// Signs in with the generated password.
    SignInGenerated(Who),
    /// Presses the button that spends the key.
    Button(Who),
    /// Presses the button that sends a code.
    Code(Who),
    /// Sets the new password, with the code if there is one.
    Set(Who),
    /// Tries a password that is too weak.
    Weak(Who),
    /// Sets the new password from a restricted session.
    SetRestricted(Who),
    /// Changes the password, with the current one.
    Change(Who),
    /// Ends the key: "I did not ask for this".
    Cancel(Who),
    /// "This wasn't me."
    Undo(Who),
}

/// A request between its guards and its commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    pub operation: Operation,
    pub server: Server,
    /// Account that it acts on.
    pub who: Who,
    /// Policy of the key or session that pays for it.
    pub policy: Option<Strategy>,
    /// True if the code that the policy requires was shown, in its browser.
    pub code: bool,
    /// Fate of the key or session that pays for it.
    pub paid_by: Fate,
    /// True if the password has changed since its guards read it.
    pub older: bool,
}

/// Fate of a key or session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    Live,
    Spent,
    Ended,
}

impl Operation {
    /// Account that its form belongs to.
    pub fn who(mut self) -> Who {
        *self.who_mut()
    }

    /// The same, mutable.
    pub fn who_mut(&mut self) -> &mut Who {
        match self {
            Operation::SignIn(who)
            | Operation::SignInGenerated(who)
            | Operation::Button(who)
            | Operation::Code(who)
            | Operation::Set(who)
            | Operation::Weak(who)
            | Operation::SetRestricted(who)
            | Operation::Change(who)
            | Operation::Cancel(who)
            | Operation::Undo(who) => who,
        }
    }

    /// True if a key of this purpose pays for it.
    pub fn takes(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Reset => {
                matches!(
                    self,
                    Operation::Button(_)
                        | Operation::Code(_)
                        | Operation::Set(_)
                        | Operation::Weak(_)
                        | Operation::Cancel(_)
                )
            }
            Purpose::Code => matches!(self, Operation::Set(_)),
            Purpose::Temporary => matches!(self, Operation::SignInGenerated(_)),
        }
    }

    /// True if it replaces the old password by another, or by none.
    pub fn commits_a_password(self) -> bool {
        matches!(
            self,
            Operation::Set(_) | Operation::SetRestricted(_) | Operation::Change(_) | Operation::Undo(_)
        )
    }
}
