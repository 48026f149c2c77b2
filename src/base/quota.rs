//! Rate limits: a burst that is allowed at once, and refills as time passes.
//!
//! This is the generic cell rate algorithm (ITU-T I.371), as in the crate `governor`. The only state of a bucket is the
//! time at which it will be full again, the theoretical arrival time; each try postpones it by the emission interval.

use std::time::Duration;

use super::clock::{SKEW, Time};

/// Size of a bucket, and how fast it refills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    burst: u64,
    interval: Duration,
}

impl Quota {
    /// Creates a quota of `burst` at once, at least 1, which refills evenly over `window`.
    pub fn new(burst: i64, window: Duration) -> Self {
        let burst = u64::try_from(burst).unwrap_or(0).max(1);
        let millis = u64::try_from(window.as_millis()).unwrap_or(u64::MAX) / burst;
        Self { burst, interval: Duration::from_millis(millis) }
    }

    /// Returns the quota with an interval of at most `longest`.
    pub fn within(self, longest: Duration) -> Self {
        Self { interval: self.interval.min(longest), ..self }
    }

    /// Returns the quota for a bucket of size `burst` that refills at the same rate.
    pub fn holding(self, burst: i64) -> Self {
        Self { burst: u64::try_from(burst).unwrap_or(0).max(1), ..self }
    }

    /// Returns the time until one is back: the emission interval.
    pub fn interval(self) -> Duration {
        self.interval
    }

    /// Returns the time until all are back.
    pub fn span(self) -> Duration {
        self.times(self.burst)
    }

    /// Returns the latest time at which a bucket with one left `now` may become full.
    pub fn latest(self, now: Time) -> Time {
        now + self.times(self.burst - 1)
    }

    /// Returns when one may be taken from a bucket that is full at `full_at`.
    pub fn next(self, full_at: Time) -> Time {
        full_at - self.times(self.burst - 1)
    }

    /// Returns how many are left `now` in a bucket that is full at `full_at`.
    pub fn left(self, full_at: Time, now: Time) -> u64 {
        let interval = self.interval.as_millis().max(1);
        let taken = now.until(full_at).as_millis().div_ceil(interval);
        self.burst.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX))
    }

    /// Returns a time that no bucket can hold, not even one overdrawn by its whole size: a later one was written by a
    /// wrong clock.
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
