//! Where the codes of a second factor are sent: sealed in the factor's row, and in that of the code.

use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    base::{Error, email::masked, factor::FactorKind, phone::ending},
    policy::Channel,
    store::factors::FactorRow,
};

const PURPOSE: &str = "recipient of codes";

/// The address or the number that codes are sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Channel.
    pub channel: Channel,
    /// Stored address, or number in E.164.
    pub to: String,
}

impl Recipient {
    /// Creates one that gets mail.
    pub fn mail(address: &str) -> Self {
        Self { channel: Channel::Email, to: address.to_owned() }
    }

    /// Creates one that gets texts, by its number in E.164.
    pub fn text(number: &str) -> Self {
        Self { channel: Channel::Sms, to: number.to_owned() }
    }

    /// Returns the one in the row of a factor; `None` if its codes are not sent, or its secret key is gone.
    pub fn of(app: &App, factor: &FactorRow) -> Option<Self> {
        factor.kind.is_sent().then(|| Self::open(app, &factor.secret))?
    }

    /// Opens a sealed one; `None` if its secret key is gone.
    pub(super) fn open(app: &App, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&app.keyring.open(PURPOSE, sealed).ok()?).ok()
    }

    /// Returns it sealed, for the database.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn seal(&self, app: &App) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).expect("a recipient is plain data");
        app.keyring.seal(app.random, PURPOSE, &plain)
    }

    /// Returns the kind of factor.
    pub fn kind(&self) -> FactorKind {
        match self.channel {
            Channel::Email => FactorKind::Email,
            Channel::Sms => FactorKind::Sms,
        }
    }

    /// Returns what is shown of it: `m•••@example.com`, or the last two digits.
    pub fn shown(&self) -> String {
        match self.channel {
            Channel::Email => masked(&self.to),
            Channel::Sms => ending(&self.to).to_owned(),
        }
    }
}
