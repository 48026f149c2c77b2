//! The new credential inside authenticator data (6.5.1): maker, id and public key.

use super::cbor::Reader;

/// Attested credential data.
#[derive(Clone, Copy)]
pub struct Attested<'a> {
    /// Model of the authenticator.
    pub aaguid: [u8; 16],
    /// Credential id.
    pub id: &'a [u8],
    /// Public key, a map of COSE.
    pub key: &'a [u8],
}

impl<'a> Attested<'a> {
    /// Reads it, and returns what follows.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (aaguid, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let key = Reader::new(rest).item()?;
        Some((Self { aaguid: *aaguid, id, key }, &rest[key.len()..]))
    }
}
