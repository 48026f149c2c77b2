//! Connections to PostgreSQL: every wait has a timeout, and a connection in doubt afterwards is not reused.
//!
//! sqlx's own pool waits indefinitely for a connection that does not come back, pings each one that does, and makes a
//! request wait for a connection that PostgreSQL refuses while others are idle.
//!
//! Longer than other files: the states of a connection, and every wait that moves it from one to another, are one list.

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
use sqlx::{connection::Connection, executor::Executor};
use sqlx_postgres::{PgConnectOptions, PgConnection};

use super::address::reachable;
use crate::observe::connections::Connections;

/// Settings of each connection, whatever the database's own defaults are.
const SESSION: &str = "SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '5s'; SET statement_timeout = '10s'";
/// The same for one transaction, since a pooler may put the next one on another connection.
const BEGIN_SHARED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10s'";
/// Timeout of a statement. The server's own limit comes first, unless the server is gone.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(11);
/// Time without use after which a connection is pinged before it is reused.
const PING_AFTER: Duration = Duration::from_secs(1);
/// Timeout of the ping, and of closing.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// Idle timeout of a connection.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// Longest life of a connection, so that none outlives a replaced server for long.
const MAX_LIFE: Duration = Duration::from_secs(30 * 60);
/// Time after which the configured number is tried again, once PostgreSQL has refused a connection.
const LEAN: Duration = Duration::from_secs(10);
/// Delay before the first retry while the server starts; doubles up to `LAST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// Connections to one database.
#[derive(Clone)]
pub struct Links(Arc<Home>);

struct Home {
    options: PgConnectOptions,
    /// True if a pooler gives each transaction another connection.
    shared: bool,
    patience: Duration,
    most: usize,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Kept>>,
    open: AtomicUsize,
    /// Number of turns withheld until PostgreSQL may have room again, and since when.
    refused: Mutex<Option<(u32, Instant)>>,
}

/// An idle connection.
struct Kept {
    conn: PgConnection,
    born: Instant,
    used: Instant,
}

/// A connection in use, returned to the pool when dropped.
pub struct Link {
    conn: Option<PgConnection>,
    born: Instant,
    /// True if no answer is outstanding.
    sound: bool,
    /// True if a transaction is open: it is rolled back when dropped.
    begun: bool,
    home: Arc<Home>,
    /// Released after the connection is returned.
    turn: Option<OwnedSemaphorePermit>,
}

impl Links {
    /// Creates a pool of at most `most` connections; a request waits at most `patience` for one.
    pub fn new(options: PgConnectOptions, shared: bool, most: usize, patience: Duration) -> Self {
        // Prepared statements belong to a connection, and the next transaction may be on another.
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

    /// True if statements outside a transaction may each be on another connection.
    pub fn is_shared(&self) -> bool {
        self.0.shared
    }

    /// Returns a connection.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if none is free in time, and the database's errors.
    pub async fn get(&self) -> Result<Link, sqlx::Error> {
        let mut last = None;
        match timeout(self.0.patience, self.find(&mut last)).await {
            Ok(found) => found,
            // The last refusal says more than a timeout.
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
                // Others are open: wait for one of those, and let nobody else try for now.
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

    /// Returns a connection with an open transaction.
    ///
    /// # Errors
    /// Same as [`get`](Self::get).
    pub async fn begin(&self) -> Result<Link, sqlx::Error> {
        let mut link = self.get().await?;
        link.begun = true;
        let begin = if self.0.shared { BEGIN_SHARED } else { "BEGIN" };
        link.run(begin).await?;
        Ok(link)
    }

    /// Returns a connection on which each statement is a transaction; behind a pooler, as [`begin`](Self::begin).
    ///
    /// # Errors
    /// Same as [`get`](Self::get).
    pub async fn begin_once(&self) -> Result<Link, sqlx::Error> {
        if self.0.shared { self.begin().await } else { self.get().await }
    }

    /// Returns the connection counts.
    pub fn connections(&self) -> Connections {
        let open = self.0.open.load(Ordering::SeqCst);
        Connections { open, idle: self.0.idle().len(), most: self.0.most }
    }

    /// Closes the idle connections; the others close when they are returned.
    pub async fn close(&self) {
        self.0.turns.close();
        let idle = mem::take(&mut *self.0.idle());
        self.0.open.fetch_sub(idle.len(), Ordering::SeqCst);
        let farewells = idle.into_iter().map(|kept| timeout(PING_TIMEOUT, kept.conn.close()));
        rocket::futures::future::join_all(farewells).await;
    }
}

impl Home {
    /// Returns an idle connection that still answers.
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
            if born.elapsed() > MAX_LIFE {
                continue;
            }
            if used.elapsed() > PING_AFTER && !matches!(timeout(PING_TIMEOUT, conn.ping()).await, Ok(Ok(())))
            {
                // What broke this one also broke those used before it.
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

    /// Withholds a turn: PostgreSQL has no room for another connection.
    fn refused(&self, turn: OwnedSemaphorePermit) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = refused.unwrap_or((0, Instant::now()));
        *refused = Some((count + 1, Instant::now()));
        turn.forget();
    }

    /// Releases the withheld turns if PostgreSQL may have room again.
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

/// Guard of an open connection: uncounts it when dropped.
struct Counted<'a>(&'a Home);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Link {
    /// Returns the connection for one statement: until [`heard`](Self::heard), it is in doubt.
    pub fn asked(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.sound = false;
        self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    /// Records the outcome of that statement.
    pub fn heard<T>(&mut self, outcome: &Result<T, sqlx::Error>) {
        self.sound = outcome.as_ref().err().is_none_or(leaves_it_sound);
    }

    /// True if prepared statements can be cached on it.
    pub fn keeps_statements(&self) -> bool {
        !self.home.shared
    }

    /// True if its statements are rolled back together.
    pub fn is_begun(&self) -> bool {
        self.begun
    }

    async fn run(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        let outcome = in_time(self.asked()?.execute(text)).await;
        self.heard(&outcome);
        outcome.map(drop)
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// The database's error; nothing was committed then, unless the connection broke before the answer came.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if !self.begun {
            return Ok(());
        }
        let committed = self.run("COMMIT").await;
        self.begun = committed.is_err();
        committed
    }

    /// Rolls back the transaction.
    async fn roll_back(mut self) {
        self.begun = self.run("ROLLBACK").await.is_err();
        // A connection that is not rolled back must not be reused.
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
            // If the runtime ends before this one's turn, it is closed: in doubt, it is not rolled back once more.
            let link = Link { conn: Some(conn), born: self.born, sound: false, begun: true, home, turn };
            runtime.spawn(link.roll_back());
        } else if self.sound && !self.begun && !closed {
            self.home.idle().push(Kept { conn, born: self.born, used: Instant::now() });
        } else {
            self.home.open.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Awaits a statement, with a timeout.
///
/// # Errors
/// The statement's error, or [`sqlx::Error::Io`] after the timeout.
pub async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(STATEMENT_TIMEOUT, statement).await.unwrap_or_else(|_| {
        Err(sqlx::Error::Io(std::io::Error::other("the database has not answered within 11 seconds")))
    })
}

/// True if a connection is still usable after an error.
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
    // A read-only server (25006) is no longer the one to write to; 26000 and 42P05 are a prepared statement that is not
    // where it was, 08 and 57P the connection's end.
    let code = refusal.code().unwrap_or_default();
    !(["25006", "26000", "42P05"].contains(&&*code) || code.starts_with("08") || code.starts_with("57P"))
}

/// True if the server accepts no more connections (its own, the role's, the database's or the pooler's limit).
fn is_full(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else { return false };
    refusal.code().is_some_and(|code| code == "53300") || refusal.message().contains("no more connections")
}

/// True if a connection error may be gone in a moment.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        // The server is full, starting or stopping.
        sqlx::Error::Database(refusal) => {
            is_full(error) || refusal.code().is_some_and(|code| code.starts_with("57P"))
        }
        _ => false,
    }
}
