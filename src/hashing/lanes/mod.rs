//! bcrypt of several passwords at once on one core, in a little more time than one of them takes.
//!
//! One bcrypt waits most of its time for its own look-ups; lanes beside it fill that wait. The steps are those of Provos
//! and Mazières ("A Future-Adaptable Password Scheme", USENIX 1999) and of OpenBSD's bcrypt.c; the crate `bcrypt`, which
//! hashes what is alone, says in the tests what must come out.

mod blowfish;
mod pace;
mod pi;

use std::{array, hint::black_box, thread};

use zeroize::Zeroizing;

use blowfish::{Blowfish, Word, no_salt};
pub use pace::{Begun, Pace};

/// Most lanes: with more, their boxes of 4 KiB each and all else hardly fit a core's nearest cache of 32 KiB.
pub const MOST: usize = 4;

/// After how many rounds others may have the core: one to two milliseconds.
const ROUNDS_AT_A_TIME: u64 = 24;

/// What comes of bcrypt: three blocks. What is stored leaves out the last byte.
pub type Hash = [u8; 24];

/// One password to hash in 2^total rounds: the first 2^cost count, and the rest are padding, so that every check costs the
/// same.
pub struct Task {
    key: Zeroizing<Vec<u8>>,
    salt: [u8; 16],
    cost: u32,
    total: u32,
}

impl Task {
    /// `text` counts up to its 72nd byte, with the NUL at its end (bcrypt 2b). The total is `cost` at least.
    pub fn new(text: &[u8], salt: [u8; 16], cost: u32, total: u32) -> Self {
        let mut key = Zeroizing::new(Vec::with_capacity(72));
        key.extend(text.iter().chain(&[0]).take(72));
        Self { key, salt, cost, total: total.max(cost) }
    }

    /// In how many rounds.
    fn rounds(&self) -> f64 {
        2f64.powi(i32::try_from(self.total).unwrap_or(i32::MAX))
    }

    /// Whether both can be hashed at once, which takes the same rounds.
    pub fn goes_with(&self, other: &Self) -> bool {
        self.total == other.total
    }
}

/// Hashes a set of tasks, as many of them at once as there are lanes. Those that do not go with each other cost the most
/// rounds of any.
pub fn hash(set: &[Task]) -> Vec<Hash> {
    match set {
        [task] => vec![alone(task)],
        [a, b] => together([a, b]).into(),
        [a, b, c] => together([a, b, c]).into(),
        [a, b, c, d] => together([a, b, c, d]).into(),
        _ => set.chunks(MOST).flat_map(hash).collect(),
    }
}

/// By the crate. 2^a rounds, and then 2^a + 2^(a+1) + … + 2^(b-1) for nothing, are 2^b.
fn alone(task: &Task) -> Hash {
    let rounds = |cost, salt| {
        #[cfg(test)]
        tests::count(1u64 << cost);
        bcrypt::bcrypt(cost, salt, &task.key)
    };
    let hash = rounds(task.cost, task.salt);
    for missing in task.cost..task.total {
        black_box(rounds(missing, [0; 16]));
    }
    hash
}

/// EksBlowfishSetup of the paper in every lane, from which each takes its hash when its own rounds are done.
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

/// Lets others have the core now and then: whoever answers a page waits for a moment, not for the scheduler's next tick.
fn give_way(round: u64) {
    if round.is_multiple_of(ROUNDS_AT_A_TIME) {
        thread::yield_now();
    }
}

/// The text of the paper, encrypted 64 times.
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

/// The word of four bytes that stands at `at` in `bytes` without end.
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array::from_fn(|byte| bytes[(4 * at + byte) % bytes.len()]))
}

#[cfg(test)]
pub(crate) mod tests {
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

    /// How many rounds some work takes.
    pub(crate) fn rounds<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = ROUNDS.get();
        let done = work();
        (done, ROUNDS.get() - before)
    }

    /// Few in a build that is not optimized, where a hash takes forty times as long.
    const CASES: u32 = if cfg!(debug_assertions) { 16 } else { 4096 };

    /// As many passwords as there may be lanes, with a salt and a cost each.
    fn several() -> impl Strategy<Value = Vec<(Vec<u8>, [u8; 16], u32)>> {
        vec((vec(any::<u8>(), 0..100), any::<[u8; 16]>(), 0..=2u32), 1..=MOST)
    }

    /// What the crate makes of a password.
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
            prop_assert_eq!(rounds, 1 << total, "every task takes all rounds, and none more");
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
