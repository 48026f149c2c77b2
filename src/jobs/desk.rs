//! State shared by the parts of the worker: the site, the database, and the set of leased entries.

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

/// Length of a lease.
const LEASE: Duration = Duration::from_secs(60);
/// Timeout for work on the database. PostgreSQL gives up sooner (`statement_timeout`), unless it is
/// unreachable.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(12);
/// Delays between retries: doubled from the first, up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Shared state, one for each running worker.
pub struct Desk {
    pub app: Arc<App>,
    pub pool: Pool,
    leased: Mutex<HashSet<Uuid>>,
}

impl Desk {
    pub fn new(app: Arc<App>, pool: Pool) -> Self {
        Self { app, pool, leased: Mutex::default() }
    }

    /// Runs work on the database with a timeout.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Database`] after the timeout, which drops `work`.
    pub async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout(DATABASE_TIMEOUT, work).await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
    }

    /// Leases up to `most` due entries of a queue, in the order of their turns; `called` if something is known to be
    /// due. An entry still in hand when its lease ends is not returned again, so that it is not started twice.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lease(&self, queue: Queue, most: usize, called: bool) -> Result<Vec<Entry>, Error> {
        let now = self.app.now();
        // On SQLite, a look first takes no write lock, and does not fail on a server that is read-only. On PostgreSQL,
        // it would cost another round trip.
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

    /// Returns the delay before the next try: two seconds, doubled at each try up to a quarter of an hour, with a
    /// jitter of a quarter.
    pub fn pause(&self, attempts: i64) -> Duration {
        let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or(0);
        let pause = (FIRST_PAUSE * 2u32.pow(doublings)).min(LAST_PAUSE);
        let jitter = self.app.random.bytes::<1>().map_or(128, |[byte]| u32::from(byte));
        pause * (192 + jitter / 2) / 256
    }

    /// Forgets an entry whose outcome is durable, or which waits for its lease to end.
    pub fn let_go(&self, id: Uuid) {
        self.leased().remove(&id);
    }

    /// Makes all leased entries due again at once, for other workers.
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
