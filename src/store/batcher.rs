//! Batches look-ups of one row by a key: those that wait at the same time share one statement.
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

use super::{Conn, Pool};
use crate::base::Error;

/// Most look-ups that one statement answers.
pub const SEVERAL: usize = 8;

/// What is looked up by a key, like a secret's digest or an id.
#[rocket::async_trait]
pub(super) trait ByKey: Clone + Send + Sync + 'static {
    /// The times by which it is live.
    type When: Copy + Send + Sync;

    /// Returns those with these keys, at most [`SEVERAL`], each with its key.
    async fn find(conn: &mut Conn, keys: &[&[u8]], when: Self::When) -> Result<Vec<(Vec<u8>, Self)>, Error>;
}

/// Returns the key in a place of a statement for several; none if there are fewer.
pub(super) fn key<'a>(keys: &[&'a [u8]], place: usize) -> Option<&'a [u8]> {
    keys.get(place).copied()
}

/// Result of a look-up; callers that shared a query share its error.
type Answer<T> = Result<Option<T>, Arc<Error>>;

/// Look-ups in one database.
#[derive(Clone)]
pub(super) struct Batcher<T> {
    waiting: Arc<Mutex<Vec<LookUp<T>>>>,
    turns: Arc<Semaphore>,
}

struct LookUp<T> {
    key: Vec<u8>,
    tell: oneshot::Sender<Answer<T>>,
}

impl<T: ByKey> Batcher<T> {
    /// Creates a batcher that runs at most `most` queries at once.
    pub fn new(most: usize) -> Self {
        Self { waiting: Arc::default(), turns: Arc::new(Semaphore::new(most)) }
    }

    /// Like [`ByKey::find`], for one key.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn find(&self, pool: &Pool, key: Vec<u8>, when: T::When) -> Result<Option<T>, Error> {
        loop {
            // If the caller that ran our query was cancelled, queue it again.
            if let Ok(answer) = self.look_up(pool, key.clone(), when).await {
                return answer.map_err(|fault| Error::from(sqlx::Error::Io(io::Error::other(fault))));
            }
        }
    }

    async fn look_up(&self, pool: &Pool, key: Vec<u8>, when: T::When) -> Result<Answer<T>, RecvError> {
        let (tell, mut told) = oneshot::channel();
        self.waiting().push(LookUp { key, tell });
        loop {
            let _turn = select! {
                biased;
                answer = &mut told => return answer,
                turn = self.turns.acquire() => turn,
            };
            // Lets other callers that are ready join the queue first.
            yield_now().await;
            // Boxed, or the nested futures exceed the compiler's recursion limit.
            if !Box::pin(self.ask(pool, when)).await {
                break;
            }
        }
        // The queue is empty: another caller runs our query.
        told.await
    }

    /// Looks up those who have waited longest, as of these times; false if nobody waits.
    async fn ask(&self, pool: &Pool, when: T::When) -> bool {
        let look_ups: Vec<LookUp<T>> = {
            let mut waiting = self.waiting();
            let several = waiting.len().min(SEVERAL);
            waiting.drain(..several).collect()
        };
        if look_ups.is_empty() {
            return false;
        }
        let keys: Vec<&[u8]> = look_ups.iter().map(|look_up| &look_up.key[..]).collect();
        let found = look_up(pool, &keys, when).await.map_err(Arc::new);
        for LookUp { key, tell } in look_ups {
            let of_this =
                |found: &Vec<(Vec<u8>, T)>| Some(found.iter().find(|(of, _)| *of == key)?.1.clone());
            // A caller that has gone needs no answer.
            let _ = tell.send(found.as_ref().map(of_this).map_err(Arc::clone));
        }
        true
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<LookUp<T>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look_up<T: ByKey>(pool: &Pool, keys: &[&[u8]], when: T::When) -> Result<Vec<(Vec<u8>, T)>, Error> {
    T::find(&mut pool.read().await?, keys, when).await
}
