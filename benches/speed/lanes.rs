//! Time to hash a password while every core does the same: by bcrypt alone, by a thread with one job, and by a thread
//! with as many jobs as it has lanes.

use std::{hint::black_box, thread};

use bcrypt_lanes::{MOST, Task, hash};
use rocket::tokio::time::Instant;

use super::{raw, table::median};

const COST: u32 = 10;

/// Time of a single hash relative to bcrypt's, and of a full set relative to a single hash: medians over the rounds.
pub fn times(rounds: usize) -> (f64, f64) {
    let crates = || drop(black_box(bcrypt::non_truncating_hash_with_salt([b'a'; 64], COST, [7; 16])));
    let round = |_| [everywhere(crates), everywhere(|| set(1)), everywhere(|| set(MOST))];
    let rounds: Vec<_> = (0..4 * rounds).map(round).collect();
    let ratio = |over: usize, under: usize| median(rounds.iter().map(|times| times[over] / times[under]));
    (ratio(1, 0), ratio(2, 1))
}

fn set(lanes: usize) {
    let set: Vec<_> = (0..lanes).map(|lane| Task::new(&[b'a'; 64], [lane as u8; 16], COST, COST)).collect();
    black_box(hash(&set));
}

/// Seconds that some work takes on every core at once.
fn everywhere(work: impl Fn() + Sync) -> f64 {
    let begun = Instant::now();
    thread::scope(|threads| {
        for _ in 0..raw::cores() {
            threads.spawn(&work);
        }
    });
    begun.elapsed().as_secs_f64()
}
