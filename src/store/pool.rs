//! The pool behind [`Db`](super::Db): connections to one database, over its driver.

use std::{sync::Arc, time::Duration};

#[cfg(feature = "store")]
use latchkey_store::Store;
use uuid::Uuid;

#[cfg(feature = "store")]
use super::host_pool;
use super::{
    Conn, DatabaseSettings, Tx,
    access_tokens::TokenOwner,
    batcher::Batcher,
    busy::{Busy, Token},
    driver::{self, Driver},
    files,
    holdings::Holdings,
    lent::Lent,
    migrate,
    sessions::SignedIn,
    writes::Writes,
};
use crate::{
    base::{Error, clock::Time},
    observe::connections::Connections,
};

/// Longest wait for users of the pool when it is closed.
const GRACE: Duration = Duration::from_secs(4);

/// Connections to one database, with a count of their users.
#[derive(Clone)]
pub struct Pool {
    driver: Arc<dyn Driver>,
    /// Key of the URL, for messages.
    key: Arc<str>,
    busy: Busy,
    writes: Writes,
    sessions: Batcher<SignedIn>,
    access_tokens: Batcher<TokenOwner>,
    holdings: Batcher<Holdings>,
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
        pool.close().await;
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
                Err(settings.unusable(&format!("there is no folder {}", folder.display())))
            }
            Some(_) => Ok(None),
            None => Self::open(settings, false).await.map(|(pool, _)| Some(pool)),
        }
    }

    async fn open(settings: &DatabaseSettings, migrate: bool) -> Result<(Self, usize), Error> {
        let (driver, count) = driver::open(settings, migrate).await?;
        Ok((Self::of(driver, settings), count))
    }

    /// Takes an application's connections, and applies missing migrations.
    ///
    /// # Errors
    /// Same as [`connect`](Self::connect).
    #[cfg(feature = "store")]
    pub async fn over(store: Arc<dyn Store>, settings: &DatabaseSettings) -> Result<Self, Error> {
        let (driver, _) = host_pool::open(store, settings).await?;
        Ok(Self::of(driver, settings))
    }

    fn of(driver: Arc<dyn Driver>, settings: &DatabaseSettings) -> Self {
        let most = driver.batches();
        Self {
            driver,
            key: settings.url_key().into(),
            busy: Busy::default(),
            writes: Writes::default(),
            sessions: Batcher::new(most),
            access_tokens: Batcher::new(most),
            holdings: Batcher::new(most),
        }
    }

    /// Returns how many migrations the database lacks.
    ///
    /// # Errors
    /// [`Error::Config`] if a newer version has changed what this one knows, and [`Error::Database`].
    pub async fn behind(&self) -> Result<usize, Error> {
        migrate::behind(&mut self.read().await?, &self.key).await
    }

    /// Returns a connection for reading.
    ///
    /// # Errors
    /// [`Error::Database`] if none is free in time.
    pub async fn read(&self) -> Result<Conn, Error> {
        Ok(self.driver.read(&self.writes).await?)
    }

    /// Returns the live session with this digest, used since `idle_since`, like [`sessions::find`](super::sessions::find).
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn session(
        &self,
        digest: Vec<u8>,
        idle_since: Time,
        now: Time,
    ) -> Result<Option<SignedIn>, Error> {
        self.sessions.find(self, digest, (idle_since, now)).await
    }

    /// Returns the live access token with this digest, like [`access_tokens::find`](super::access_tokens::find).
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn access_token(&self, digest: Vec<u8>, now: Time) -> Result<Option<TokenOwner>, Error> {
        self.access_tokens.find(self, digest, now).await
    }

    /// Returns what an account has besides its own row.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn holdings(&self, account: Uuid, now: Time) -> Result<Holdings, Error> {
        Ok(self.holdings.find(self, account.as_bytes().to_vec(), now).await?.unwrap_or_default())
    }

    /// Begins a transaction that may write from its first statement on.
    ///
    /// # Errors
    /// [`Error::Database`] if none can begin in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(Tx::new(self.driver.begin(&self.writes).await?))
    }

    /// Begins a transaction for an application, which has three seconds to commit it.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn lend(&self) -> Result<Tx, Error> {
        Ok(Tx::new(Conn::Lent(Lent::new(self.driver.begin(&self.writes).await?))))
    }

    /// Begins a transaction of one statement, which takes one round trip to PostgreSQL.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_once(&self) -> Result<Tx, Error> {
        Ok(Tx::new(self.driver.begin_once(&self.writes).await?))
    }

    /// Begins a transaction that nobody waits for. On SQLite, few of these compete for the one writer at a time.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_low_priority(&self) -> Result<Tx, Error> {
        let place = self.driver.stand_behind().await;
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
        self.driver.is_a_file()
    }

    /// Returns how many requests the worker handles in one transaction, and how many such transactions run at once.
    /// They are larger on SQLite, which has one writer; on PostgreSQL a larger one would hold more rows that others
    /// want.
    pub fn sets(&self) -> (usize, usize) {
        self.driver.sets()
    }

    /// Returns the connection counts; on SQLite those of the readers.
    pub fn connections(&self) -> Connections {
        self.driver.connections()
    }

    /// True unless a write has failed since the last one that succeeded.
    pub fn takes_writes(&self) -> bool {
        self.writes.work()
    }

    /// Keeps the pool open until the returned token is dropped, for a few seconds at most.
    pub fn keep_open(&self) -> Token {
        self.busy.enter()
    }

    /// Closes the pool once nobody uses it, or after a few seconds.
    pub async fn close(&self) {
        self.busy.ended(GRACE).await;
        self.driver.close().await;
    }
}
