//! Batches session look-ups: those that wait at the same time share one statement.
//!
//! A reader of SQLite runs on a thread of its own, and PostgreSQL behind a socket: getting there costs more than the
//! query. While few queries run, a caller runs its own at once; otherwise the first caller whose turn comes queries for
//! all that wait.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rocket::tokio::{
    select,
    sync::{
        Semaphore,
        oneshot::{self, error::RecvError},
    },
    task::yield_now,
};

use super::{
    Pool,
    sessions::{self, FoundSession, SignedIn},
};
use crate::base::{Error, clock::Time};

/// Result of a look-up; callers that shared a query share its error.
type Answer = Result<Option<SignedIn>, Arc<Error>>;

/// Session look-ups of one database.
#[derive(Clone)]
pub struct SessionBatcher {
    waiting: Arc<Mutex<Vec<LookUp>>>,
    turns: Arc<Semaphore>,
}

struct LookUp {
    digest: Vec<u8>,
    tell: oneshot::Sender<Answer>,
}

impl SessionBatcher {
    /// Creates a batcher that runs at most `most` queries at once.
    pub fn new(most: usize) -> Self {
        Self { waiting: Arc::default(), turns: Arc::new(Semaphore::new(most)) }
    }

    /// Like [`sessions::find`], for one digest.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn find(
        &self,
        pool: &Pool,
        digest: Vec<u8>,
        idle_since: Time,
        now: Time,
    ) -> Result<Option<SignedIn>, Error> {
        loop {
            // If the caller that ran our query was cancelled, queue it again.
            if let Ok(answer) = self.look_up(pool, digest.clone(), idle_since, now).await {
                return answer.map_err(|fault| Error::from(sqlx::Error::Io(io::Error::other(fault))));
            }
        }
    }

    async fn look_up(
        &self,
        pool: &Pool,
        digest: Vec<u8>,
        idle_since: Time,
        now: Time,
    ) -> Result<Answer, RecvError> {
        let (tell, mut told) = oneshot::channel();
        self.waiting().push(LookUp { digest, tell });
        loop {
            let _turn = select! {
                biased;
                answer = &mut told => return answer,
                turn = self.turns.acquire() => turn,
            };
            // Lets other callers that are ready join the queue first.
            yield_now().await;
            // Boxed, or the nested futures exceed the compiler's recursion limit.
            if !Box::pin(self.ask(pool, idle_since, now)).await {
                break;
            }
        }
        // The queue is empty: another caller runs our query.
        told.await
    }

    /// Looks up those who have waited longest, as of `now`; false if nobody waits.
    async fn ask(&self, pool: &Pool, idle_since: Time, now: Time) -> bool {
        let look_ups: Vec<LookUp> = {
            let mut waiting = self.waiting();
            let several = waiting.len().min(sessions::SEVERAL);
            waiting.drain(..several).collect()
        };
        if look_ups.is_empty() {
            return false;
        }
        let digests: Vec<&[u8]> = look_ups.iter().map(|look_up| &look_up.digest[..]).collect();
        let found = look_up(pool, &digests, idle_since, now).await.map_err(Arc::new);
        for LookUp { digest, tell } in look_ups {
            let of_this = |found: &Vec<FoundSession>| {
                Some(found.iter().find(|one| one.digest == digest)?.signed_in.clone())
            };
            // A caller that has gone needs no answer.
            let _ = tell.send(found.as_ref().map(of_this).map_err(Arc::clone));
        }
        true
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<LookUp>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look_up(
    pool: &Pool,
    digests: &[&[u8]],
    idle_since: Time,
    now: Time,
) -> Result<Vec<FoundSession>, Error> {
    sessions::find(&mut pool.read().await?, digests, idle_since, now).await
}
