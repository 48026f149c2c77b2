//! What comes with a new passkey (6.5): authenticator data, and a statement of who made the authenticator.
//!
//! No statement is asked for, so a browser sends the empty one, with one exception: it leaves a statement that the new
//! key signed itself (5.1.3, "none"). Any other format was not asked for, says who made the authenticator, and would be
//! taken on trust if it were not verified; so it is refused, as 7.1 (24) advises.

use super::{
    algorithm::Algorithm, authenticator_data::AuthenticatorData, cbor::Map, public_key::PublicKey,
    refusal::Refusal,
};

/// The empty map.
const NOTHING: &[u8] = &[0xa0];

/// An attestation object, whose statement is not yet verified.
pub struct AttestationObject<'a> {
    /// What the authenticator says.
    pub data: AuthenticatorData<'a>,
    format: &'a str,
    statement: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Reads an attestation object.
    ///
    /// # Errors
    /// [`Refusal::AttestationObject`] or [`Refusal::AuthenticatorData`] if it is of another form.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let read = || {
            let map = Map::parse(bytes)?;
            Some((map.bytes("authData")?, map.text("fmt")?, map.get("attStmt")?))
        };
        let (data, format, statement) = read().ok_or(Refusal::AttestationObject)?;
        Ok(Self { data: AuthenticatorData::parse(data)?, format, statement })
    }

    /// Verifies the statement; `hash` is that of the client data.
    pub(super) fn verify(&self, key: &PublicKey<'_>, hash: &[u8]) -> Result<(), Refusal> {
        // 7.1 (21)
        match self.format {
            // 7.1 (22) by 8.7
            "none" if self.statement == NOTHING => Ok(()),
            "none" => Err(Refusal::AttestationStatement),
            "packed" => self.verify_own(key, hash),
            _ => Err(Refusal::AttestationFormat),
        }
        // 7.1 (23, 24): there are no certificates, and both kinds are accepted.
    }

    /// 7.1 (22) by 8.2: the statement is signed by the new key itself.
    fn verify_own(&self, key: &PublicKey<'_>, hash: &[u8]) -> Result<(), Refusal> {
        let statement = Map::parse(self.statement).ok_or(Refusal::AttestationStatement)?;
        if statement.get("x5c").is_some() {
            return Err(Refusal::AttestationFormat);
        }
        let signature = statement.bytes("sig").ok_or(Refusal::AttestationStatement)?;
        if statement.number("alg").and_then(Algorithm::of) != Some(key.algorithm()) {
            return Err(Refusal::AttestationStatement);
        }
        key.verify(&[self.data.bytes, hash].concat(), signature).map_err(|_| Refusal::AttestationStatement)
    }
}
