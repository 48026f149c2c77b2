//! Circuit breaker for a server that hangs, so that waiting for it delays nothing else. It also remembers how long
//! recent messages took, so that a decoy takes as long.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rocket::tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::Undelivered;

/// Consecutive hangs that open the circuit.
const TRIP_AFTER: u32 = 4;
/// Shortest failure that counts as a hang: a server that refuses at once delays nobody.
const HANG: Duration = Duration::from_secs(1);
/// Rest before one message tries the server again.
const COOLDOWN: Duration = Duration::from_secs(10);
/// Most messages remembered.
const REMEMBERED: usize = 32;
/// Longest wait of a decoy for a first real message.
const A_WHILE: Duration = Duration::from_secs(1);

/// A server behind a circuit breaker, with the results of recent messages.
pub struct Circuit<T> {
    server: T,
    name: &'static str,
    state: Mutex<State>,
    /// Notified when a real message has been tried.
    tried: Notify,
}

/// Duration and result of a message.
#[derive(Clone, Copy)]
pub struct Fared {
    /// Time until it was accepted or failed.
    pub took: Duration,
    /// True if it failed after a wait.
    pub hung: bool,
}

struct State {
    /// Consecutive hangs.
    failures: u32,
    /// Earliest time of the next try while the circuit is open.
    again: Instant,
    /// Recent messages, newest first.
    fared: VecDeque<Fared>,
}

impl State {
    /// True if a message may be sent now. After a rest one message tries; others wait for its result or another rest.
    fn admits(&mut self, now: Instant) -> bool {
        if self.failures < TRIP_AFTER {
            return true;
        }
        let rested = now >= self.again;
        if rested {
            self.again = now + COOLDOWN;
        }
        rested
    }

    fn note(&mut self, hung: bool, now: Instant) {
        self.failures = if hung { self.failures + 1 } else { 0 };
        self.again = now + COOLDOWN;
    }

    fn remember(&mut self, fared: Fared) {
        self.fared.truncate(REMEMBERED - 1);
        self.fared.push_front(fared);
    }

    /// Returns one of the recent messages, selected by `drawn`.
    fn like(&self, drawn: u8) -> Option<Fared> {
        let last = self.fared.len().checked_sub(1)?;
        self.fared.get(usize::from(drawn) % (last + 1)).copied()
    }
}

/// Result of a try; `hung` is `None` if the circuit was open.
struct Passed {
    result: Result<(), Undelivered>,
    hung: Option<bool>,
}

impl<T> Circuit<T> {
    /// Wraps a server that is called `name` in the log.
    pub fn new(server: T, name: &'static str) -> Self {
        let state = State { failures: 0, again: Instant::now(), fared: VecDeque::new() };
        Self { server, name, state: Mutex::new(state), tried: Notify::new() }
    }

    /// Sends to the server, unless the circuit is open.
    ///
    /// # Errors
    /// The error of `send`, or [`Undelivered::Transient`] if the circuit is open.
    pub async fn send(
        &self,
        send: impl AsyncFnOnce(&T) -> Result<(), Undelivered>,
    ) -> Result<(), Undelivered> {
        let begun = Instant::now();
        let sent = self.pass(send).await;
        if let Some(hung) = sent.hung {
            self.with(|state| state.remember(Fared { took: begun.elapsed(), hung }));
            self.tried.notify_waiters();
        }
        sent.result
    }

    /// Sends a decoy: everything that sending does, except for the message. `hold` occupies the server for as long as
    /// one of the recent messages did, selected by `drawn`. The circuit counts a decoy like a message.
    ///
    /// # Errors
    /// Same as [`send`](Self::send).
    pub async fn pretend(
        &self,
        drawn: u8,
        hold: impl AsyncFnOnce(&T, Fared) -> Result<(), Undelivered>,
    ) -> Result<(), Undelivered> {
        let like = async || match self.with(|state| state.like(drawn)) {
            Some(like) => Some(like),
            None => {
                _ = timeout(A_WHILE, self.tried.notified()).await;
                self.with(|state| state.like(drawn))
            }
        };
        let pretended = self.pass(async |server| match like().await {
            Some(like) => hold(server, like).await,
            None => Ok(()),
        });
        pretended.await.result
    }

    /// True if the server hangs, so that nothing is sent to it for a while.
    pub fn is_open(&self) -> bool {
        self.with(|state| state.failures >= TRIP_AFTER)
    }

    async fn pass(&self, send: impl AsyncFnOnce(&T) -> Result<(), Undelivered>) -> Passed {
        let begun = Instant::now();
        if !self.with(|state| state.admits(begun)) {
            let why = format!("{} is not responding; nothing is sent to it for a while", self.name);
            return Passed { result: Err(Undelivered::Transient(why)), hung: None };
        }
        let result = send(&self.server).await;
        let hung = matches!(result, Err(Undelivered::Transient(_))) && begun.elapsed() >= HANG;
        self.with(|state| state.note(hung, Instant::now()));
        Passed { result, hung: Some(hung) }
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
        let mut state = State { failures: 0, again: begun, fared: VecDeque::new() };
        for _ in 0..TRIP_AFTER {
            assert!(state.admits(begun));
            state.note(true, begun);
        }
        assert!(!state.admits(begun) && !state.admits(begun + COOLDOWN / 2), "it hangs");
        let later = begun + COOLDOWN;
        assert!(state.admits(later) && !state.admits(later), "one tries for all");
        state.note(true, later);
        assert!(!state.admits(later + COOLDOWN / 2), "it still hangs");
        assert!(state.admits(later + COOLDOWN));
        state.note(false, later + COOLDOWN);
        assert!(state.admits(later + COOLDOWN) && state.admits(later + COOLDOWN), "it answers");
    }

    #[test]
    fn a_server_that_fails_now_and_then_is_not_left_alone() {
        let now = Instant::now();
        let mut state = State { failures: 0, again: now, fared: VecDeque::new() };
        for turn in 0..4 * TRIP_AFTER {
            assert!(state.admits(now));
            state.note(turn % TRIP_AFTER > 0, now);
        }
    }

    #[rocket::async_test]
    async fn a_message_to_nobody_takes_as_long_as_one_of_the_last() {
        let circuit = Circuit::new((), "a server");
        let sent = async |millis| {
            let wait = rocket::tokio::time::sleep(Duration::from_millis(millis));
            let sending = circuit.send(async |()| {
                wait.await;
                Ok(())
            });
            sending.await.unwrap();
        };
        let taken = async |drawn| {
            let mut taken = None;
            let hold = async |(): &(), like: Fared| {
                taken = Some(like.took.as_millis());
                Ok(())
            };
            circuit.pretend(drawn, hold).await.unwrap();
            taken
        };
        let ((), first) = rocket::tokio::join!(sent(400), taken(0));
        assert!(first.is_some_and(|millis| millis >= 400), "it waits for the first: {first:?}");
        for _ in 0..REMEMBERED {
            sent(0).await;
        }
        for drawn in [0, 31, 255] {
            assert!(taken(drawn).await.is_some_and(|millis| millis < 400), "what is long ago is forgotten");
        }
    }

    #[rocket::async_test]
    async fn a_message_to_nobody_finds_a_server_that_hangs_as_others_do() {
        let circuit = Circuit::new((), "a server");
        circuit.with(|state| state.remember(Fared { took: HANG, hung: true }));
        let hang = async |(): &(), like: Fared| {
            assert!(like.hung);
            rocket::tokio::time::sleep(like.took).await;
            Err(Undelivered::Transient("it hangs".into()))
        };
        let tries = (0..TRIP_AFTER).map(|_| circuit.pretend(0, hang));
        assert!(rocket::futures::future::join_all(tries).await.iter().all(Result::is_err));
        let left = circuit.send(async |()| Ok(())).await.unwrap_err();
        assert_eq!(left.to_string(), "a server is not responding; nothing is sent to it for a while");
    }
}
