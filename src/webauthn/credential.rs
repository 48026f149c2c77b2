//! A passkey as it is stored (4, "credential record"): nothing secret, and nothing about the person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{base64url::Base64Url, makers, public_key::PublicKey, refusal::Refusal, transports::Transports};

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Id, unique over all accounts, 16 to 1023 bytes.
    pub id: Base64Url,
    /// Public key, a map of COSE.
    pub key: Base64Url,
    /// How many signatures the authenticator had made, or 0 if it does not count.
    pub sign_count: u32,
    /// How a browser may reach it.
    pub transports: Transports,
    /// Model of the authenticator, as it says itself; nil if it does not.
    pub aaguid: Uuid,
    /// Whether it may be copied to other devices; that never changes.
    pub backup_eligible: bool,
    /// Whether it had been copied when it was last used.
    pub backed_up: bool,
    /// Whether it was verified who was there when it was made.
    pub user_verified: bool,
}

impl Credential {
    /// Returns the public key.
    ///
    /// # Errors
    /// [`Refusal`] if what was stored is no key that this version knows.
    pub fn public_key(&self) -> Result<PublicKey<'_>, Refusal> {
        PublicKey::parse(&self.key.0)
    }

    /// Returns a name that its owner may change: that of its maker, if it is known.
    pub fn suggested_name(&self) -> Option<&'static str> {
        makers::suggested_name(self.aaguid)
    }
}
