//! Passwords a second on one core: by the crate `bcrypt`, one at a time, and in sets of one to four.
//!
//! `cargo bench -p bcrypt-lanes`, with a number behind `--` for another count of rounds than 20.

use std::{
    env,
    hint::black_box,
    time::{Duration, Instant},
};

use bcrypt_lanes::{MOST, Task, hash};

/// 2^10 rounds of bcrypt, about 50 ms: a quarter of what is usual, in the same proportions.
const COST: u32 = 10;
/// As long as bcrypt takes into account.
const PASSWORD: [u8; 71] = [b'a'; 71];

fn main() {
    // cargo passes `--bench` too.
    let rounds = env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20);
    let mut took = [Duration::MAX; MOST + 1];
    // In turns, and the fastest counts: what else the machine does only adds.
    for _ in 0..rounds {
        for (lanes, fastest) in took.iter_mut().enumerate() {
            let took = if lanes == 0 { time(one_at_a_time) } else { time(|| together(lanes)) };
            *fastest = took.min(*fastest);
        }
    }
    let seconds = took.map(|took| took.as_secs_f64());
    println!("cost {COST}, fastest of {rounds:<14}         set   a second   ratio");
    let line = |name: &str, passwords: usize, set: f64| {
        let rate = passwords as f64 / set;
        println!("{name:<28} {:>8.1} ms {rate:>10.1} {:>7.2}", 1e3 * set, rate * seconds[0]);
    };
    line("bcrypt, one at a time", 1, seconds[0]);
    for (lanes, &set) in seconds.iter().enumerate().skip(1) {
        line(&format!("bcrypt-lanes, {lanes} at once"), lanes, set);
    }
}

fn one_at_a_time() {
    let mut key = PASSWORD.to_vec();
    key.push(0);
    black_box(bcrypt::bcrypt(COST, [7; 16], &key));
}

fn together(lanes: usize) {
    let set: Vec<_> = (0..lanes).map(|lane| Task::new(&PASSWORD, [lane as u8; 16], COST, COST)).collect();
    black_box(hash(&set));
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn time(work: impl Fn()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
