//! The keys derived from `secret_key`: they seal stored data and authenticate short codes, and survive rotation.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Error, random::Random};

const ID: usize = 4;
const NONCE: usize = 24;

/// Keys derived from one secret.
pub struct Ring {
    id: [u8; ID],
    seal: XChaCha20Poly1305,
    mac: Hmac<Sha256>,
}

/// The site's keys: the first seals and signs, the others only open and verify.
///
/// All output begins with the four-byte id of the key that made it.
pub struct Keyring {
    rings: Vec<Ring>,
}

impl Ring {
    fn new(secret: &str, key: &str) -> Result<Self, Error> {
        let bytes = STANDARD.decode(secret).unwrap_or_default();
        if bytes.len() < 32 {
            return Err(Error::Config(format!(
                "{key}: write at least 32 random bytes in base64, as `latchkey init` prints"
            )));
        }
        let derive = |label: &str, out: &mut [u8]| {
            Hkdf::<Sha256>::new(Some(b"latchkey"), &bytes)
                .expand(label.as_bytes(), out)
                .expect("short outputs expand")
        };
        let (mut id, mut seal, mut mac) = ([0; ID], [0; 32], [0; 32]);
        derive("id", &mut id);
        derive("seal", &mut seal);
        derive("mac", &mut mac);
        Ok(Self {
            id,
            seal: XChaCha20Poly1305::new(&seal.into()),
            mac: Hmac::new_from_slice(&mac).expect("any length is a key"),
        })
    }

    /// Computes a MAC of `parts` for `purpose` under this secret: 36 bytes.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = self.mac.clone();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        [self.id.as_slice(), &mac.finalize().into_bytes()].concat()
    }
}

impl Keyring {
    /// Derives the keys of `current` and of the `former` secrets, each at least 32 bytes in base64.
    ///
    /// # Errors
    /// [`Error::Config`] for a secret that is too short or not base64.
    pub fn new(current: &str, former: &[String]) -> Result<Self, Error> {
        let former = former.iter().map(|secret| Ring::new(secret, "latchkey.old_secret_keys"));
        let mut rings = vec![Ring::new(current, "secret_key")?];
        for ring in former {
            let ring = ring?;
            if rings.iter().all(|other| other.id != ring.id) {
                rings.push(ring);
            }
        }
        Ok(Self { rings })
    }

    /// Returns the keys of each secret, in an order that does not depend on which is current: servers in the middle of
    /// a rotation go through them alike.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        let mut rings: Vec<_> = self.rings.iter().collect();
        rings.sort_by_key(|ring| ring.id);
        rings.into_iter()
    }

    /// Seals `plain` for `purpose`: without the key, nobody can read or change it.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn seal(&self, random: Random, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let ring = &self.rings[0];
        let nonce = random.bytes::<NONCE>()?;
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        let sealed = ring.seal.encrypt(&XNonce::from(nonce), payload).map_err(|_| Error::Sealed)?;
        Ok([ring.id.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens a value sealed for the same purpose.
    ///
    /// # Errors
    /// [`Error::Sealed`] if no configured key opens it.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (id, rest) = sealed.split_at_checked(ID).ok_or(Error::Sealed)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(Error::Sealed)?;
        let ring = self.rings.iter().find(|ring| ring.id == id).ok_or(Error::Sealed)?;
        let payload = Payload { msg: sealed, aad: purpose.as_bytes() };
        ring.seal.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::Sealed)
    }

    /// Like [`seal`](Self::seal), as base64url for a cookie.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn seal_text(&self, random: Random, purpose: &str, plain: &[u8]) -> Result<String, Error> {
        Ok(URL_SAFE_NO_PAD.encode(self.seal(random, purpose, plain)?))
    }

    /// Opens a value that [`seal_text`](Self::seal_text) sealed for the same purpose.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        self.open(purpose, &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()
    }

    /// Computes a MAC of `parts` for `purpose`: 36 bytes.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.rings[0].mac(purpose, parts)
    }

    /// Computes the MAC under every configured key, the current one first.
    pub fn macs(&self, purpose: &str, parts: &[&[u8]]) -> impl Iterator<Item = Vec<u8>> {
        self.rings.iter().map(move |ring| ring.mac(purpose, parts))
    }

    /// True if `mac` is the MAC of these parts for this purpose, compared in constant time.
    pub fn verifies(&self, mac: &[u8], purpose: &str, parts: &[&[u8]]) -> bool {
        self.macs(purpose, parts).fold(false, |found, made| found | bool::from(made.ct_eq(mac)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> String {
        STANDARD.encode([byte; 32])
    }

    #[test]
    fn what_a_former_key_made_still_opens_and_verifies() {
        let before = Keyring::new(&secret(1), &[]).unwrap();
        let after = Keyring::new(&secret(2), &[secret(1)]).unwrap();
        let sealed = before.seal(Random, "test", b"secret").unwrap();
        assert_eq!(after.open("test", &sealed).unwrap(), b"secret");
        assert!(after.verifies(&before.mac("test", &[b"x"]), "test", &[b"x"]));
        assert!(matches!(before.open("test", &after.seal(Random, "test", b"").unwrap()), Err(Error::Sealed)));
    }

    #[test]
    fn servers_go_through_the_same_secrets_in_the_same_order() {
        let macs = |ring: &Keyring| ring.rings().map(|ring| ring.mac("test", &[])).collect::<Vec<_>>();
        let before = Keyring::new(&secret(1), &[secret(2), secret(1)]).unwrap();
        let after = Keyring::new(&secret(2), &[secret(1)]).unwrap();
        assert_eq!(macs(&before), macs(&after));
        assert_eq!(macs(&before).len(), 2, "a secret that is there twice counts once");
    }

    #[test]
    fn nothing_opens_for_another_purpose_or_after_a_change() {
        let ring = Keyring::new(&secret(1), &[]).unwrap();
        let sealed = ring.seal(Random, "one", b"secret").unwrap();
        assert!(ring.open("two", &sealed).is_err());
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(ring.open("one", &changed).is_err(), "byte {position}");
        }
        assert!(ring.open("one", b"").is_err());
    }

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        let ring = Keyring::new(&secret(1), &[]).unwrap();
        assert_ne!(ring.mac("p", &[b"ab", b"c"]), ring.mac("p", &[b"a", b"bc"]));
        assert!(!ring.verifies(&ring.mac("p", &[b"ab"]), "q", &[b"ab"]));
    }
}
