//! The secret that is sent to the user, and the digest that is stored of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rocket::http::RawStr;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Error, keyring::Keyring, random::Random, typed};

/// Digits and letters that are hard to confuse when read aloud (Crockford's base32, lower case).
const READABLE: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TYPED: usize = 16;
const GROUP: usize = 4;

/// Purpose of a key; a key is valid only for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Starts a reset.
    Reset,
    /// Starts a reset in place of one under way elsewhere.
    Restart,
    /// The second key of `second_key`.
    Second,
    /// The texted code of `sms_approved`.
    Approval,
    /// A generated password.
    Temporary,
    /// Confirms a new address.
    Email,
    /// Verifies a phone.
    Phone,
    /// "This wasn't me".
    Undo,
    /// Sets up an authenticator app.
    Totp,
    /// Proves a second factor whose codes are sent.
    Factor,
    /// Sets up such a factor.
    FactorSetUp,
    /// Signs in, by a mailed link or code.
    SignIn,
    /// Signs in, by a texted code.
    SignInText,
}

impl Purpose {
    /// Returns its name in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A secret that proves something about its holder. Wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct Key(Zeroizing<String>);

impl Key {
    /// Generates a key for a link: 256 bits, 43 characters of base64url.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn for_link(random: Random) -> Result<Self, Error> {
        let bytes = Zeroizing::new(random.bytes::<32>()?);
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))))
    }

    /// Generates a key that a person may have to type: 80 bits, 16 characters.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn for_typing(random: Random) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random.text(READABLE, TYPED)?)))
    }

    /// Generates a key of eight characters, 40 bits: safe only with three tries, in one browser.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn second(random: Random) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random.text(READABLE, 8)?)))
    }

    /// Generates a recovery code: 60 bits, twelve characters.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn recovery(random: Random) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random.text(READABLE, 12)?)))
    }

    /// Derives eight characters from a MAC: 40 of its bits.
    pub fn of_mac(mac: &[u8]) -> Self {
        let last = mac.iter().rev().take(8);
        Self(Zeroizing::new(last.map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect()))
    }

    /// Generates a code of six digits: safe only with three tries, in one browser.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn code(random: Random) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(random.text(b"0123456789", 6)?)))
    }

    /// Parses a key from a link: only its canonical form.
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.len() == TYPED && text.bytes().all(|byte| READABLE.contains(&byte));
        let linked = text.len() == 43
            && URL_SAFE_NO_PAD
                .decode(text)
                .is_ok_and(|bytes| bytes.len() == 32 && URL_SAFE_NO_PAD.encode(bytes) == text);
        (typed || linked).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Parses a key from the end of a link as mail programs leave it: partly or doubly percent-encoded, with spaces or
    /// line breaks in it, or followed by characters outside the key's alphabet. Nothing is guessed: the key is
    /// everything up to the first such character.
    pub fn from_link(rest: &str) -> Option<Self> {
        let rest = decoded(rest);
        let rest = typed::plain(&rest);
        let end = rest.find(|c| !is_of_a_key(c)).unwrap_or(rest.len());
        Self::parse(&rest[..end])
    }

    /// Parses a key that a person typed or pasted: the whole link and the text around it are allowed; in a short key,
    /// dashes and case do not matter.
    pub fn parse_typed(text: &str) -> Option<Self> {
        let text = decoded(text);
        let joined = typed::plain(&text);
        // From the end: a link's key is followed only by what a mail program appends, but preceded by a whole address.
        let words = |text: &str| text.rsplit(|c| !is_of_a_key(c)).find_map(Self::parse);
        words(&text).or_else(|| words(&joined)).or_else(|| {
            let last = joined.rsplit('/').next()?;
            Self::parse(typed::crockford(last).trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        })
    }

    /// Parses a short code as typed: spaces, dashes, case and script do not matter, nor `o` instead of 0.
    pub fn parse_code(text: &str) -> Self {
        Self(typed::crockford(text))
    }

    /// Returns the secret itself, for the one message or cookie that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the secret in groups of four, for reading and typing.
    pub fn grouped(&self) -> String {
        let mut grouped = String::new();
        for (at, character) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                grouped.push('-');
            }
            grouped.push(character);
        }
        grouped
    }

    /// Returns the digest to store: SHA-256 of a long key, HMAC of one that can be typed.
    pub fn digest(&self, keyring: &Keyring) -> Vec<u8> {
        self.digests(keyring).next().expect("a keyring has a key")
    }

    /// Returns every digest under which it may be stored, whichever secret key was current then.
    pub fn digests<'a>(&'a self, keyring: &'a Keyring) -> Box<dyn Iterator<Item = Vec<u8>> + Send + 'a> {
        if self.0.len() > TYPED {
            Box::new(std::iter::once(sha256(self.0.as_bytes())))
        } else {
            Box::new(keyring.macs("key", &[self.0.as_bytes()]).collect::<Vec<_>>().into_iter())
        }
    }
}

/// Returns the SHA-256, for secrets of 128 bits or more.
pub fn sha256(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

fn is_of_a_key(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Removes percent-encoding, which a gateway on the way may have applied again.
fn decoded(text: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(text.to_owned());
    for _ in 0..3 {
        let once = RawStr::new(text.as_str()).percent_decode_lossy().into_owned();
        text = Zeroizing::new(once);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_form_in_a_link() {
        let key = Key::for_link(Random).unwrap();
        let text = key.expose();
        assert!(Key::parse(text).is_some());
        let (head, last) = text.split_at(42);
        let other_last_bits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .iter()
            .map(|&c| char::from(c))
            .filter(|c| !last.starts_with(*c))
            .filter(|c| Key::parse(&format!("{head}{c}")).is_some())
            .count();
        assert_eq!(other_last_bits, 15, "only those whose spare bits are zero are canonical");
        for wrong in [
            format!("{text}x"),
            format!("{text}="),
            format!("{text}/"),
            format!("{text}\0"),
            head.into(),
            "null".into(),
            "".into(),
        ] {
            assert!(Key::parse(&wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_typed_key_forgives_spaces_dashes_and_case() {
        let key = Key::for_typing(Random).unwrap();
        let spoken = format!("  {} ", key.grouped().to_uppercase());
        assert_eq!(Key::parse_typed(&spoken).unwrap().expose(), key.expose());
        assert!(
            Key::parse(&key.expose().to_uppercase()).is_none() || !key.expose().contains(char::is_alphabetic)
        );
        let long = Key::for_link(Random).unwrap();
        let link = format!("https://example.com/reset/{}", long.expose());
        assert_eq!(Key::parse_typed(&link).unwrap().expose(), long.expose());
    }
}
