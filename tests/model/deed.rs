//! What a browser asks of a server, and its request on the way.

use super::state::{Purpose, Server, Who};
use crate::common::Strategy;

/// What a browser can ask a server to do, for the account that the form was shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
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
    pub deed: Deed,
    pub server: Server,
    /// The account that it acts on.
    pub who: Who,
    /// The policy of what pays for it.
    pub policy: Option<Strategy>,
    /// Whether the code that the policy wants was shown, in its browser.
    pub code: bool,
    /// What has become of what pays for it.
    pub paid_by: Fate,
    /// Whether the password has changed since its guards read it.
    pub older: bool,
}

/// What became of a key or session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    Live,
    Spent,
    Ended,
}

impl Deed {
    /// Whose form it is.
    pub fn who(mut self) -> Who {
        *self.who_mut()
    }

    /// The same, to be changed.
    pub fn who_mut(&mut self) -> &mut Who {
        match self {
            Deed::SignIn(who)
            | Deed::SignInGenerated(who)
            | Deed::Button(who)
            | Deed::Code(who)
            | Deed::Set(who)
            | Deed::Weak(who)
            | Deed::SetRestricted(who)
            | Deed::Change(who)
            | Deed::Cancel(who)
            | Deed::Undo(who) => who,
        }
    }

    /// Whether a key of this purpose pays for it.
    pub fn takes(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Reset => {
                matches!(
                    self,
                    Deed::Button(_) | Deed::Code(_) | Deed::Set(_) | Deed::Weak(_) | Deed::Cancel(_)
                )
            }
            Purpose::Code => matches!(self, Deed::Set(_)),
            Purpose::Temporary => matches!(self, Deed::SignInGenerated(_)),
        }
    }

    /// Whether it puts another password, or none, in place of the old one.
    pub fn commits_a_password(self) -> bool {
        matches!(self, Deed::Set(_) | Deed::SetRestricted(_) | Deed::Change(_) | Deed::Undo(_))
    }
}
