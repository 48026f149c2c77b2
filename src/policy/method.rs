//! The ways to sign in: the same for everybody, since a page that differed would tell who has an account.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::Channel;
use crate::base::factor::FactorKind;

/// A way to sign in.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Deserialize,
    Serialize,
    strum::Display,
    strum::IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignInMethod {
    /// The password.
    Password,
    /// A passkey, which verifies its owner.
    Passkey,
    /// A code that is mailed.
    EmailCode,
    /// A link that is mailed; with [`EmailCode`](Self::EmailCode), the same message carries both.
    EmailLink,
    /// A code that is texted to the verified phone.
    SmsCode,
    /// The code of an authenticator app.
    Totp,
}

impl SignInMethod {
    /// Methods where none are set, in the order in which they are offered.
    pub const DEFAULT: [Self; 2] = [Self::Password, Self::Passkey];

    /// Returns its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns all of them.
    pub fn all() -> &'static [Self] {
        Self::VARIANTS
    }

    /// Returns the channel of its message, if it needs one.
    pub fn channel(self) -> Option<Channel> {
        match self {
            SignInMethod::EmailCode | SignInMethod::EmailLink => Some(Channel::Email),
            SignInMethod::SmsCode => Some(Channel::Sms),
            SignInMethod::Password | SignInMethod::Passkey | SignInMethod::Totp => None,
        }
    }

    /// Returns the kind of second factor that it proves, and may not be asked for after it.
    pub fn factor(self) -> Option<FactorKind> {
        match self {
            SignInMethod::EmailCode | SignInMethod::EmailLink => Some(FactorKind::Email),
            SignInMethod::SmsCode => Some(FactorKind::Sms),
            SignInMethod::Totp => Some(FactorKind::Totp),
            SignInMethod::Password | SignInMethod::Passkey => None,
        }
    }

    /// True if it is a second factor that people set up for themselves.
    pub fn is_set_up(self) -> bool {
        matches!(self, SignInMethod::Passkey | SignInMethod::Totp)
    }

    /// True if everybody who has an account has this way.
    pub fn is_for_everybody(self) -> bool {
        matches!(self, SignInMethod::Password | SignInMethod::EmailCode | SignInMethod::EmailLink)
    }
}
