//! Finds the best number of lanes at the moment: cores that share a cache, or have a small one, prefer fewer.
//!
//! It is measured on the real work, as the processor time of sets by their size. Four lanes are used until that says
//! otherwise. Now and then a set has another size than the best, so that no measurement is out of date.

use std::{
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{MOST, Task};

/// Longest time that a set may take, as a multiple of one password alone.
const PATIENCE: f64 = 2.0;
/// Factor by which fewer lanes must be faster than more.
const GAIN: f64 = 1.05;
/// Interval between trials of another size.
const TRIAL: Duration = Duration::from_secs(2);
/// Recent sets of a size that count, by their median.
const LAST: usize = 3;

/// Recent times of sets of each size, for all threads together. Whoever hashes asks how many to take, and tells how long
/// they took:
///
/// ```
/// use std::time::Instant;
///
/// use bcrypt_lanes::{Pace, Task, hash};
///
/// let pace = Pace::new(None, Instant::now());
/// let mut waiting: Vec<_> = (0..10).map(|number| Task::new(b"secret", [number; 16], 4, 4)).collect();
/// while !waiting.is_empty() {
///     let lanes = pace.next(Instant::now()).min(waiting.len());
///     let set: Vec<_> = waiting.drain(..lanes).collect();
///     let begun = pace.begin(Instant::now());
///     let hashes = hash(&set);
///     pace.end(&set, &begun, Instant::now());
///     assert_eq!(hashes.len(), lanes);
/// }
/// ```
///
/// Processor time is what Linux reports; elsewhere it is the time that passed.
pub struct Pace {
    /// Number of lanes, if configured.
    fixed: Option<usize>,
    state: Mutex<State>,
}

struct State {
    /// Seconds per round of the last sets of each size, newest first.
    took: [Vec<f64>; MOST],
    best: usize,
    next_trial: Instant,
    tried: usize,
}

/// Start of a set: the processor time of its thread, and the clock.
pub struct Begun(Duration, Instant);

impl Pace {
    /// Uses `fixed` lanes, from 1 to [`MOST`], or, if `None`, the best number. In a build with debug assertions that is
    /// one: what is measured there says nothing about a release.
    pub fn new(fixed: Option<usize>, now: Instant) -> Self {
        let fixed = fixed.or(cfg!(debug_assertions).then_some(1));
        let state = State { took: Default::default(), best: MOST, next_trial: now + TRIAL, tried: 0 };
        Self { fixed, state: Mutex::new(state) }
    }

    /// Returns how many passwords the next set may have.
    pub fn next(&self, now: Instant) -> usize {
        self.fixed.unwrap_or_else(|| self.state().next(now))
    }

    /// Returns the best number of lanes.
    pub fn best(&self) -> usize {
        self.fixed.unwrap_or_else(|| self.state().best)
    }

    /// Begins to measure a set of this thread.
    pub fn begin(&self, now: Instant) -> Begun {
        Begun(processor_time(), now)
    }

    /// Records the time of a set of this thread, which has just been hashed.
    pub fn end(&self, set: &[Task], begun: &Begun, now: Instant) {
        let Some(rounds) = set.first().map(Task::rounds) else { return };
        let had = processor_time().saturating_sub(begun.0);
        // Elapsed time has to do if the system does not report processor time.
        let took = if had.is_zero() { now.saturating_duration_since(begun.1) } else { had };
        self.state().note(set.len(), took.as_secs_f64() / rounds as f64);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self, now: Instant) -> usize {
        if now < self.next_trial {
            return self.best;
        }
        self.next_trial = now + TRIAL;
        // Every other trial has the most lanes: they are what a wrong choice would miss.
        self.tried += 1;
        let others: Vec<_> = (1..=MOST).rev().filter(|&lanes| lanes != self.best).collect();
        if self.tried % 2 == 1 { others[0] } else { others[self.tried / 2 % others.len()] }
    }

    fn note(&mut self, lanes: usize, seconds: f64) {
        let Some(took) = lanes.checked_sub(1).and_then(|at| self.took.get_mut(at)) else { return };
        took.truncate(LAST - 1);
        took.insert(0, seconds);
        self.best = best(self.took.each_ref().map(|took| middle(took)));
    }
}

fn middle(took: &[f64]) -> Option<f64> {
    let mut took = took.to_vec();
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied()
}

/// Returns the number of lanes with the most hashes per time, of those whose sets take at most twice as long as one
/// alone.
fn best(seconds: [Option<f64>; MOST]) -> usize {
    let fits = |lanes: usize| match (seconds[lanes - 1], seconds[0]) {
        (Some(set), Some(alone)) => set <= PATIENCE * alone,
        _ => true,
    };
    let pace = |lanes: usize| seconds[lanes - 1].map(|seconds| lanes as f64 / seconds);
    let fitting = (1..=MOST).rev().filter(|&lanes| fits(lanes));
    let better = |best: usize, lanes: usize| match (pace(best), pace(lanes)) {
        (Some(best), Some(pace)) => pace >= GAIN * best,
        _ => false,
    };
    fitting.reduce(|best, lanes| if better(best, lanes) { lanes } else { best }).unwrap_or(1)
}

/// Returns the processor time of this thread (proc_pid_schedstat(5)); zero if the system does not report it.
fn processor_time() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "an instant to start from: the tests turn the clock")]
    fn now() -> Instant {
        Instant::now()
    }

    fn chosen(millis: [u32; MOST]) -> usize {
        best(millis.map(|millis| (millis > 0).then_some(f64::from(millis))))
    }

    #[test]
    fn the_most_are_taken_unless_fewer_are_faster_or_nobody_should_wait_so_long() {
        assert_eq!(chosen([0, 0, 0, 0]), 4, "nothing is known");
        assert_eq!(chosen([100, 105, 115, 130]), 4);
        assert_eq!(chosen([100, 105, 130, 190]), 3);
        assert_eq!(chosen([100, 110, 160, 199]), 4);
        assert_eq!(chosen([100, 110, 160, 210]), 3);
        assert_eq!(chosen([100, 200, 300, 400]), 2);
        assert_eq!(chosen([100, 4000, 6000, 8000]), 1);
        assert_eq!(chosen([100, 0, 0, 130]), 4);
        assert_eq!(chosen([0, 100, 0, 300]), 2);
    }

    #[test]
    fn a_choice_is_wrong_for_seconds_at_most() {
        let begun = now();
        let mut state = State { took: Default::default(), best: MOST, next_trial: begun, tried: 0 };
        let cores = |seconds: [f64; MOST], state: &mut State, from: u64, to: u64| {
            for tenth in 10 * from..10 * to {
                let lanes = state.next(begun + Duration::from_millis(100 * tenth));
                state.note(lanes, seconds[lanes - 1]);
            }
        };
        let (fast, thrashing) = ([1.0, 1.05, 1.15, 1.3], [1.0, 3.0, 5.0, 9.0]);
        cores(fast, &mut state, 0, 20);
        assert_eq!(state.best, 4);
        cores(thrashing, &mut state, 20, 40);
        assert_eq!(state.best, 1);
        cores(fast, &mut state, 40, 60);
        assert_eq!(state.best, 4);
    }

    #[test]
    fn one_set_that_was_disturbed_changes_nothing() {
        let mut state = State { took: Default::default(), best: MOST, next_trial: now(), tried: 0 };
        for seconds in [1.3, 1.3, 40.0] {
            state.note(4, seconds);
            state.note(1, 1.0);
        }
        assert_eq!(state.best, 4);
    }

    #[test]
    fn a_number_that_is_set_stands() {
        let pace = Pace::new(Some(3), now());
        assert_eq!((pace.next(now() + TRIAL), pace.best()), (3, 3));
    }
}
