//! The pool behind [`Db`](super::Db): one writer and several readers on SQLite, or connections to PostgreSQL.
//!
//! Longer than other files: it is the one place that opens either database, and both must promise the same.

use std::{str::FromStr, sync::Arc, thread::available_parallelism, time::Duration};

use figment::{Figment, providers::Serialized};
use rocket::tokio::{pin, select, sync::Semaphore, time::sleep};
use sqlx::{
    Connection, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    Conn, DatabaseSettings, Synchronous, Tx,
    busy::{Busy, Token},
    files,
    group::Writer,
    links::Links,
    migrate::{self, Raw},
    pooler,
    readers::Readers,
    retry_tx::RetryTx,
    session_batcher::SessionBatcher,
    sessions::SignedIn,
    writes::Writes,
};
use crate::{
    base::{Error, clock::Time},
    observe::metrics::Connections,
};

/// Page cache of a reader, in KiB (negative by SQLite's convention): the system caches the file too, and readers are
/// many.
const READER_CACHE: &str = "-256";
/// Delay before the log says that we are waiting for PostgreSQL.
const LOG_AFTER: Duration = Duration::from_millis(500);
/// Most background transactions that may compete with requests for the writer.
const BEHIND: usize = 2;
/// Longest wait for users of the pool when it is closed.
const GRACE: Duration = Duration::from_secs(4);

/// Connections to one database, with a count of their users.
#[derive(Clone)]
pub struct Pool {
    engine: Engine,
    busy: Busy,
    writes: Writes,
    session_batcher: SessionBatcher,
}

#[derive(Clone)]
enum Engine {
    // One connection writes, since SQLite allows one writer at a time; the others only read.
    Sqlite { writer: Writer, readers: Readers, behind: Arc<Semaphore> },
    Postgres(Links),
}

impl Pool {
    /// Connects and applies missing migrations.
    ///
    /// # Errors
    /// [`Error::Config`] if the database is unreachable or of another kind, and [`Error::Migration`].
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, Error> {
        Self::open(settings, true).await.map(|(pool, _)| pool)
    }

    /// Applies missing migrations and returns their number.
    ///
    /// # Errors
    /// Same as [`connect`](Self::connect).
    pub async fn migrate(settings: &DatabaseSettings) -> Result<usize, Error> {
        let (pool, count) = Self::open(settings, true).await?;
        rocket_db_pools::Pool::close(&pool).await;
        Ok(count)
    }

    /// Connects to a database as it is; `None` if its file does not exist yet.
    ///
    /// # Errors
    /// Same as [`connect`](Self::connect).
    pub async fn look(settings: &DatabaseSettings) -> Result<Option<Self>, Error> {
        let file = settings.sqlite_file().filter(|file| !file.exists());
        match file.as_deref().map(files::folder) {
            Some(folder) if !folder.is_dir() => {
                Err(unusable(format!("there is no folder {}", folder.display())))
            }
            Some(_) => Ok(None),
            None => Self::open(settings, false).await.map(|(pool, _)| Some(pool)),
        }
    }

    async fn open(settings: &DatabaseSettings, migrate: bool) -> Result<(Self, usize), Error> {
        let (engine, count) = if settings.url.starts_with("sqlite:") {
            Engine::of_a_file(settings, migrate).await?
        } else if settings.is_postgres() {
            Engine::of_a_server(settings, migrate).await?
        } else {
            let what =
                "databases.latchkey.url: write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE";
            return Err(Error::Config(what.into()));
        };
        let session_batcher = SessionBatcher::new(engine.session_batcher());
        Ok((Self { engine, busy: Busy::default(), writes: Writes::default(), session_batcher }, count))
    }

    /// Returns a connection for reading.
    ///
    /// # Errors
    /// [`Error::Database`] if none is free in time.
    pub async fn read(&self) -> Result<Conn, Error> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => Conn::Sqlite(readers.get().await?),
            Engine::Postgres(pool) => {
                if pool.is_shared() {
                    // A statement is several messages, which a pooler keeps together only within a transaction.
                    Conn::PostgresTx(RetryTx::begin(pool.clone(), self.writes.clone()).await?)
                } else {
                    Conn::Postgres(pool.get().await?)
                }
            }
        })
    }

    /// Returns the live session with this cookie digest, as [`find`](super::sessions::find) does.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn session(
        &self,
        digest: Vec<u8>,
        idle_since: Time,
        now: Time,
    ) -> Result<Option<SignedIn>, Error> {
        self.session_batcher.find(self, digest, idle_since, now).await
    }

    /// Begins a transaction that may write from its first statement on.
    ///
    /// # Errors
    /// [`Error::Database`] if none can begin in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let conn = match &self.engine {
            Engine::Sqlite { writer, .. } => {
                Conn::SqliteTx(RetryTx::begin(writer.clone(), self.writes.clone()).await?)
            }
            Engine::Postgres(pool) => {
                Conn::PostgresTx(RetryTx::begin(pool.clone(), self.writes.clone()).await?)
            }
        };
        Ok(Tx::new(conn))
    }

    /// Begins a transaction of one statement, which takes one round trip to PostgreSQL.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_once(&self) -> Result<Tx, Error> {
        let Engine::Postgres(pool) = &self.engine else { return self.begin().await };
        let replay = RetryTx::begin_once(pool.clone(), self.writes.clone()).await?;
        Ok(Tx::new(Conn::PostgresTx(replay)))
    }

    /// Begins a transaction that nobody waits for. On SQLite, few of these compete for the one writer at a time.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_low_priority(&self) -> Result<Tx, Error> {
        let place = match &self.engine {
            Engine::Sqlite { behind, .. } => behind.clone().acquire_owned().await.ok(),
            Engine::Postgres(_) => None,
        };
        Ok(self.begin().await?.behind(place))
    }

    /// Like [`begin_low_priority`](Self::begin_low_priority), for one statement.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_once_low_priority(&self) -> Result<Tx, Error> {
        if self.is_a_file() { self.begin_low_priority().await } else { self.begin_once().await }
    }

    /// True if this is SQLite.
    pub fn is_a_file(&self) -> bool {
        matches!(self.engine, Engine::Sqlite { .. })
    }

    /// Returns how many requests the worker handles in one transaction, and how many such transactions run at once.
    /// They are larger on SQLite, which has one writer; on PostgreSQL a larger one would hold more rows that others
    /// want.
    pub fn sets(&self) -> (usize, usize) {
        match &self.engine {
            Engine::Sqlite { .. } => (16, 1),
            Engine::Postgres(_) => (1, (self.connections().most / 2).clamp(1, 8)),
        }
    }

    /// Returns the connection counts; on SQLite those of the readers.
    pub fn connections(&self) -> Connections {
        match &self.engine {
            Engine::Sqlite { readers, .. } => readers.connections(),
            Engine::Postgres(pool) => pool.connections(),
        }
    }

    /// True unless a write has failed since the last one that succeeded.
    pub fn takes_writes(&self) -> bool {
        self.writes.work()
    }

    /// Keeps the pool open until the returned token is dropped, for a few seconds at most.
    pub fn keep_open(&self) -> Token {
        self.busy.enter()
    }
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Config(format!("cannot use the database at databases.latchkey.url: {error}"))
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    let remedy = "percent-encode what is neither letter nor digit in a name or password, as %2F for /";
    unusable(format!("{error}; {remedy}"))
}

impl Engine {
    /// Returns the most session look-ups to run at once; later callers wait and share the next one.
    fn session_batcher(&self) -> usize {
        match self {
            Engine::Sqlite { .. } => available_parallelism().map_or(1, usize::from).div_ceil(2),
            Engine::Postgres(links) => links.connections().most.div_ceil(4),
        }
    }

    async fn of_a_file(settings: &DatabaseSettings, migrate: bool) -> Result<(Self, usize), Error> {
        let patience = Duration::from_secs(settings.connect_timeout);
        let options = sqlite(settings)?.create_if_missing(migrate);
        let writing = options.clone().pragma("query_only", "OFF");
        let file = settings.sqlite_file().filter(|_| migrate);
        let _lock = file.as_deref().and_then(files::lock);
        if let Some(file) = &file {
            files::create(file).map_err(unusable)?;
        }
        let mut first = SqliteConnection::connect_with(&writing).await.map_err(unusable)?;
        let count = if migrate { migrate::run(Raw::Sqlite(&mut first)).await? } else { 0 };
        let writer = Writer::new(first, writing, patience);
        let most = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
        let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
        let readers = Readers::new(reading, most, patience).map_err(unusable)?;
        drop(readers.get().await.map_err(unusable)?);
        Ok((Engine::Sqlite { writer, readers, behind: Arc::new(Semaphore::new(BEHIND)) }, count))
    }

    async fn of_a_server(settings: &DatabaseSettings, migrate: bool) -> Result<(Self, usize), Error> {
        let patience = Duration::from_secs(settings.connect_timeout);
        // No column is a float, and poolers refuse the parameter.
        let options = PgConnectOptions::from_str(&settings.url).map_err(unreadable)?.extra_float_digits(None);
        let shared = {
            let place = options.get_socket().map_or_else(
                || format!("{}:{}", options.get_host(), options.get_port()),
                |socket| socket.display().to_string(),
            );
            let asked = pooler::is_shared(&options, patience);
            pin!(asked);
            let asked = select! {
                shared = &mut asked => shared,
                () = sleep(LOG_AFTER) => {
                    log::warn!("waiting for the database at {place}");
                    asked.await
                }
            };
            asked.map_err(unusable)?
        };
        let most = usize::try_from(settings.max_connections.max(1)).unwrap_or(usize::MAX);
        let links = Links::new(options, shared, most, patience);
        let mut link = links.get().await.map_err(unusable)?;
        let mut count = 0;
        if migrate {
            count = migrate::run(Raw::Postgres(link.asked()?, settings.migration_lock)).await?;
            link.heard(&Ok(()));
        }
        Ok((Engine::Postgres(links), count))
    }
}

fn sqlite(settings: &DatabaseSettings) -> Result<SqliteConnectOptions, Error> {
    Ok(SqliteConnectOptions::from_str(&settings.url)
        .map_err(unusable)?
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match settings.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
        .busy_timeout(Duration::from_secs(settings.connect_timeout)))
}

#[rocket::async_trait]
impl rocket_db_pools::Pool for Pool {
    type Connection = Conn;
    type Error = Error;

    async fn init(figment: &Figment) -> Result<Self, Error> {
        let settings = figment.clone().join(Serialized::defaults(DatabaseSettings::default())).extract();
        Self::connect(&settings.map_err(|fault| Error::Config(fault.to_string()))?).await
    }

    async fn get(&self) -> Result<Conn, Error> {
        self.read().await
    }

    async fn close(&self) {
        self.busy.ended(GRACE).await;
        match &self.engine {
            Engine::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(links) => links.close().await,
        }
    }
}
