//! Leaves alone for a while a server that hangs, so that what waits for it holds up nothing else; and remembers how long
//! messages took of late, so that one to nobody takes as long.

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

/// So many failures in a row, each after a wait, and the server is left alone.
const ENOUGH: u32 = 4;
/// A failure that comes sooner holds nobody up: a server that refuses is none that hangs.
const A_WAIT: Duration = Duration::from_secs(1);
/// How long the server is left alone before one message tries it again.
const REST: Duration = Duration::from_secs(10);
/// So many messages are remembered.
const REMEMBERED: usize = 32;
/// How long a message to nobody waits for the first one to somebody, when there was none yet.
const A_WHILE: Duration = Duration::from_secs(1);

/// A server, and how it has done of late.
pub struct Circuit<T> {
    server: T,
    name: &'static str,
    state: Mutex<State>,
    /// Told when a message was tried.
    tried: Notify,
}

/// How a message fared.
#[derive(Clone, Copy)]
pub struct Fared {
    /// How long it was on its way.
    pub took: Duration,
    /// Whether it came to nothing after a wait.
    pub hung: bool,
}

struct State {
    /// Since the last one that was no failure.
    failures: u32,
    /// When the next message may try.
    again: Instant,
    /// The last ones.
    fared: VecDeque<Fared>,
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

    fn remember(&mut self, fared: Fared) {
        self.fared.truncate(REMEMBERED - 1);
        self.fared.push_front(fared);
    }

    /// One of the last, whichever was drawn.
    fn like(&self, drawn: u8) -> Option<Fared> {
        let last = self.fared.len().checked_sub(1)?;
        self.fared.get(usize::from(drawn) % (last + 1)).copied()
    }
}

/// What came of one, and whether the server hung; nothing if it was left alone.
struct Passed {
    result: Result<(), Undelivered>,
    hung: Option<bool>,
}

impl<T> Circuit<T> {
    /// For a server that goes by `name` in the log.
    pub fn new(server: T, name: &'static str) -> Self {
        let state = State { failures: 0, again: Instant::now(), fared: VecDeque::new() };
        Self { server, name, state: Mutex::new(state), tried: Notify::new() }
    }

    /// Has the server send something, unless it is left alone.
    ///
    /// # Errors
    /// What `send` says; [`Undelivered::Transient`] if the server is left alone.
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

    /// Does what sending does, but for the message: `hold` keeps the server for as long as one of the last messages did,
    /// whichever `drawn` says. It counts like one, for the circuit as well.
    ///
    /// # Errors
    /// As [`send`](Self::send).
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

    async fn pass(&self, send: impl AsyncFnOnce(&T) -> Result<(), Undelivered>) -> Passed {
        let begun = Instant::now();
        if !self.with(|state| state.admits(begun)) {
            let why = format!("{} is not responding; nothing is sent to it for a while", self.name);
            return Passed { result: Err(Undelivered::Transient(why)), hung: None };
        }
        let result = send(&self.server).await;
        let hung = matches!(result, Err(Undelivered::Transient(_))) && begun.elapsed() >= A_WAIT;
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
        let mut state = State { failures: 0, again: now, fared: VecDeque::new() };
        for turn in 0..4 * ENOUGH {
            assert!(state.admits(now));
            state.note(turn % ENOUGH > 0, now);
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
        let ((), first) = rocket::tokio::join!(sent(60), taken(0));
        assert!(first.is_some_and(|millis| (60..120).contains(&millis)), "it waits for the first: {first:?}");
        for _ in 0..REMEMBERED {
            sent(0).await;
        }
        for drawn in [0, 31, 255] {
            assert!(taken(drawn).await.is_some_and(|millis| millis < 60), "what is long ago is forgotten");
        }
    }

    #[rocket::async_test]
    async fn a_message_to_nobody_finds_a_server_that_hangs_as_others_do() {
        let circuit = Circuit::new((), "a server");
        circuit.with(|state| state.remember(Fared { took: A_WAIT, hung: true }));
        let hang = async |(): &(), like: Fared| {
            assert!(like.hung);
            rocket::tokio::time::sleep(like.took).await;
            Err(Undelivered::Transient("it hangs".into()))
        };
        let tries = (0..ENOUGH).map(|_| circuit.pretend(0, hang));
        assert!(rocket::futures::future::join_all(tries).await.iter().all(Result::is_err));
        let left = circuit.send(async |()| Ok(())).await.unwrap_err();
        assert_eq!(left.to_string(), "a server is not responding; nothing is sent to it for a while");
    }
}
