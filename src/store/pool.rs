//! The pool behind [`Db`](super::Db): one writer and several readers on SQLite, or a pool of PostgreSQL.

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use figment::{Figment, providers::Serialized};
use rocket::tokio::{sync::Semaphore, time::timeout};
use serde::{Deserialize, Serialize};
use sqlx::{
    Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Conn, Tx,
    busy::{Busy, Token},
    group::Writer,
    lookups::Lookups,
    migrate,
    readers::Readers,
    replay::Replay,
    sessions::{self, SignedIn},
};
use crate::{Error, clock::Time, config::fault, meters::Connections};

/// What holds for each connection to PostgreSQL, whatever the database's own defaults are.
const SESSION: &str = "SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '5s'; SET statement_timeout = '10s'";
/// KiB, written as SQLite wants them: the system keeps the file in memory as well, and there are many readers.
const READER_CACHE: &str = "-256";
/// After how long without use a connection to PostgreSQL is asked whether it is alive.
const REST: Duration = Duration::from_secs(1);
/// How many transactions at once may get in the way of those that somebody waits for.
const BEHIND: usize = 2;
/// How long the pool waits, when it is closed, for those who still work with it.
const GRACE: Duration = Duration::from_secs(4);

/// `databases.latchkey`: where the accounts live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `sqlite://path` or `postgres://user:password@host/database`. Default: `sqlite://latchkey.db`.
    pub url: String,
    /// Connections kept at most; on SQLite they are readers beside the one writer. Default: 16.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is refused, in seconds. Default: 5.
    pub connect_timeout: u64,
    /// SQLite alone: `full` survives a loss of power, `normal` may lose the last moments. Default: `full`.
    pub synchronous: Synchronous,
    /// PostgreSQL alone: take an advisory lock while migrating (CockroachDB has none). Default: true.
    pub migration_lock: bool,
}

/// When SQLite calls a commit durable.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Once the disk has it.
    Full,
    /// Once the system has it.
    Normal,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "sqlite://latchkey.db".into(),
            max_connections: 16,
            connect_timeout: 5,
            synchronous: Synchronous::Full,
            migration_lock: true,
        }
    }
}

impl Settings {
    /// Reads `databases.latchkey`.
    ///
    /// # Errors
    /// [`Error::Config`] naming the file and the key.
    pub fn read(figment: &Figment) -> Result<Self, Error> {
        let settings: Self = fault::extract(figment, "databases.latchkey")?;
        let counts = [
            ("max_connections", settings.max_connections.into()),
            ("connect_timeout", settings.connect_timeout),
        ];
        match counts.into_iter().find(|(_, count)| *count == 0) {
            Some((name, _)) => {
                let fault = format!("databases.latchkey.{name} = 0 is out of range: write 1 or more");
                Err(Error::Config(fault::placed(figment, &fault)))
            }
            None => Ok(settings),
        }
    }

    /// The file of an SQLite database.
    pub fn sqlite_file(&self) -> Option<&str> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default())
    }
}

/// Connections to one database, and who is still working with them.
#[derive(Clone)]
pub struct Pool {
    engine: Engine,
    busy: Busy,
}

#[derive(Clone)]
enum Engine {
    // One connection writes, since SQLite allows one writer at a time; the others only read.
    Sqlite { writer: Writer, readers: Readers, lookups: Lookups, behind: Arc<Semaphore> },
    Postgres(PgPool),
}

impl Pool {
    /// Connects and applies what migrations are missing.
    ///
    /// # Errors
    /// [`Error::Config`] for a database that is out of reach or another one, and [`Error::Migration`].
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        Self::open(settings, true).await
    }

    /// Connects to a database as it is; `None` if its file is not there yet.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn look(settings: &Settings) -> Result<Option<Self>, Error> {
        let file = settings.sqlite_file().map(Path::new).filter(|file| !file.exists());
        match file.map(|file| file.parent().filter(|folder| !folder.as_os_str().is_empty())) {
            Some(Some(folder)) if !folder.is_dir() => {
                Err(unusable(format!("there is no folder {}", folder.display())))
            }
            Some(_) => Ok(None),
            None => Self::open(settings, false).await.map(Some),
        }
    }

    async fn open(settings: &Settings, migrate: bool) -> Result<Self, Error> {
        let patience = Duration::from_secs(settings.connect_timeout);
        let busy = Busy::default();
        if let Some(file) = settings.sqlite_file() {
            let _lock = if migrate { migrate::lock(file).map_err(unusable)? } else { None };
            let options = sqlite(settings)?.create_if_missing(migrate);
            let writing = options.clone().pragma("query_only", "OFF");
            let one = SqlitePoolOptions::new().max_connections(1);
            let first = one.connect_with(writing.clone()).await.map_err(unusable)?;
            if migrate {
                migrate::sqlite().run(&first).await?;
            }
            let writer = Writer::new(first.acquire().await?.detach(), writing, patience);
            let most = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
            let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
            let readers = Readers::new(reading, most, patience).map_err(unusable)?;
            drop(readers.get().await.map_err(unusable)?);
            let lookups = Lookups::new(readers.clone());
            Ok(Self {
                engine: Engine::Sqlite { writer, readers, lookups, behind: Arc::new(Semaphore::new(BEHIND)) },
                busy,
            })
        } else if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(&settings.url).map_err(unusable)?;
            let pool = PgPoolOptions::new()
                .max_connections(settings.max_connections.max(1))
                .acquire_timeout(patience)
                .test_before_acquire(false)
                .before_acquire(|conn, since| {
                    Box::pin(async move {
                        if since.idle_for > REST {
                            conn.ping().await?;
                        }
                        Ok(true)
                    })
                })
                .after_connect(|conn, _| Box::pin(async { conn.execute(SESSION).await.map(drop) }))
                .connect_with(options.clone())
                .await;
            let pool = match pool {
                // The pool has tried again and again, and does not say why in vain.
                Err(sqlx::Error::PoolTimedOut) => return Err(unusable(why(&options, patience).await)),
                pool => pool.map_err(unusable)?,
            };
            if migrate {
                migrate::postgres(settings.migration_lock).run(&pool).await?;
            }
            Ok(Self { engine: Engine::Postgres(pool), busy })
        } else {
            let what =
                "databases.latchkey.url: write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE";
            Err(Error::Config(what.into()))
        }
    }

    /// A connection to read from.
    ///
    /// # Errors
    /// [`Error::Database`] if none is free in time.
    pub async fn read(&self) -> Result<Conn, Error> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => Conn::Sqlite(readers.get().await?),
            Engine::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// The live session of a cookie's digest, as [`sessions::find`].
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn session(
        &self,
        digest: Vec<u8>,
        idle_since: Time,
        now: Time,
    ) -> Result<Option<SignedIn>, Error> {
        match &self.engine {
            Engine::Sqlite { lookups, .. } => lookups.find(digest, idle_since, now).await,
            Engine::Postgres(_) => {
                let found = sessions::find(&mut self.read().await?, &[&digest], idle_since, now).await?;
                Ok(found.into_iter().next().map(|found| found.signed_in))
            }
        }
    }

    /// A transaction that may write from its first statement on.
    ///
    /// # Errors
    /// [`Error::Database`] if none can begin in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let conn = match &self.engine {
            Engine::Sqlite { writer, .. } => Conn::SqliteTx(Replay::begin(writer.clone()).await?),
            Engine::Postgres(pool) => Conn::PostgresTx(Replay::begin(pool.clone()).await?),
        };
        Ok(Tx { conn, afterwards: Vec::new(), _behind: None })
    }

    /// A transaction that nobody waits for: on SQLite's one writer, few such get in the way of others.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_behind(&self) -> Result<Tx, Error> {
        let place = match &self.engine {
            Engine::Sqlite { behind, .. } => behind.clone().acquire_owned().await.ok(),
            Engine::Postgres(_) => None,
        };
        Ok(Tx { _behind: place, ..self.begin().await? })
    }

    /// How many connections there are; on SQLite those that read.
    pub fn connections(&self) -> Connections {
        match &self.engine {
            Engine::Sqlite { readers, .. } => readers.connections(),
            Engine::Postgres(pool) => Connections {
                open: usize::try_from(pool.size()).unwrap_or(usize::MAX),
                idle: pool.num_idle(),
                most: usize::try_from(pool.options().get_max_connections()).unwrap_or(usize::MAX),
            },
        }
    }

    /// Keeps the pool open until the returned token is dropped, for a few seconds at most.
    pub fn keep_open(&self) -> Token {
        self.busy.enter()
    }
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Config(format!("databases.latchkey.url leads to no database that can be used: {error}"))
}

async fn why(options: &PgConnectOptions, patience: Duration) -> sqlx::Error {
    match timeout(patience, PgConnection::connect_with(options)).await {
        Ok(Err(error)) => error,
        _ => sqlx::Error::PoolTimedOut,
    }
}

fn sqlite(settings: &Settings) -> Result<SqliteConnectOptions, Error> {
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
        let settings = figment.clone().join(Serialized::defaults(Settings::default())).extract();
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
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}
