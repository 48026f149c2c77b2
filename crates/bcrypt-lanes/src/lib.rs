//! bcrypt of several passwords at once on one core, in little more time than one of them takes.
//!
//! A single bcrypt spends most of its time waiting for its own look-ups in 4 KiB of boxes; further lanes fill that time.
//! So a server that has several passwords to check does about two and a half times as many with each core, and each of
//! them takes one and a half times as long. `cargo bench` measures it.
//!
//! [`hash`] takes a set of [`Task`]s, and [`Pace`] finds out how many of them are best on this machine. What this crate
//! computes are the 24 bytes behind a stored hash, as `bcrypt::bcrypt` of the crate [`bcrypt`] does; that crate reads and
//! writes the text, `$2b$…`.
//!
//! ```
//! use bcrypt_lanes::{Task, hash};
//!
//! let salts = [*b"a random salt  1", *b"a random salt  2"];
//! let set = [
//!     Task::new(b"correct horse", salts[0], 6, 6),
//!     // A cheaper hash beside others: three quarters of its rounds are padding, so that it takes as long as they do.
//!     Task::new(b"battery staple", salts[1], 4, 6),
//! ];
//! let hashes = hash(&set);
//! assert_eq!(hashes[0], bcrypt::bcrypt(6, salts[0], b"correct horse\0"));
//! assert_eq!(hashes[1], bcrypt::bcrypt(4, salts[1], b"battery staple\0"));
//! ```
//!
//! The algorithm is that of Provos and Mazières ("A Future-Adaptable Password Scheme", USENIX 1999) and of OpenBSD's
//! bcrypt.c. What was derived from a password is wiped from memory afterwards, except for the hash. Compare hashes in
//! constant time, as with the crate `subtle`. Look-ups depend on the password, as in every bcrypt.
//!
//! In an unoptimized build a hash takes forty times as long. `[profile.dev.package.bcrypt-lanes]` with `opt-level = 3`,
//! in the `Cargo.toml` of the workspace, avoids it.
//!
//! [`bcrypt`]: https://docs.rs/bcrypt
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

mod blowfish;
mod pace;
mod pi;

use std::{array, thread};

use zeroize::Zeroizing;

use blowfish::{Blowfish, Word, no_salt};
pub use pace::{Begun, Pace};

/// Most lanes: more of them, with boxes of 4 KiB each, would hardly fit a core's L1 cache of 32 KiB.
pub const MOST: usize = 4;

/// Rounds after which others may have the core: one to two milliseconds.
const ROUNDS_AT_A_TIME: u64 = 24;

/// Result of bcrypt: three blocks. The last byte is not stored.
pub type Hash = [u8; 24];

/// One password to hash in 2^total rounds: the first 2^cost count, and the rest are padding, so that every check costs
/// the same.
pub struct Task {
    key: Zeroizing<Vec<u8>>,
    salt: [u8; 16],
    cost: u32,
    total: u32,
}

impl Task {
    /// Creates a task. `text` counts up to its 72nd byte, with a NUL at its end (bcrypt 2b); a NUL within it is a byte
    /// like any other. The total is at least `cost`.
    ///
    /// # Panics
    /// If `cost` or `total` is above 31, the most that bcrypt knows.
    pub fn new(text: &[u8], salt: [u8; 16], cost: u32, total: u32) -> Self {
        assert!(cost.max(total) < 32, "2^{} rounds of bcrypt", cost.max(total));
        let mut key = Zeroizing::new(Vec::with_capacity(72));
        key.extend(text.iter().chain(&[0]).take(72));
        Self { key, salt, cost, total: total.max(cost) }
    }

    /// Returns the number of rounds that its hash takes, padding included.
    pub fn rounds(&self) -> u64 {
        1 << self.total
    }

    /// True if both can be hashed at once, since they take the same rounds.
    pub fn goes_with(&self, other: &Self) -> bool {
        self.total == other.total
    }
}

/// Hashes a set of tasks, as many at once as there are lanes, and returns their hashes in the same order. Tasks that do
/// not go together take the most rounds of any.
///
/// It works on the calling thread, which yields every one to two milliseconds: keep it off those of an async runtime.
pub fn hash(set: &[Task]) -> Vec<Hash> {
    match set {
        [task] => together([task]).into(),
        [a, b] => together([a, b]).into(),
        [a, b, c] => together([a, b, c]).into(),
        [a, b, c, d] => together([a, b, c, d]).into(),
        _ => set.chunks(MOST).flat_map(hash).collect(),
    }
}

/// EksBlowfishSetup of the paper in every lane; takes each lane's hash when its own rounds are done.
fn together<const N: usize>(tasks: [&Task; N]) -> [Hash; N] {
    let total = tasks.map(|task| task.total).into_iter().max().unwrap_or(0);
    let key: Zeroizing<[Word<N>; 18]> =
        Zeroizing::new(array::from_fn(|at| tasks.map(|task| word(&task.key, at))));
    let salt: [Word<N>; 18] = array::from_fn(|at| tasks.map(|task| word(&task.salt, at)));
    let mut state = Blowfish::new();
    state.expand_key(&[salt[0], salt[1], salt[2], salt[3]], &key);
    let (mut hashes, mut done) = ([[0; 24]; N], 0);
    for cost in 0..=total {
        for round in done..1u64 << cost {
            give_way(round);
            #[cfg(test)]
            tests::count(1);
            state.expand_key(&no_salt(), &key);
            state.expand_key(&no_salt(), &salt);
        }
        done = 1 << cost;
        let taken = encrypted(&state);
        for lane in (0..N).filter(|&lane| tasks[lane].cost == cost) {
            hashes[lane] = taken[lane];
        }
    }
    hashes
}

/// Yields the core now and then, so that a thread serving a page waits a moment, not until the scheduler's next tick.
fn give_way(round: u64) {
    if round.is_multiple_of(ROUNDS_AT_A_TIME) {
        thread::yield_now();
    }
}

/// Encrypts the text of the paper 64 times.
fn encrypted<const N: usize>(state: &Blowfish<N>) -> [Hash; N] {
    let mut hashes = [[0; 24]; N];
    for (number, text) in b"OrpheanBeholderScryDoubt".chunks_exact(8).enumerate() {
        let mut block = [[word(text, 0); N], [word(text, 1); N]];
        for _ in 0..64 {
            block = state.encrypt(block);
        }
        for (lane, hash) in hashes.iter_mut().enumerate() {
            hash[8 * number..][..4].copy_from_slice(&block[0][lane].to_be_bytes());
            hash[8 * number + 4..][..4].copy_from_slice(&block[1][lane].to_be_bytes());
        }
    }
    hashes
}

/// Returns the four-byte word at `at` in `bytes`, repeated without end.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array::from_fn(|byte| bytes[(4 * at + byte) % bytes.len()]))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use base64::{
        Engine, alphabet,
        engine::{GeneralPurpose, general_purpose::NO_PAD},
    };
    use proptest::{collection::vec, prelude::*};

    use super::*;

    thread_local! {
        static ROUNDS: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count(rounds: u64) {
        ROUNDS.set(ROUNDS.get() + rounds);
    }

    /// Counts the rounds that some work takes.
    fn rounds<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = ROUNDS.get();
        let done = work();
        (done, ROUNDS.get() - before)
    }

    /// Few in a development build: if that is unoptimized, a hash takes forty times as long.
    const CASES: u32 = if cfg!(debug_assertions) { 16 } else { 4096 };

    /// Generates up to as many passwords as there may be lanes, each with a salt and a cost.
    fn several() -> impl Strategy<Value = Vec<(Vec<u8>, [u8; 16], u32)>> {
        vec((vec(any::<u8>(), 0..100), any::<[u8; 16]>(), 0..=2u32), 1..=MOST)
    }

    /// Returns the crate's hash of a password.
    fn expected(text: &[u8], salt: [u8; 16], cost: u32) -> Hash {
        let mut key = text.to_vec();
        key.push(0);
        key.truncate(72);
        bcrypt::bcrypt(cost, salt, &key)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(CASES))]

        #[test]
        fn every_lane_says_what_the_crate_says(several in several(), more in 0..=1u32) {
            let total = more + several.iter().map(|&(_, _, cost)| cost).max().unwrap_or(0);
            let tasks: Vec<_> =
                several.iter().map(|(text, salt, cost)| Task::new(text, *salt, *cost, total)).collect();
            let expected: Vec<_> =
                several.iter().map(|(text, salt, cost)| expected(text, *salt, *cost)).collect();
            let (hashes, rounds) = rounds(|| hash(&tasks));
            prop_assert_eq!(hashes, expected);
            prop_assert!(tasks.iter().all(|task| task.rounds() == rounds), "every task takes all rounds, and none more");
        }
    }

    /// From the tests of OpenBSD's bcrypt and of jBCrypt.
    #[test]
    fn the_published_hashes_come_out_of_every_lane() {
        const PUBLISHED: [(&str, &str); 4] = [
            ("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
            ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
            ("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"),
            (
                "~!@#$%^&*()      ~!@#$%^&*()PNBFRD",
                "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO",
            ),
        ];
        let tasks = PUBLISHED.map(|(text, hash)| {
            let salt = hash.parse::<bcrypt::HashParts>().unwrap().get_salt_raw();
            Task::new(text.as_bytes(), salt, 6, 6)
        });
        let base64 = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);
        for ((_, published), hash) in PUBLISHED.iter().zip(hash(&tasks)) {
            assert!(published.ends_with(&base64.encode(&hash[..23])), "{published}");
        }
    }
}
