//! Health: whether the outbox's worker makes progress, and whether the server is about to stop.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rocket::tokio::time::Instant;

/// Time without a turn after which the worker counts as stuck: the longest turn, with a database that hangs.
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(30);

/// Health of the server. Uses the monotonic clock, so changing the system time has no effect.
#[derive(Default)]
pub struct Health {
    turn: Mutex<Option<Instant>>,
    leaving: AtomicBool,
}

impl Health {
    /// Records that the worker begins a turn.
    pub fn beat(&self) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// True if the worker has begun a turn lately.
    pub fn works(&self) -> bool {
        let turn = *self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        turn.is_some_and(|turn| turn.elapsed() < HEARTBEAT_LIMIT)
    }

    /// Records that shutdown has begun.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// False once shutdown has begun.
    pub fn stays(&self) -> bool {
        !self.leaving.load(Ordering::Relaxed)
    }
}
