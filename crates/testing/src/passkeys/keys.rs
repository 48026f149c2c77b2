//! Public keys of passkeys as COSE has them, entry by entry.

use super::{
    authenticator::{cose, pair},
    cbor::{bytes, number},
};

/// Entries of a key: labels with their values.
pub type Entries = Vec<(i64, Vec<u8>)>;

/// A key of ES256.
pub fn es256() -> Entries {
    let key = cose(&pair());
    let (x, y) = (&key[10..42], &key[45..77]);
    vec![(1, number(2)), (3, number(-7)), (-1, number(1)), (-2, bytes(x)), (-3, bytes(y))]
}

/// A key of EdDSA.
pub fn ed_dsa() -> Entries {
    vec![(1, number(1)), (3, number(-8)), (-1, number(6)), (-2, bytes(&[7; 32]))]
}

/// A key of RS256.
pub fn rs256(modulus: &[u8], exponent: &[u8]) -> Entries {
    vec![(1, number(3)), (3, number(-257)), (-1, bytes(modulus)), (-2, bytes(exponent))]
}

/// The entries with one in place of another, or beside them.
pub fn with(mut entries: Entries, label: i64, value: Vec<u8>) -> Entries {
    match entries.iter_mut().find(|(known, _)| *known == label) {
        Some(entry) => entry.1 = value,
        None => entries.push((label, value)),
    }
    entries
}
