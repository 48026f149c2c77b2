//! What the parts of the worker share: the site, the database, and a list of what is leased.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rocket::tokio::time::timeout;
use uuid::Uuid;

use crate::{
    app::App,
    base::Error,
    store::{
        Pool,
        outbox::{self, Entry, Queue},
    },
};

/// How long an entry is nobody else's.
const LEASE: Duration = Duration::from_secs(60);
/// How long to wait for the database at a time. It gives up sooner by itself (`statement_timeout`), unless it is the part
/// that is gone.
const PATIENCE: Duration = Duration::from_secs(12);
/// The pauses between tries: doubled from the first, up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// One for each running worker.
pub struct Desk {
    pub app: Arc<App>,
    pub pool: Pool,
    leased: Mutex<HashSet<Uuid>>,
}

impl Desk {
    pub fn new(app: Arc<App>, pool: Pool) -> Self {
        Self { app, pool, leased: Mutex::default() }
    }

    /// Waits for work on the database, but not for ever.
    ///
    /// # Errors
    /// As `work`, and [`Error::Database`] if it takes too long. What it held is let go then.
    pub async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
    }

    /// Leases up to `most` entries of a queue that are due, in the order of their turns; `called` if something is known to
    /// be due. What is still at hand when its lease ends stays there: it is not begun twice.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lease(&self, queue: Queue, most: usize, called: bool) -> Result<Vec<Entry>, Error> {
        let now = self.app.now();
        // To look takes no turn to write on SQLite, and fails on no server that only reads; on PostgreSQL it is one more
        // round trip.
        let looks = self.pool.is_a_file() || !called;
        if looks && !outbox::is_due(&mut self.pool.read().await?, queue, now).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.pool.begin_once_low_priority().await?;
        let most = i64::try_from(most).unwrap_or(1);
        let mut entries = outbox::lease(&mut tx, queue, most, LEASE, now).await?;
        tx.commit().await?;
        entries.sort_by_key(|entry| (entry.turn, entry.id));
        let mut leased = self.leased();
        entries.retain(|entry| leased.insert(entry.id));
        Ok(entries)
    }

    /// Tries an entry again after a pause: two seconds, doubled at each try up to a quarter of an hour, give or take a
    /// quarter of it.
    pub fn pause(&self, attempts: i64) -> Duration {
        let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
        let pause = (FIRST_PAUSE * 2u32.pow(doublings)).min(LAST_PAUSE);
        let jitter = self.app.random.bytes::<1>().map_or(128, |[byte]| u32::from(byte));
        pause * (192 + jitter / 2) / 256
    }

    /// What became of an entry is durable, or waits for its lease to end.
    pub fn let_go(&self, id: Uuid) {
        self.leased().remove(&id);
    }

    /// Makes what is still leased due for another worker at once.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn give_back(&self) -> Result<(), Error> {
        let left: Vec<_> = self.leased().drain().collect();
        if left.is_empty() {
            return Ok(());
        }
        let mut tx = self.pool.begin_low_priority().await?;
        for id in left {
            outbox::postpone(&mut tx, id, Some("the server stopped"), self.app.now()).await?;
        }
        tx.commit().await
    }

    fn leased(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.leased.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
