//! Reads a public key from a map of COSE (RFC 9052, 7; RFC 9053, 7; RFC 8230, 4), which may hold nothing else (6.5.1.1).

use super::{algorithm::Algorithm, cbor::Map, public_key::PublicKey, refusal::Refusal};

/// Labels of any key.
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
/// Labels of a key on a curve.
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
/// Labels of an RSA key.
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;

/// Reads a key.
///
/// # Errors
/// [`Refusal::Algorithm`] if its algorithm was not offered, [`Refusal::PublicKey`] if it is no key of its algorithm.
pub(super) fn parse(bytes: &[u8]) -> Result<PublicKey<'_>, Refusal> {
    let map = Map::parse(bytes).ok_or(Refusal::PublicKey)?;
    // 7.1 (20): all that is known is offered.
    let algorithm = map.number(ALGORITHM).and_then(Algorithm::of).ok_or(Refusal::Algorithm)?;
    read(algorithm, &map).ok_or(Refusal::PublicKey)
}

fn read<'a>(algorithm: Algorithm, map: &Map<'a>) -> Option<PublicKey<'a>> {
    let is = |label, number| map.number(label) == Some(number);
    match algorithm {
        Algorithm::Es256 if map.len() == 5 && is(KEY_TYPE, 2) && is(CURVE, 1) => {
            Some(PublicKey::Es256 { x: map.bytes(X)?.try_into().ok()?, y: map.bytes(Y)?.try_into().ok()? })
        }
        Algorithm::EdDsa if map.len() == 4 && is(KEY_TYPE, 1) && is(CURVE, 6) => {
            Some(PublicKey::EdDsa(map.bytes(X)?.try_into().ok()?))
        }
        Algorithm::Rs256 if map.len() == 4 && is(KEY_TYPE, 3) => {
            Some(PublicKey::Rs256 { modulus: map.bytes(MODULUS)?, exponent: map.bytes(EXPONENT)? })
        }
        _ => None,
    }
}
