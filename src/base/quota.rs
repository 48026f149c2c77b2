//! How often something may be done: so many times at once, and again as time passes.
//!
//! This is the generic cell rate algorithm (ITU-T I.371), as the crate `governor` has it. All that is kept of a bucket is
//! the moment at which it will be full again, the theoretical arrival time; each try puts it off by the emission interval.

use std::time::Duration;

use super::clock::{SKEW, Time};

/// A bucket's size, and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    burst: u64,
    interval: Duration,
}

impl Quota {
    /// `burst` at once, at least 1, which come back evenly over `window`.
    pub fn new(burst: i64, window: Duration) -> Self {
        let burst = u64::try_from(burst).unwrap_or(0).max(1);
        let millis = u64::try_from(window.as_millis()).unwrap_or(u64::MAX) / burst;
        Self { burst, interval: Duration::from_millis(millis) }
    }

    /// The same, but that each comes back within `longest` at the latest.
    pub fn within(self, longest: Duration) -> Self {
        Self { interval: self.interval.min(longest), ..self }
    }

    /// The same for a bucket that holds `burst`, and fills no faster.
    pub fn holding(self, burst: i64) -> Self {
        Self { burst: u64::try_from(burst).unwrap_or(0).max(1), ..self }
    }

    /// How long one takes to come back: the emission interval.
    pub fn interval(self) -> Duration {
        self.interval
    }

    /// How long all of them take to come back.
    pub fn span(self) -> Duration {
        self.times(self.burst)
    }

    /// The latest moment at which a bucket may become full that has one left `now`.
    pub fn latest(self, now: Time) -> Time {
        now + self.times(self.burst - 1)
    }

    /// From when on one may be taken from a bucket that is full at `full_at`.
    pub fn next(self, full_at: Time) -> Time {
        full_at - self.times(self.burst - 1)
    }

    /// A moment that no bucket can have put down, not even one that is overdrawn by as much as it holds: the clock that it
    /// was put down by was wrong.
    pub fn absurd(self, now: Time) -> Time {
        now + self.times(self.burst.saturating_mul(2)) + SKEW
    }

    fn times(self, count: u64) -> Duration {
        let millis = u64::try_from(self.interval.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(millis.saturating_mul(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[test]
    fn so_many_come_back_over_a_window() {
        let four = Quota::new(4, HOUR);
        let now = Time::from_millis(1_000);
        assert_eq!((four.interval(), four.span()), (HOUR / 4, HOUR));
        assert_eq!(four.latest(now), now + HOUR / 4 * 3);
        assert_eq!(four.next(four.latest(now)), now);
        assert_eq!(four.within(HOUR / 6).span(), HOUR / 6 * 4);
        assert_eq!(four.holding(3).interval(), HOUR / 4);
    }

    #[test]
    fn no_size_is_out_of_range() {
        for burst in [i64::MIN, 0, 1, i64::MAX] {
            let quota = Quota::new(burst, HOUR);
            assert!(quota.span() <= HOUR && quota.latest(Time::default()) >= Time::default(), "{burst}");
        }
    }
}
