//! How many lanes are best on a core, as it is now: cores that share a cache, or have a small one, like fewer.

use std::{hint::black_box, time::Duration};

use rocket::tokio::time::Instant;

use super::{MOST, Task, hash};

/// How often each number of lanes is tried, in turns; what counts is the shortest time, in which nothing else happened.
const TRIES: usize = 10;

/// How much longer than alone a set may take.
const PATIENCE: f64 = 1.8;

/// How much faster one more lane must be.
const GAIN: f64 = 1.05;

/// The number of lanes that hash the most in a time. Takes some 8 ms, the first time some 30 ms more for the digits.
///
/// In a build that is not optimized this is one, without a try: these lanes are slow then, and the crate is not.
pub fn fastest() -> usize {
    if cfg!(debug_assertions) {
        return 1;
    }
    let set: [_; MOST] = std::array::from_fn(|lane| Task::new(b"latchkey", [lane as u8; 16], 1, 1));
    let once = |tasks: &[Task]| {
        let begun = Instant::now();
        black_box(hash(black_box(tasks)));
        begun.elapsed()
    };
    once(&set);
    let mut shortest = [Duration::MAX; MOST];
    for _ in 0..TRIES {
        for (more, shortest) in shortest.iter_mut().enumerate() {
            *shortest = once(&set[..=more]).min(*shortest);
        }
    }
    choose(&shortest)
}

fn choose(times: &[Duration; MOST]) -> usize {
    let seconds = times.map(|time| time.as_secs_f64());
    let pace = |lanes: usize| lanes as f64 / seconds[lanes - 1];
    (2..=MOST).fold(1, |best, lanes| {
        let better = seconds[lanes - 1] <= PATIENCE * seconds[0] && pace(lanes) >= GAIN * pace(best);
        if better { lanes } else { best }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(millis: [u64; MOST]) -> usize {
        choose(&millis.map(Duration::from_millis))
    }

    #[test]
    fn lanes_are_taken_while_they_help_and_nobody_waits_twice_as_long() {
        assert_eq!(chosen([100, 105, 115, 130]), 4);
        assert_eq!(chosen([100, 105, 130, 190]), 3);
        assert_eq!(chosen([100, 110, 160, 210]), 2);
        assert_eq!(chosen([100, 110, 170, 170]), 4);
        assert_eq!(chosen([100, 200, 300, 400]), 1);
        assert_eq!(chosen([100, 4000, 6000, 8000]), 1);
    }
}
