//! Rounds: due entries of one queue are leased and handed to tasks, a limited number at a time.
//!
//! Leases start on a fixed beat. The beat hides work that was done just before for one address and not for another, and
//! entries that arrive between two beats are leased together. While entries finish quickly, the round leases more than
//! there are free tasks: as many as have finished since the last beat.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

use rocket::{
    Shutdown,
    tokio::{
        select,
        task::{Id, JoinError, JoinSet},
        time::{Instant, sleep, sleep_until, timeout},
    },
};
use uuid::Uuid;

use super::desk::Desk;
use crate::{
    base::Error,
    store::outbox::{Entry, Queue},
};

/// Interval between leases, much longer than the extra work that a known address causes.
const BEAT: Duration = Duration::from_millis(20);
/// Interval for checking a queue without a signal: another process may have written to it.
const POLL: Duration = Duration::from_secs(1);
/// Most entries leased ahead.
const AHEAD: usize = 64;
/// Longest time at shutdown for entries in progress.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(800);

/// Settings for the rounds of one queue.
#[derive(Clone, Copy)]
pub struct Rounds {
    pub queue: Queue,
    /// Most sets in progress at once.
    pub hands: usize,
    /// Most entries in a set.
    pub set: usize,
}

/// Entries in progress and waiting.
struct Round {
    desk: Arc<Desk>,
    at_hand: JoinSet<()>,
    sets: HashMap<Id, Vec<Uuid>>,
    waiting: VecDeque<Entry>,
    done: usize,
}

impl Rounds {
    /// Works until `shutdown`, then waits briefly for entries in progress.
    pub async fn run<Work>(
        self,
        desk: Arc<Desk>,
        work: impl Fn(Vec<Entry>) -> Work + Send + Sync,
        mut shutdown: Shutdown,
    ) where
        Work: Future<Output = ()> + Send + 'static,
    {
        let app = desk.app.clone();
        let wake = app.wake.of(self.queue);
        let (mut leasing, mut more, mut called, mut next) = (JoinSet::new(), true, false, Instant::now());
        let mut round = Round {
            desk: desk.clone(),
            at_hand: JoinSet::new(),
            sets: HashMap::new(),
            waiting: VecDeque::new(),
            done: 0,
        };
        loop {
            app.health.beat();
            round.hand_out(self, &work);
            let ahead = round.done.min(AHEAD);
            let free =
                ((self.hands - round.at_hand.len()) * self.set + ahead).saturating_sub(round.waiting.len());
            let lease = more && leasing.is_empty() && round.waiting.len() <= ahead / 2 && free > 0;
            select! {
                () = &mut shutdown => break,
                Some(done) = round.at_hand.join_next_with_id() => round.settle(done),
                Some(leased) = leasing.join_next() => {
                    let leased = leased.unwrap_or_else(|_| Ok((Vec::new(), false)));
                    let (entries, full) = leased.unwrap_or_else(|error: Error| {
                        log::error!("could not read the outbox: {error}");
                        Default::default()
                    });
                    more |= full;
                    called |= full;
                    round.waiting.extend(entries);
                }
                () = sleep_until(next), if lease => {
                    next = next_beat(next, Instant::now());
                    more = false;
                    round.done = 0;
                    let (desk, queue, called) = (desk.clone(), self.queue, mem::take(&mut called));
                    leasing.spawn(app.scope(None).during(async move {
                        let entries = desk.within(desk.lease(queue, free, called)).await?;
                        let full = entries.len() == free;
                        Ok((entries, full))
                    }));
                }
                () = wake.notified(), if !more => (more, called) = (true, true),
                () = sleep(POLL), if !more => more = true,
            }
        }
        let finish = async {
            _ = leasing.join_next().await;
            while let Some(done) = round.at_hand.join_next_with_id().await {
                round.settle(done);
            }
        };
        if timeout(SHUTDOWN_TIMEOUT, finish).await.is_err() {
            round.at_hand.shutdown().await;
        }
    }
}

impl Round {
    fn hand_out<Work>(&mut self, rounds: Rounds, work: impl Fn(Vec<Entry>) -> Work)
    where
        Work: Future<Output = ()> + Send + 'static,
    {
        while self.at_hand.len() < rounds.hands && !self.waiting.is_empty() {
            let set: Vec<_> = self.waiting.drain(..rounds.set.min(self.waiting.len())).collect();
            let ids = set.iter().map(|entry| entry.id).collect();
            let task = self.at_hand.spawn(self.desk.app.scope(None).during(work(set)));
            self.sets.insert(task.id(), ids);
        }
    }

    fn settle(&mut self, done: Result<(Id, ()), JoinError>) {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let ids = self.sets.remove(&id).unwrap_or_default();
        self.done += ids.len();
        if done.is_err() {
            log::error!("processing an outbox entry panicked; it will be retried when its lease ends");
            ids.into_iter().for_each(|id| self.desk.let_go(id));
        }
    }
}

/// Returns the first beat after `now`, counted from an earlier one.
fn next_beat(from: Instant, now: Instant) -> Instant {
    let beats = now.duration_since(from).as_nanos() / BEAT.as_nanos() + 1;
    from + BEAT * u32::try_from(beats).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_are_as_far_apart_whatever_happens_between_them() {
        let begun = Instant::now();
        for (millis, beats) in [(0, 1), (1, 1), (19, 1), (20, 2), (47, 3), (1_000, 51)] {
            assert_eq!(next_beat(begun, begun + Duration::from_millis(millis)), begun + BEAT * beats);
        }
        assert_eq!(next_beat(begun + BEAT, begun), begun + 2 * BEAT);
    }
}
