//! Signs of life: whether the outbox's worker works, and whether the server means to stay.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rocket::tokio::time::Instant;

/// After how long without a turn the worker counts as stuck: the longest that one may take, with a database that hangs.
const SILENCE: Duration = Duration::from_secs(30);

/// Health of the server. Uses the monotonic clock, so changing the system time has no effect.
#[derive(Default)]
pub struct Health {
    turn: Mutex<Option<Instant>>,
    leaving: AtomicBool,
}

impl Health {
    /// The worker begins a turn.
    pub fn beat(&self) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether the worker has begun one lately.
    pub fn works(&self) -> bool {
        let turn = *self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        turn.is_some_and(|turn| turn.elapsed() < SILENCE)
    }

    /// The server was told to stop.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// False once shutdown has begun.
    pub fn stays(&self) -> bool {
        !self.leaving.load(Ordering::Relaxed)
    }
}
