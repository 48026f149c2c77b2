//! The name of an account towards authenticators: random, so that it says nothing about the person (14.6.1).

use serde::{Deserialize, Serialize};

use super::base64url::Base64Url;
use crate::base::{Error, random::Random};

/// 32 random bytes, the same for all passkeys of an account; an authenticator keeps one discoverable passkey for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserHandle(Base64Url);

impl UserHandle {
    /// Draws a handle.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn draw(random: Random) -> Result<Self, Error> {
        Base64Url::draw(random).map(Self)
    }

    /// Returns its bytes, for the database.
    pub fn bytes(&self) -> &[u8] {
        &self.0.0
    }

    /// Takes its bytes from the database.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Base64Url(bytes))
    }
}
