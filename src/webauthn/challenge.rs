//! The challenge that an answer has to repeat: random, good once, and kept by who asks.

use serde::Serialize;
use subtle::ConstantTimeEq;

use super::base64url::Base64Url;
use crate::base::{Error, random::Random};

/// 32 random bytes, 43 characters as text.
#[derive(Clone, Serialize)]
pub struct Challenge(Base64Url);

impl Challenge {
    /// Draws a challenge.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn draw(random: Random) -> Result<Self, Error> {
        Base64Url::draw(random).map(Self)
    }

    /// Parses the text of a challenge that was kept.
    pub fn parse(text: &str) -> Option<Self> {
        Base64Url::parse(text).filter(|bytes| bytes.0.len() == 32).map(Self)
    }

    /// Returns its text.
    pub fn text(&self) -> String {
        self.0.text()
    }

    /// True for its own text, in a time that does not tell how much of another is right.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text().as_bytes().ct_eq(text.as_bytes()).into()
    }
}
