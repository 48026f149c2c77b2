//! What a browser says about a ceremony (5.8.1): which it was, for which challenge, and on which page.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{
    ceremony::{Ceremony, Kind},
    refusal::Refusal,
};

/// Client data. Other members may follow in later versions, and are ignored.
#[derive(Deserialize)]
pub struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
    #[serde(rename = "topOrigin", default, deserialize_with = "is_present")]
    has_top_origin: bool,
}

impl ClientData {
    /// Reads client data.
    ///
    /// # Errors
    /// [`Refusal::ClientData`] if it is no JSON of this form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        // 7.1 (5), 7.2 (8): "UTF-8 decode" takes away a byte order mark, and replaces what is no UTF-8.
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        // 7.1 (6), 7.2 (9)
        serde_json::from_str(&text).map_err(|_| Refusal::ClientData)
    }

    /// Verifies that it belongs to this ceremony. Frames of other sites get no passkeys.
    pub(crate) fn verify(&self, kind: Kind, ceremony: &Ceremony<'_>) -> Result<(), Refusal> {
        // 7.1 (7), 7.2 (10)
        if self.r#type != <&str>::from(kind) {
            return Err(Refusal::Ceremony);
        }
        // 7.1 (8), 7.2 (11)
        if !ceremony.challenge.is(&self.challenge) {
            return Err(Refusal::Challenge);
        }
        // 7.1 (9), 7.2 (12)
        if self.origin != ceremony.party.origin {
            return Err(Refusal::Origin);
        }
        // 7.1 (10), 7.2 (13)
        if self.is_cross_origin {
            return Err(Refusal::CrossOrigin);
        }
        // 7.1 (11), 7.2 (14)
        if self.has_top_origin {
            return Err(Refusal::TopOrigin);
        }
        Ok(())
    }
}

fn is_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}
