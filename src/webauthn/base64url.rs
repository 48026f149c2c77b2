//! Bytes that are written as base64url without padding, as in all JSON of the specification.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::base::{Error, random::Random};

/// Bytes, and their one form as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base64Url(pub Vec<u8>);

impl Base64Url {
    /// Draws 32 bytes.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn draw(random: Random) -> Result<Self, Error> {
        Ok(Self(random.bytes::<32>()?.to_vec()))
    }

    /// Parses the text; no padding, no other alphabet, no bits left over.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().map(Self)
    }

    /// Returns the text.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no base64url"))
    }
}
