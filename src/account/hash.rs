//! How a password becomes a hash that can be stored, and how one is checked against it, at one cost for everybody.

use std::{fmt, hint::black_box, ops::RangeInclusive};

use bcrypt::HashParts;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    password::Password,
    pepper::{Pepper, Peppers},
};

/// Names this scheme at the start of a stored hash: bcrypt of the base64 of HMAC-SHA-384.
const NAME: &str = "hmac-sha384";

/// Costs of bcrypt that are made and checked: 2^cost rounds. A hash of more, four seconds, counts as corrupted.
pub(super) const COSTS: RangeInclusive<u32> = 4..=16;

/// What is stored of a password: `hmac-sha384:<pepper id>:$2b$<cost>$…`. Has no telling `Debug`.
#[derive(Clone, PartialEq, Eq, sqlx::Type, Serialize, Deserialize)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash of nobody's password.
    pub fn unusable() -> Self {
        Self("!".to_owned())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a check of a password says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is not the one.
    No,
    /// It is the one.
    Yes,
    /// It is the one, but its hash is of a lower cost or under an older pepper: hash it again.
    YesButOld,
}

/// The peppers and the cost that hashes are made with.
pub(super) struct Scheme {
    peppers: Peppers,
    cost: u32,
}

impl Scheme {
    /// `cost` must be one of [`COSTS`].
    pub(super) fn new(peppers: Peppers, cost: u32) -> Self {
        Self { peppers, cost }
    }

    pub(super) fn hash(&self, password: &Password, salt: [u8; 16]) -> PasswordHash {
        let pepper = self.peppers.first();
        let bcrypt = bcrypt(&pepper.digest(password), self.cost, salt);
        PasswordHash(format!("{NAME}:{}:{bcrypt}", pepper.id))
    }

    /// Checks `password` in as many rounds as [`hash`](Self::hash) takes, also against no hash, a corrupted one and
    /// a cheaper one: 2^a rounds, and then 2^a + 2^(a+1) + … + 2^(b-1) for nothing, are 2^b.
    pub(super) fn verify(&self, password: &Password, stored: Option<&PasswordHash>) -> Verdict {
        let first = self.peppers.first();
        let Some((pepper, text, parts)) = stored.and_then(|hash| self.read(hash)) else {
            black_box(bcrypt(&first.digest(password), self.cost, [0; 16]));
            return Verdict::No;
        };
        let digest = pepper.digest(password);
        let cost = parts.get_cost();
        let same = bcrypt(&digest, cost, parts.get_salt_raw()).as_bytes().ct_eq(text.as_bytes());
        for missing in cost..self.cost {
            black_box(bcrypt(&digest, missing, [0; 16]));
        }
        match bool::from(same) {
            false => Verdict::No,
            true if cost < self.cost || pepper.id != first.id => Verdict::YesButOld,
            true => Verdict::Yes,
        }
    }

    /// The pepper, the bcrypt text and its parts; nothing if the hash is unusable, corrupted or of a lost pepper.
    fn read<'a>(&self, PasswordHash(stored): &'a PasswordHash) -> Option<(&Pepper, &'a str, HashParts)> {
        let (pepper, bcrypt) = stored.strip_prefix(NAME)?.strip_prefix(':')?.split_once(':')?;
        let parts: HashParts = bcrypt.parse().ok()?;
        let pepper = self.peppers.find(pepper).or_else(|| {
            log::warn!("latchkey.pepper lacks {pepper}, which a password was hashed under; put it back");
            None
        })?;
        COSTS.contains(&parts.get_cost()).then_some((pepper, bcrypt, parts))
    }
}

/// 2^cost rounds of bcrypt over the whole of `digest`.
fn bcrypt(digest: &str, cost: u32, salt: [u8; 16]) -> String {
    #[cfg(test)]
    tests::ROUNDS.set(tests::ROUNDS.get() + (1 << cost));
    bcrypt::non_truncating_hash_with_salt(digest, cost, salt)
        .expect("a digest is shorter than 72 bytes and every cost is one of COSTS")
        .to_string()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    thread_local! {
        pub(super) static ROUNDS: Cell<u64> = const { Cell::new(0) };
    }

    fn scheme(peppers: &[&str], cost: u32) -> Scheme {
        Scheme::new(Peppers::named(peppers), cost)
    }

    fn password(typed: &str) -> Password {
        Password::parse(typed).unwrap()
    }

    fn rounds<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = ROUNDS.get();
        let done = work();
        (done, ROUNDS.get() - before)
    }

    /// A password and another one that a careless scheme would take for the same.
    fn lookalikes() -> impl Strategy<Value = (String, String)> {
        ("[^\\x00\\r\\n]{1,100}", "[^\\x00\\r\\n]{1,100}", 0..8).prop_map(|(one, other, way)| {
            let long = "a".repeat(72);
            match way {
                0 => (format!("{long}{one}"), format!("{long}{other}")),
                1 => (format!("{one} "), one),
                2 => (format!(" {one}"), one),
                3 => (one.to_lowercase(), one),
                4 => (one.to_uppercase(), one),
                5 => (one.nfd().collect(), one),
                6 => (one.nfkc().collect(), one),
                _ => (one, other),
            }
        })
    }

    proptest! {
        #[test]
        fn no_password_opens_for_another((one, two) in lookalikes(), salt: [u8; 16]) {
            let scheme = scheme(&["pepper"], 4);
            let hash = scheme.hash(&password(&one), salt);
            let same = one.nfc().eq(two.nfc());
            let verdict = scheme.verify(&password(&two), Some(&hash));
            prop_assert_eq!(verdict, if same { Verdict::Yes } else { Verdict::No });
        }

        #[test]
        fn a_corrupted_hash_is_a_quiet_no_at_the_same_cost(at in 0..84usize, junk in "\\PC{0,4}") {
            let scheme = scheme(&["pepper"], 6);
            let PasswordHash(mut text) = scheme.hash(&password("secret"), [7; 16]);
            let whole = text.clone();
            text.replace_range(at.min(text.len())..(at + junk.chars().count()).min(text.len()), &junk);
            prop_assume!(text != whole);
            let (verdict, rounds) = rounds(|| scheme.verify(&password("secret"), Some(&PasswordHash(text))));
            prop_assert_eq!(verdict, Verdict::No);
            prop_assert!(rounds >= 1 << 6);
        }
    }

    #[test]
    fn seventy_two_bytes_are_not_where_a_password_ends() {
        let scheme = scheme(&["pepper"], 4);
        let hash = scheme.hash(&password(&"a".repeat(80)), [0; 16]);
        for length in [1, 63, 64, 71, 72, 73, 79, 81, 4096] {
            assert_eq!(scheme.verify(&password(&"a".repeat(length)), Some(&hash)), Verdict::No, "{length}");
        }
        assert_eq!(scheme.verify(&password(&"a".repeat(80)), Some(&hash)), Verdict::Yes);
    }

    #[test]
    fn composed_and_decomposed_are_one_password() {
        let scheme = scheme(&["pepper"], 4);
        let (nfc, nfd) = (password("J\u{f6}rg \u{1e69}"), password("Jo\u{308}rg s\u{307}\u{323}"));
        assert_eq!(scheme.verify(&nfd, Some(&scheme.hash(&nfc, [0; 16]))), Verdict::Yes);
        assert_eq!(scheme.verify(&nfc, Some(&scheme.hash(&nfd, [0; 16]))), Verdict::Yes);
    }

    #[test]
    fn every_check_takes_the_same_rounds() {
        let scheme = scheme(&["pepper"], 7);
        let secret = password("secret");
        let hashes = [
            None,
            Some(PasswordHash::unusable()),
            Some(PasswordHash(String::new())),
            Some(PasswordHash("é".repeat(30))),
            Some(PasswordHash(format!("{NAME}::{}", "é".repeat(30)))),
            Some(self::scheme(&["lost"], 7).hash(&secret, [0; 16])),
            Some(self::scheme(&["pepper"], 4).hash(&secret, [0; 16])),
            Some(scheme.hash(&secret, [0; 16])),
            Some(scheme.hash(&password("another"), [0; 16])),
        ];
        for hash in hashes {
            assert_eq!(rounds(|| scheme.verify(&secret, hash.as_ref())).1, 1 << 7);
        }
    }

    #[test]
    fn an_older_pepper_or_a_lower_cost_still_opens_and_is_told() {
        let secret = password("secret");
        let old = scheme(&["old"], 5).hash(&secret, [0; 16]);
        let cheap = scheme(&["new"], 4).hash(&secret, [0; 16]);
        let dear = scheme(&["new"], 6).hash(&secret, [0; 16]);
        let now = scheme(&["new", "old"], 5);
        assert_eq!(now.verify(&secret, Some(&old)), Verdict::YesButOld);
        assert_eq!(now.verify(&secret, Some(&cheap)), Verdict::YesButOld);
        assert_eq!(now.verify(&secret, Some(&dear)), Verdict::Yes);
        assert_eq!(now.verify(&password("Secret"), Some(&old)), Verdict::No);
        assert_eq!(scheme(&["new"], 5).verify(&secret, Some(&old)), Verdict::No);
    }

    #[test]
    fn a_hash_that_would_take_hours_is_corrupted() {
        let scheme = scheme(&["pepper"], 4);
        let PasswordHash(text) = scheme.hash(&password("secret"), [0; 16]);
        let dear = PasswordHash(text.replace("$04$", "$31$"));
        assert_eq!(scheme.verify(&password("secret"), Some(&dear)), Verdict::No);
    }

    #[test]
    fn a_hash_keeps_quiet() {
        let hash = scheme(&["pepper"], 4).hash(&password("secret"), [0; 16]);
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
        assert!(hash.0.starts_with("hmac-sha384:") && hash.0.contains(":$2b$04$"));
    }
}
