//! Leaves alone for a while a server that hangs, so that what waits for it holds up nothing else.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rocket::tokio::time::Instant;

use super::Undelivered;

/// So many failures in a row, each after a wait, and the server is left alone.
const ENOUGH: u32 = 4;
/// A failure that comes sooner holds nobody up: a server that refuses is none that hangs.
const A_WAIT: Duration = Duration::from_secs(1);
/// How long the server is left alone before one message tries it again.
const REST: Duration = Duration::from_secs(10);

/// A server, and how it has done of late.
pub struct Circuit<T> {
    server: T,
    name: &'static str,
    state: Mutex<State>,
}

struct State {
    /// Since the last one that was no failure.
    failures: u32,
    /// When the next message may try.
    again: Instant,
}

impl State {
    /// Whether a message may be sent now. After a rest it is one alone: the next has to wait for another rest, or for what
    /// comes of this one.
    fn admits(&mut self, now: Instant) -> bool {
        if self.failures < ENOUGH {
            return true;
        }
        let rested = now >= self.again;
        if rested {
            self.again = now + REST;
        }
        rested
    }

    fn note(&mut self, hung: bool, now: Instant) {
        self.failures = if hung { self.failures + 1 } else { 0 };
        self.again = now + REST;
    }
}

impl<T> Circuit<T> {
    /// For a server that goes by `name` in the log.
    pub fn new(server: T, name: &'static str) -> Self {
        Self { server, name, state: Mutex::new(State { failures: 0, again: Instant::now() }) }
    }

    /// Has the server send something, unless it is left alone.
    ///
    /// # Errors
    /// What `send` says; [`Undelivered::Later`] if the server is left alone.
    pub async fn send(
        &self,
        send: impl AsyncFnOnce(&T) -> Result<(), Undelivered>,
    ) -> Result<(), Undelivered> {
        let begun = Instant::now();
        if !self.with(|state| state.admits(begun)) {
            return Err(Undelivered::Later(format!("{} hangs and is left alone for a while", self.name)));
        }
        let sent = send(&self.server).await;
        let hung = matches!(sent, Err(Undelivered::Later(_))) && begun.elapsed() >= A_WAIT;
        self.with(|state| state.note(hung, Instant::now()));
        sent
    }

    fn with<O>(&self, act: impl FnOnce(&mut State) -> O) -> O {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_hangs_is_tried_by_one_at_a_time_until_it_answers() {
        let begun = Instant::now();
        let mut state = State { failures: 0, again: begun };
        for _ in 0..ENOUGH {
            assert!(state.admits(begun));
            state.note(true, begun);
        }
        assert!(!state.admits(begun) && !state.admits(begun + REST / 2), "it hangs");
        let later = begun + REST;
        assert!(state.admits(later) && !state.admits(later), "one tries for all");
        state.note(true, later);
        assert!(!state.admits(later + REST / 2), "it still hangs");
        assert!(state.admits(later + REST));
        state.note(false, later + REST);
        assert!(state.admits(later + REST) && state.admits(later + REST), "it answers");
    }

    #[test]
    fn a_server_that_fails_now_and_then_is_not_left_alone() {
        let now = Instant::now();
        let mut state = State { failures: 0, again: now };
        for turn in 0..4 * ENOUGH {
            assert!(state.admits(now));
            state.note(turn % ENOUGH > 0, now);
        }
    }
}
