//! What was asked: an answer is right only for its own question.

use serde::Serialize;

use super::{challenge::Challenge, relying_party::RelyingParty};

/// A question that a browser was asked.
#[derive(Clone, Copy)]
pub struct Ceremony<'a> {
    /// Who asked.
    pub party: &'a RelyingParty,
    /// Challenge that was sent; who calls has spent it.
    pub challenge: &'a Challenge,
    /// Whether it has to be verified who is there.
    pub verification: Verification,
}

/// Whether an authenticator verifies who is there, by PIN or by body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// If it can: the passkey is one of two factors.
    Preferred,
    /// In any case: the passkey counts as two factors.
    Required,
}

impl Verification {
    /// True for [`Verification::Required`].
    pub fn is_required(self) -> bool {
        self == Self::Required
    }
}

/// The two ceremonies, by their names in client data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Kind {
    /// Registration.
    #[strum(serialize = "webauthn.create")]
    Create,
    /// Sign-in.
    #[strum(serialize = "webauthn.get")]
    Get,
}
