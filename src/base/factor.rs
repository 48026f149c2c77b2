//! Second factors: what proves a person beside the password.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// Life of a code that is sent.
pub const SENT_LIFE: Duration = Duration::from_secs(10 * 60);
/// Life of a link or code that is sent to sign in with.
pub const SIGN_IN_LIFE: Duration = Duration::from_secs(15 * 60);

/// A kind of second factor; the strongest first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    Serialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FactorKind {
    /// A passkey or a security key (WebAuthn).
    Passkey,
    /// The codes of an authenticator app (RFC 6238).
    Totp,
    /// Codes by text message.
    Sms,
    /// Codes by mail.
    Email,
    /// One of the codes that an account gets with its first factor, for the day on which all others are lost.
    RecoveryCode,
}

impl FactorKind {
    /// Returns the kinds that a person sets up, the strongest first: all but recovery codes.
    pub fn all() -> impl Iterator<Item = FactorKind> {
        Self::VARIANTS.iter().copied().filter(|kind| *kind != FactorKind::RecoveryCode)
    }

    /// True if its codes are sent.
    pub fn is_sent(self) -> bool {
        matches!(self, FactorKind::Sms | FactorKind::Email)
    }

    /// Returns its name in `Rocket.toml` and in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
