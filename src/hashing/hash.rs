//! Hashing of passwords for storage, and checks against a stored hash, at one cost for everybody.

use std::{fmt, ops::RangeInclusive};

use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use bcrypt_lanes::{Hash, Task};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    password::Password,
    pepper::{Pepper, Peppers},
};
use crate::base::column::column;

/// Prefix of a stored hash, naming this scheme: bcrypt of the base64 of HMAC-SHA-384.
const NAME: &str = "hmac-sha384";

/// Base64 as bcrypt writes it.
const BASE_64: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);

/// Accepted costs of bcrypt: 2^cost rounds, up to about four seconds. A hash of higher cost counts as corrupted.
pub(super) const COSTS: RangeInclusive<u32> = 4..=16;

/// Stored form of a password: `hmac-sha384:<pepper id>:$2b$<cost>$…`. Its `Debug` reveals nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

column!(PasswordHash(String));

impl PasswordHash {
    /// Returns a hash that no password matches.
    pub fn unusable() -> Self {
        Self("!".to_owned())
    }

    /// True if no password matches it, since there is none.
    pub fn is_unusable(&self) -> bool {
        self.0 == "!"
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Result of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The password is wrong.
    No,
    /// The password is right.
    Yes,
    /// The password is right, but its hash has another cost or an older pepper: hash it again.
    NeedsRehash,
}

/// Peppers and cost of new hashes.
pub(super) struct Scheme {
    peppers: Peppers,
    cost: u32,
}

impl Scheme {
    /// Creates a scheme; `cost` must be in [`COSTS`].
    pub(super) fn new(peppers: Peppers, cost: u32) -> Self {
        Self { peppers, cost }
    }

    /// Returns the task for a new hash, and the function that makes the hash of its result.
    pub(super) fn hashing(
        &self,
        password: &Password,
        salt: [u8; 16],
    ) -> (Task, impl FnOnce(Hash) -> PasswordHash + use<>) {
        let (pepper, cost) = (self.peppers.first(), self.cost);
        let head = format!("{NAME}:{}", pepper.id);
        let task = Task::new(pepper.digest(password).as_bytes(), salt, cost, cost);
        (task, move |hash| PasswordHash(format!("{head}:{}", written(cost, salt, &hash))))
    }

    /// Returns the task that checks `password`, and the function that makes the verdict of its result. It takes as many
    /// rounds as [`hashing`](Self::hashing), even for a missing, corrupted or cheaper hash.
    pub(super) fn checking(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> (Task, impl FnOnce(Hash) -> Verdict + use<>) {
        let (first, total) = (self.peppers.first(), self.cost);
        let found = stored.and_then(|hash| self.read(hash));
        let pepper = found.as_ref().map_or(first, |&(pepper, ..)| pepper);
        let (cost, salt) = found.as_ref().map_or((total, [0; 16]), |&(.., parts)| parts);
        let task = Task::new(pepper.digest(password).as_bytes(), salt, cost, total);
        let (text, old) = (found.map(|(_, text, _)| text.to_owned()), cost != total || pepper.id != first.id);
        let verdict = move |hash| {
            let hash = written(cost, salt, &hash);
            match text.is_some_and(|text| hash.as_bytes().ct_eq(text.as_bytes()).into()) {
                false => Verdict::No,
                true if old => Verdict::NeedsRehash,
                true => Verdict::Yes,
            }
        };
        (task, verdict)
    }

    /// Parses a stored hash into pepper, bcrypt text, and its cost and salt; `None` if it is unusable, corrupted or its
    /// pepper is lost.
    fn read<'a>(&self, PasswordHash(stored): &'a PasswordHash) -> Option<(&Pepper, &'a str, Parts)> {
        let (pepper, bcrypt) = stored.strip_prefix(NAME)?.strip_prefix(':')?.split_once(':')?;
        let parts = parts(bcrypt)?;
        let pepper = self.peppers.find(pepper).or_else(|| {
            log::warn!("a password was hashed with pepper {pepper}, which latchkey.pepper no longer contains; put it back");
            None
        })?;
        COSTS.contains(&parts.0).then_some((pepper, bcrypt, parts))
    }
}

/// Formats a hash as bcrypt 2b does.
fn written(cost: u32, salt: [u8; 16], hash: &Hash) -> String {
    format!("$2b${cost:02}${}{}", BASE_64.encode(salt), BASE_64.encode(&hash[..23]))
}

/// Cost and salt.
type Parts = (u32, [u8; 16]);

/// Returns the parts of a hash that [`written`] has formatted.
fn parts(text: &str) -> Option<Parts> {
    let (cost, rest) = text.strip_prefix("$2b$")?.split_once('$')?;
    let salt = BASE_64.decode(rest.get(..22)?).ok()?;
    Some((cost.parse().ok()?, salt.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    impl Scheme {
        fn hash(&self, password: &Password, salt: [u8; 16]) -> PasswordHash {
            let (task, finish) = self.hashing(password, salt);
            finish(bcrypt_lanes::hash(&[task])[0])
        }

        fn verify(&self, password: &Password, stored: Option<&PasswordHash>) -> Verdict {
            let (task, finish) = self.checking(password, stored);
            finish(bcrypt_lanes::hash(&[task])[0])
        }
    }

    fn scheme(peppers: &[&str], cost: u32) -> Scheme {
        Scheme::new(Peppers::named(peppers), cost)
    }

    fn password(typed: &str) -> Password {
        Password::parse(typed).unwrap()
    }

    /// Generates two passwords that a careless scheme would take for the same.
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
            let (task, verdict) = scheme.checking(&password("secret"), Some(&PasswordHash(text)));
            prop_assert!(task.rounds() >= 1 << 6);
            prop_assert_eq!(verdict(bcrypt_lanes::hash(&[task])[0]), Verdict::No);
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
            assert_eq!(scheme.checking(&secret, hash.as_ref()).0.rounds(), 1 << 7);
        }
    }

    #[test]
    fn checks_of_every_kind_share_a_set_and_none_takes_longer() {
        let scheme = scheme(&["pepper"], 5);
        let secret = password("secret");
        let hashes = [
            (Some(scheme.hash(&secret, [1; 16])), Verdict::Yes),
            (Some(self::scheme(&["pepper"], 4).hash(&secret, [2; 16])), Verdict::NeedsRehash),
            (Some(PasswordHash::unusable()), Verdict::No),
            (None, Verdict::No),
        ];
        let (tasks, finishes): (Vec<_>, Vec<_>) =
            hashes.iter().map(|(hash, _)| scheme.checking(&secret, hash.as_ref())).unzip();
        assert!(tasks.iter().all(|task| task.goes_with(&tasks[0]) && task.rounds() == 1 << 5));
        let results = bcrypt_lanes::hash(&tasks);
        for ((finish, result), (_, verdict)) in finishes.into_iter().zip(results).zip(hashes) {
            assert_eq!(finish(result), verdict);
        }
    }

    #[test]
    fn an_older_pepper_or_another_cost_still_opens_and_is_told() {
        let secret = password("secret");
        let old = scheme(&["old"], 5).hash(&secret, [0; 16]);
        let cheap = scheme(&["new"], 4).hash(&secret, [0; 16]);
        let dear = scheme(&["new"], 6).hash(&secret, [0; 16]);
        let now = scheme(&["new", "old"], 5);
        assert_eq!(now.verify(&secret, Some(&old)), Verdict::NeedsRehash);
        assert_eq!(now.verify(&secret, Some(&cheap)), Verdict::NeedsRehash);
        assert_eq!(now.verify(&secret, Some(&dear)), Verdict::NeedsRehash);
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
    fn a_hash_is_written_as_the_crate_writes_it() {
        let hash = bcrypt::bcrypt(5, [9; 16], b"secret\0");
        let crates = bcrypt::non_truncating_hash_with_salt("secret", 5, [9; 16]).unwrap();
        assert_eq!(written(5, [9; 16], &hash), crates.to_string());
    }

    #[test]
    fn a_hash_keeps_quiet() {
        let hash = scheme(&["pepper"], 4).hash(&password("secret"), [0; 16]);
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
        assert!(hash.0.starts_with("hmac-sha384:") && hash.0.contains(":$2b$04$"));
    }
}
