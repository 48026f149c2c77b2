//! Connections to PostgreSQL: each wait for it ends in time, and whatever is in doubt afterwards is not used again.
//!
//! sqlx's own pool waits without end for a connection that does not come back, asks each one whether it is alive when it
//! does, and has a request wait for a connection that PostgreSQL refuses while others are idle.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rocket::tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use super::address::reachable;
use crate::observe::metrics::Connections;

/// What holds for each connection, whatever the database's own defaults are.
const SESSION: &str = "SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '5s'; SET statement_timeout = '10s'";
/// The same for one transaction, where the next one may be on another connection of a pooler.
const BEGIN_SHARED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10s'";
/// The longest that a statement may take. The server's own limit comes first, unless the server is what is gone.
const LONGEST: Duration = Duration::from_secs(11);
/// After how long without use a connection is asked whether it is alive.
const REST: Duration = Duration::from_secs(1);
/// How long the answer may take, and a farewell.
const MOMENT: Duration = Duration::from_millis(500);
/// How long a connection that nobody needs is kept.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// How long one is used at all, so that none outlives a server that was replaced for long.
const LIFE: Duration = Duration::from_secs(30 * 60);
/// After how long it is tried again to have as many as are configured, once PostgreSQL has refused one.
const LEAN: Duration = Duration::from_secs(10);
/// The pauses between tries while the server starts: doubled from the first, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// The connections to one database.
#[derive(Clone)]
pub struct Links(Arc<Home>);

struct Home {
    options: PgConnectOptions,
    /// Whether a pooler gives each transaction another connection.
    shared: bool,
    patience: Duration,
    most: usize,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Kept>>,
    open: AtomicUsize,
    /// How many turns wait until PostgreSQL may have room again, and since when.
    refused: Mutex<Option<(u32, Instant)>>,
}

/// A connection that nobody uses now.
struct Kept {
    conn: PgConnection,
    born: Instant,
    used: Instant,
}

/// A connection at hand, which goes back when dropped.
pub struct Link {
    conn: Option<PgConnection>,
    born: Instant,
    /// Whether nothing that was asked is unanswered.
    sound: bool,
    /// Whether a transaction is under way: it is undone when dropped.
    begun: bool,
    home: Arc<Home>,
    /// Given back after the connection is.
    turn: Option<OwnedSemaphorePermit>,
}

impl Links {
    /// At most `most` connections, for one of which a request waits as long as `patience`.
    pub fn new(options: PgConnectOptions, shared: bool, most: usize, patience: Duration) -> Self {
        // Named statements belong to a connection, and the next transaction may be on another.
        let options = if shared { options.statement_cache_capacity(0) } else { options };
        Self(Arc::new(Home {
            options,
            shared,
            patience,
            most,
            turns: Arc::new(Semaphore::new(most)),
            idle: Mutex::default(),
            open: AtomicUsize::new(0),
            refused: Mutex::default(),
        }))
    }

    /// Whether statements outside of a transaction may each be on another connection.
    pub fn is_shared(&self) -> bool {
        self.0.shared
    }

    /// A connection.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if none comes free in time, and what the database says.
    pub async fn get(&self) -> Result<Link, sqlx::Error> {
        let mut last = None;
        match timeout(self.0.patience, self.find(&mut last)).await {
            Ok(found) => found,
            // The last refusal says more than that there were several.
            Err(_) => Err(last.unwrap_or(sqlx::Error::PoolTimedOut)),
        }
    }

    async fn find(&self, last: &mut Option<sqlx::Error>) -> Result<Link, sqlx::Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            self.0.hope();
            let turn = self.0.turns.clone().acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
            if let Some(Kept { conn, born, .. }) = self.0.alive().await {
                return Ok(self.link(conn, born, turn));
            }
            match self.0.open().await {
                Ok(conn) => return Ok(self.link(conn, Instant::now(), turn)),
                // Others have one: it waits for theirs, and nobody else tries for now.
                Err(error) if is_full(&error) && self.0.open.load(Ordering::SeqCst) > 0 => {
                    self.0.refused(turn);
                    *last = Some(error);
                }
                Err(error) if is_passing(&error) => {
                    drop(turn);
                    *last = Some(error);
                    sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn link(&self, conn: PgConnection, born: Instant, turn: OwnedSemaphorePermit) -> Link {
        let home = self.0.clone();
        Link { conn: Some(conn), born, sound: true, begun: false, home, turn: Some(turn) }
    }

    /// A connection on which a transaction has begun.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn begin(&self) -> Result<Link, sqlx::Error> {
        let mut link = self.get().await?;
        link.begun = true;
        let begin = if self.0.shared { BEGIN_SHARED } else { "BEGIN" };
        link.run(begin).await?;
        Ok(link)
    }

    /// A connection on which each statement is a transaction, where the next one is on the same connection.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn begin_once(&self) -> Result<Link, sqlx::Error> {
        if self.0.shared { self.begin().await } else { self.get().await }
    }

    /// How many there are.
    pub fn connections(&self) -> Connections {
        let open = self.0.open.load(Ordering::SeqCst);
        Connections { open, idle: self.0.idle().len(), most: self.0.most }
    }

    /// Closes those that nobody uses now; the others close when they come back.
    pub async fn close(&self) {
        self.0.turns.close();
        let idle = mem::take(&mut *self.0.idle());
        self.0.open.fetch_sub(idle.len(), Ordering::SeqCst);
        let farewells = idle.into_iter().map(|kept| timeout(MOMENT, kept.conn.close()));
        rocket::futures::future::join_all(farewells).await;
    }
}

impl Home {
    /// A connection that was kept and answers still.
    async fn alive(&self) -> Option<Kept> {
        loop {
            let Kept { mut conn, born, used } = {
                let mut idle = self.idle();
                let stale = idle.iter().take_while(|kept| kept.used.elapsed() > IDLE).count();
                idle.drain(..stale);
                self.open.fetch_sub(stale, Ordering::SeqCst);
                idle.pop()?
            };
            let counted = Counted(self);
            if born.elapsed() > LIFE {
                continue;
            }
            if used.elapsed() > REST && !matches!(timeout(MOMENT, conn.ping()).await, Ok(Ok(()))) {
                // What took this one took those that were used before it as well.
                let doubtful = mem::take(&mut *self.idle());
                self.open.fetch_sub(doubtful.len(), Ordering::SeqCst);
                continue;
            }
            mem::forget(counted);
            return Some(Kept { conn, born, used });
        }
    }

    async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        let mut conn = PgConnection::connect_with(&reachable(&self.options).await?).await?;
        if !self.shared {
            conn.execute(SESSION).await?;
        }
        self.open.fetch_add(1, Ordering::SeqCst);
        Ok(conn)
    }

    /// PostgreSQL has no room for one more.
    fn refused(&self, turn: OwnedSemaphorePermit) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = refused.unwrap_or((0, Instant::now()));
        *refused = Some((count + 1, Instant::now()));
        turn.forget();
    }

    /// It may have room again.
    fn hope(&self) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, since)) = *refused
            && (since.elapsed() > LEAN || self.open.load(Ordering::SeqCst) == 0)
        {
            self.turns.add_permits(usize::try_from(count).unwrap_or(0));
            *refused = None;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that is open, unless it is forgotten.
struct Counted<'a>(&'a Home);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Link {
    /// The connection, for one statement: until [`heard`](Self::heard), it is in doubt.
    pub fn asked(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.sound = false;
        self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    /// What came of it.
    pub fn heard<T>(&mut self, outcome: &Result<T, sqlx::Error>) {
        self.sound = outcome.as_ref().err().is_none_or(leaves_it_sound);
    }

    /// Whether statements can be kept on it.
    pub fn keeps_statements(&self) -> bool {
        !self.home.shared
    }

    /// Whether its statements are undone together.
    pub fn is_begun(&self) -> bool {
        self.begun
    }

    async fn run(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        let outcome = in_time(self.asked()?.execute(text)).await;
        self.heard(&outcome);
        outcome.map(drop)
    }

    /// Makes the transaction durable.
    ///
    /// # Errors
    /// What the database says; nothing has happened then.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if !self.begun {
            return Ok(());
        }
        let committed = self.run("COMMIT").await;
        self.begun = committed.is_err();
        committed
    }

    /// Undoes the transaction.
    async fn roll_back(mut self) {
        self.begun = self.run("ROLLBACK").await.is_err();
        // One that is not undone must not be used again.
        self.sound &= !self.begun;
        self.begun = false;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        let closed = self.home.turns.is_closed();
        if self.sound
            && self.begun
            && !closed
            && let Ok(runtime) = Handle::try_current()
        {
            let (home, turn) = (self.home.clone(), self.turn.take());
            let link = Link { conn: Some(conn), born: self.born, sound: true, begun: true, home, turn };
            runtime.spawn(link.roll_back());
        } else if self.sound && !self.begun && !closed {
            self.home.idle().push(Kept { conn, born: self.born, used: Instant::now() });
        } else {
            self.home.open.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// The outcome of a statement, if there is one in time.
///
/// # Errors
/// That of the statement, or [`sqlx::Error::Io`].
pub async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(LONGEST, statement).await.unwrap_or_else(|_| {
        Err(sqlx::Error::Io(std::io::Error::other("the database has not answered within 11 seconds")))
    })
}

/// Whether a connection is as good as before an error.
fn leaves_it_sound(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else {
        return matches!(
            error,
            sqlx::Error::RowNotFound
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::Encode(_)
                | sqlx::Error::TypeNotFound { .. }
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::ColumnNotFound(_)
        );
    };
    // A server that only reads (25006) is not the one to write to any more; 26000 and 42P05 are a statement that is not
    // where it was, 08 and 57P the connection's end.
    let code = refusal.code().unwrap_or_default();
    !(["25006", "26000", "42P05"].contains(&&*code) || code.starts_with("08") || code.starts_with("57P"))
}

/// Whether the server has no room for one more connection (its own, the role's, the database's or the pooler's limit).
fn is_full(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else { return false };
    refusal.code().is_some_and(|code| code == "53300") || refusal.message().contains("no more connections")
}

/// Whether an error while connecting may be gone in a moment.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        // The server starts, or stops.
        sqlx::Error::Database(refusal) => {
            is_full(error) || refusal.code().is_some_and(|code| code.starts_with("57P"))
        }
        _ => false,
    }
}
