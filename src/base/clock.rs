//! The one source of time: a [`Clock`] that is passed to whoever needs it, and that a test can turn.

use std::{
    ops::{Add, Sub},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, as stored in a `BIGINT` column.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    sqlx_macros::Type,
    Serialize,
    Deserialize,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// The moment that is `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long from `self` until `later`; zero if that has passed.
    pub fn until(self, later: Time) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

/// How far ahead a moment may lie that another server wrote down. One beyond is of a clock that was wrong, and what began
/// then would live too long.
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

/// Tells the time: the system's, plus what a test has turned it forward by.
#[derive(Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Time {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(millis(since_epoch).saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// Turns this clock, and every clone of it, forward by `span`.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(millis(span), Ordering::Relaxed);
    }

    /// Turns this clock, and every clone of it, back by `span`, as a system's clock that is set anew.
    pub fn turn_back(&self, span: Duration) {
        self.ahead.fetch_sub(millis(span), Ordering::Relaxed);
    }
}
