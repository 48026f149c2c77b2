//! The one source of time: a [`Clock`] that is passed as an argument, and that a test can turn.

use std::{
    ops::{Add, Sub},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::column::column;

/// A point in time: milliseconds since the Unix epoch, as stored in a `BIGINT` column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

column!(Time(i64));

impl Time {
    /// Creates the time `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the duration from `self` until `later`; zero if `later` has passed.
    pub fn until(self, later: Time) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

/// Largest clock difference between servers. A stored time further in the future comes from a wrong clock, and what
/// began then would live too long.
pub const SKEW: Duration = Duration::from_secs(60);

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(millis(span)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;

    fn sub(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(millis(span)))
    }
}

/// The system's time, plus the time by which a test has advanced it.
#[derive(Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Returns the system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Returns the current time.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Time {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(millis(since_epoch).saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// Advances this clock, and every clone of it, by `span`.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(millis(span), Ordering::Relaxed);
    }

    /// Turns this clock, and every clone of it, back by `span`, as when the system's clock is reset.
    pub fn turn_back(&self, span: Duration) {
        self.ahead.fetch_sub(millis(span), Ordering::Relaxed);
    }
}
