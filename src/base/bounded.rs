//! Code of an application, within bounds: it may neither hang nor panic.

use std::{fmt, panic::AssertUnwindSafe, time::Duration};

use rocket::{futures::FutureExt, tokio::time::timeout};

/// Longest time for a method of an application that somebody waits for, and for a transaction that it holds.
pub const LONGEST: Duration = Duration::from_secs(3);

/// Reason that a call did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It took longer than this.
    TimedOut(Duration),
    /// It panicked.
    Panicked,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(f, "took longer than {limit:?}"),
            Self::Panicked => f.write_str("panicked"),
        }
    }
}

/// Awaits a call into an application for at most `limit`.
///
/// # Errors
/// [`Cut`].
pub async fn bounded<T>(limit: Duration, call: impl Future<Output = T>) -> Result<T, Cut> {
    match AssertUnwindSafe(timeout(limit, call)).catch_unwind().await {
        Ok(done) => done.map_err(|_| Cut::TimedOut(limit)),
        Err(_) => Err(Cut::Panicked),
    }
}
