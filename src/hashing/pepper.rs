//! Peppers: secrets of the site that every password hash needs besides the password, kept outside the database.

use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};
use zeroize::Zeroizing;

use super::password::Password;
use crate::base::SettingFault;

/// Fewest bytes of a pepper.
const SHORTEST: usize = 32;

/// A pepper. No `Debug`, since it is secret.
pub(super) struct Pepper {
    mac: Hmac<Sha384>,
    /// Eight hexadecimal digits that identify the pepper in a hash, and reveal nothing about it.
    pub(super) id: String,
}

impl Pepper {
    fn new(secret: &str) -> Self {
        let mut id = [0; 4];
        Hkdf::<Sha256>::new(None, secret.as_bytes())
            .expand(b"latchkey pepper id", &mut id)
            .expect("4 bytes are within what HKDF gives");
        let mac = Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
        Self { mac, id: format!("{:08x}", u32::from_be_bytes(id)) }
    }

    /// Returns 64 characters for the whole of `password` under this pepper: base64 of its HMAC-SHA-384.
    pub(super) fn digest(&self, password: &Password) -> Zeroizing<String> {
        let code = self.mac.clone().chain_update(password.as_str()).finalize().into_bytes();
        let code = Zeroizing::new(<[u8; 48]>::from(code));
        Zeroizing::new(STANDARD.encode(*code))
    }
}

/// `latchkey.pepper`: the first hashes, the others only verify.
pub struct Peppers(Vec<Pepper>);

impl Peppers {
    /// Creates the peppers from the configured secrets, the current one first.
    ///
    /// # Errors
    /// A fault if there is none, or one is shorter than 32 bytes or occurs twice.
    pub fn new(secrets: &[String]) -> Result<Self, SettingFault> {
        const KEY: &str = "latchkey.pepper";
        if secrets.is_empty() || secrets.iter().any(|secret| secret.len() < SHORTEST) {
            let why = format!("needs at least one secret, and each {SHORTEST} bytes or more");
            return Err(SettingFault::new(KEY, why, ""));
        }
        let peppers = Self(secrets.iter().map(|secret| Pepper::new(secret)).collect());
        let twice =
            |(at, pepper): (usize, &Pepper)| peppers.0[..at].iter().any(|other| other.id == pepper.id);
        if peppers.0.iter().enumerate().any(twice) {
            return Err(SettingFault::new(KEY, "contains the same secret twice", "remove one"));
        }
        Ok(peppers)
    }

    /// Returns the pepper for new hashes.
    pub(super) fn first(&self) -> &Pepper {
        &self.0[0]
    }

    /// Returns the pepper that a hash names.
    pub(super) fn find(&self, id: &str) -> Option<&Pepper> {
        self.0.iter().find(|pepper| pepper.id == id)
    }

    /// Returns peppers for a test: each name, padded to the required length.
    #[cfg(test)]
    pub(super) fn named(names: &[&str]) -> Self {
        let secrets: Vec<_> = names.iter().map(|name| format!("{name:-<SHORTEST$}")).collect();
        Self::new(&secrets).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pepper_is_long_and_there_once() {
        let refused = |secrets: &[&str]| {
            let secrets: Vec<_> = secrets.iter().map(|&secret| secret.to_owned()).collect();
            Peppers::new(&secrets).is_err()
        };
        let (one, two) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
        assert!(!refused(&[one]) && !refused(&[one, two]));
        assert!(refused(&[]) && refused(&[""]) && refused(&[one, "short"]) && refused(&[one, two, one]));
    }

    #[test]
    fn a_digest_is_64_characters_of_hmac_sha_384() {
        let password = Password::parse("what do ya want for nothing?").unwrap();
        let digest = Pepper::new("Jefe").digest(&password);
        // RFC 4231, test case 2
        assert_eq!(*digest, "r0XS43ZIQDFhf3jStYprG5x+9GT1oBtH5C7Dc2MiRF6OIkDKXmnix4syOez6shZJ");
    }
}
