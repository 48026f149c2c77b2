//! Peppers: the site's secrets that every password hash needs besides the password, kept outside the database.

use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Sha256, Sha384};
use zeroize::Zeroizing;

use super::password::Password;

/// What hashes in the debug profile when none is configured: such hashes are worth nothing in release.
const DEVELOPMENT: &str = "latchkey development pepper";

/// Fewest bytes of a pepper in release.
const SHORTEST: usize = 32;

/// One pepper. Has no `Debug`: what it holds is secret.
pub(super) struct Pepper {
    secret: Zeroizing<String>,
    /// Eight hexadecimal digits by which a hash names its pepper; they tell nothing of it.
    pub(super) id: String,
}

impl Pepper {
    fn new(secret: String) -> Self {
        let mut id = [0; 4];
        Hkdf::<Sha256>::new(None, secret.as_bytes())
            .expand(b"latchkey pepper id", &mut id)
            .expect("4 bytes are within what HKDF gives");
        Self { secret: Zeroizing::new(secret), id: format!("{:08x}", u32::from_be_bytes(id)) }
    }

    /// 64 characters that stand for `password`, whole and under this pepper: base64 of its HMAC-SHA-384.
    pub(super) fn digest(&self, password: &Password) -> Zeroizing<String> {
        let mut mac =
            Hmac::<Sha384>::new_from_slice(self.secret.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(password.as_str().as_bytes());
        let code = Zeroizing::new(<[u8; 48]>::from(mac.finalize().into_bytes()));
        Zeroizing::new(STANDARD.encode(*code))
    }
}

/// `latchkey.pepper`, a list: the first hashes, the others still verify.
///
/// In `Rocket.toml`, `pepper = ["…"]`, each of 32 bytes or more. It is read and never written, so the field that
/// holds it needs `#[serde(skip_serializing)]`. The default, an empty list, stands for a development pepper
/// that release refuses.
#[derive(Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Peppers(Vec<Pepper>);

impl Peppers {
    /// What is wrong with these peppers, a line each; `release` asks for more.
    pub fn judge(&self, release: bool) -> Vec<String> {
        let mut faults = Vec::new();
        if release && self.0.iter().any(|pepper| *pepper.secret == DEVELOPMENT) {
            faults.push(format!(
                "latchkey.pepper is missing: set it to a list of one secret of {SHORTEST} bytes or more"
            ));
        } else if release && self.0.iter().any(|pepper| pepper.secret.len() < SHORTEST) {
            faults.push(format!("latchkey.pepper holds one of fewer than {SHORTEST} bytes: make it longer"));
        }
        let mut ids: Vec<_> = self.0.iter().map(|pepper| &pepper.id).collect();
        ids.sort();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            faults.push("latchkey.pepper holds the same one twice: remove one".to_owned());
        }
        faults
    }

    /// The one that new hashes are made under.
    pub(super) fn first(&self) -> &Pepper {
        &self.0[0]
    }

    /// The one that a hash names.
    pub(super) fn find(&self, id: &str) -> Option<&Pepper> {
        self.0.iter().find(|pepper| pepper.id == id)
    }
}

impl From<Vec<String>> for Peppers {
    fn from(mut secrets: Vec<String>) -> Self {
        if secrets.is_empty() {
            secrets.push(DEVELOPMENT.to_owned());
        }
        Self(secrets.into_iter().map(Pepper::new).collect())
    }
}

impl Default for Peppers {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(peppers: &[&str]) -> usize {
        Peppers::from(peppers.iter().map(|&pepper| pepper.to_owned()).collect::<Vec<_>>()).judge(true).len()
    }

    #[test]
    fn release_wants_a_long_pepper_of_its_own() {
        let long = "0123456789abcdef0123456789abcdef";
        assert_eq!(faults(&[long]), 0);
        assert_eq!(faults(&[]), 1);
        assert_eq!(faults(&[long, "short"]), 1);
        assert_eq!(faults(&[long, long]), 1);
        assert!(Peppers::default().judge(false).is_empty());
    }

    #[test]
    fn a_digest_is_64_characters_of_hmac_sha_384() {
        let peppers = Peppers::from(vec!["Jefe".to_owned()]);
        let password = Password::parse("what do ya want for nothing?").unwrap();
        let digest = peppers.first().digest(&password);
        // RFC 4231, test case 2
        assert_eq!(*digest, "r0XS43ZIQDFhf3jStYprG5x+9GT1oBtH5C7Dc2MiRF6OIkDKXmnix4syOez6shZJ");
        assert_eq!(digest.len(), 64);
    }
}
