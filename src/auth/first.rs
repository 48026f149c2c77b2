//! The first proof of a sign-in without a password, from which the second must differ.

use serde::{Deserialize, Serialize};

use super::recipient::Recipient;
use crate::{app::App, base::factor::FactorKind, policy::Channel, store::factors::FactorRow};

/// A first proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    /// The code of an authenticator app.
    App,
    /// A link or a code that went to this recipient.
    Sent(Recipient),
}

impl First {
    /// Returns the kind of factor that it would be.
    pub fn kind(&self) -> FactorKind {
        match self {
            First::App => FactorKind::Totp,
            First::Sent(recipient) => recipient.kind(),
        }
    }

    /// True if a factor would prove the same once more.
    pub fn is(&self, app: &App, factor: &FactorRow) -> bool {
        match self {
            First::App => factor.kind == FactorKind::Totp,
            First::Sent(recipient) => Recipient::of(app, factor).as_ref() == Some(recipient),
        }
    }

    /// True if every factor of this kind that could be set up would: there is one address, and there may be other numbers.
    pub fn excludes(&self, kind: FactorKind) -> bool {
        match self {
            First::App => kind == FactorKind::Totp,
            First::Sent(recipient) => recipient.channel == Channel::Email && kind == FactorKind::Email,
        }
    }
}
