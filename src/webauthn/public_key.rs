//! The public key of a passkey: whether it is sound, and whether a signature is by it.

use ring::{
    agreement::{self, ECDH_P256, EphemeralPrivateKey},
    rand::SystemRandom,
    signature::{self, ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};

use super::{algorithm::Algorithm, cose, ed25519, refusal::Refusal};

/// A key of each algorithm that is offered; integers have their highest byte first, except in Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// A point on P-256.
    Es256 {
        /// First coordinate.
        x: &'a [u8; 32],
        /// Second coordinate.
        y: &'a [u8; 32],
    },
    /// A point on Ed25519, compressed.
    EdDsa(&'a [u8; 32]),
    /// An RSA key.
    Rs256 {
        /// Modulus.
        modulus: &'a [u8],
        /// Public exponent.
        exponent: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    /// Reads a key from a map of COSE.
    ///
    /// # Errors
    /// [`Refusal::Algorithm`] if its algorithm was not offered, [`Refusal::PublicKey`] if it is no key of its algorithm.
    pub fn parse(cose: &'a [u8]) -> Result<Self, Refusal> {
        cose::parse(cose)
    }

    /// Returns its algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256 { .. } => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Rs256 { .. } => Algorithm::Rs256,
        }
    }

    /// False for a key that nobody should have: it costs more than a signature to find out, so this is done once, at
    /// registration.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Es256 { x, y } => is_on_p256(&uncompressed(x, y)),
            Self::EdDsa(point) => !ed25519::is_of_small_order(point),
            Self::Rs256 { modulus, exponent } => is_sound_rsa(modulus, exponent),
        }
    }

    /// Verifies a signature.
    ///
    /// # Errors
    /// [`Refusal::Signature`] if the signature is not by this key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verified = match self {
            Self::Es256 { x, y } => {
                let key = signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, uncompressed(x, y));
                key.verify(message, signature)
            }
            Self::EdDsa(point) => {
                signature::UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            Self::Rs256 { modulus: n, exponent: e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| Refusal::Signature)
    }
}

/// Returns the form of a point that X9.62 calls uncompressed.
fn uncompressed(x: &[u8; 32], y: &[u8; 32]) -> [u8; 65] {
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    point
}

/// Asks `ring`, which looks at a point only when it uses it: an agreement with any key of ours fails for all others.
fn is_on_p256(point: &[u8; 65]) -> bool {
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
    let theirs = agreement::UnparsedPublicKey::new(&ECDH_P256, point);
    ours.is_ok_and(|ours| agreement::agree_ephemeral(ours, &theirs, |_| ()).is_ok())
}

/// True for 2048 to 8192 bits and an odd exponent from 3 to 33 bits, each without leading zeros, as `ring` accepts them.
fn is_sound_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let is_odd =
        |integer: &[u8]| integer.first() != Some(&0) && integer.last().is_some_and(|last| last % 2 == 1);
    let bits = |integer: &[u8]| {
        integer.first().map_or(0, |first| integer.len() * 8 - first.leading_zeros() as usize)
    };
    let sizes = (2048..=8192).contains(&bits(modulus)) && (2..=33).contains(&bits(exponent));
    sizes && is_odd(modulus) && is_odd(exponent)
}
