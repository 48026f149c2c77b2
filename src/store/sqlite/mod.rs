//! SQLite: a file with one connection that writes, since SQLite allows one writer at a time, and several that only read.

pub(super) mod group;
mod readers;
mod values;

use std::{path::PathBuf, str::FromStr, sync::Arc, thread::available_parallelism, time::Duration};

use rocket::tokio::sync::OwnedSemaphorePermit;
use sqlx::{
    connection::Connection, decode::Decode, error::BoxDynError, query::Query, sql_str::AssertSqlSafe,
};
use sqlx_sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteQueryResult, SqliteSynchronous,
    SqliteValueRef,
};

pub use self::readers::Reader;
use self::{
    group::{Member, Shared, Writer},
    readers::Readers,
};
use super::{
    Conn, DatabaseSettings, Synchronous,
    driver::{Behind, Driver},
    files,
    migrate::{self, Applied, Dialect, Raw, SQLITE},
    retry_tx::{self, Answers, Engine, Held, Joins, RetryTx},
    writes::Writes,
};
use crate::{base::Error, observe::connections::Connections};

/// Page cache of a reader, in KiB (negative by SQLite's convention): the system caches the file too, and readers are
/// many.
const READER_CACHE: &str = "-256";

/// A database in a file.
struct File {
    writer: Writer,
    readers: Readers,
    behind: Behind,
}

/// Opens the file, and returns the number of migrations that were applied to it.
///
/// # Errors
/// [`Error::Config`] if it cannot be used, and [`Error::Migration`].
pub(super) async fn open(
    settings: &DatabaseSettings,
    migrate: bool,
) -> Result<(Arc<dyn Driver>, usize), Error> {
    let unusable = |error: &dyn std::fmt::Display| settings.unusable(error);
    let patience = Duration::from_secs(settings.connect_timeout);
    let options = options(settings).map_err(|error| unusable(&error))?.create_if_missing(migrate);
    let writing = options.clone().pragma("query_only", "OFF");
    let file = file(&settings.url).filter(|_| migrate);
    let _lock = file.as_deref().and_then(files::lock);
    if let Some(file) = &file {
        files::create(file).map_err(|error| unusable(&error))?;
    }
    let first = SqliteConnection::connect_with(&writing).await;
    let mut first = first.map_err(|error| unusable(&error))?;
    let count = if migrate { migrate::run(&mut first, settings).await? } else { 0 };
    let writer = Writer::new(first, writing, patience);
    let most = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
    let reading = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
    let readers = Readers::new(reading, most, patience).map_err(|error| unusable(&error))?;
    drop(readers.get().await.map_err(|error| unusable(&error))?);
    Ok((Arc::new(File { writer, readers, behind: Behind::default() }), count))
}

fn options(settings: &DatabaseSettings) -> Result<SqliteConnectOptions, sqlx::Error> {
    Ok(SqliteConnectOptions::from_str(&settings.url)?
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match settings.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
        .busy_timeout(Duration::from_secs(settings.connect_timeout)))
}

/// Returns the file that a URL names, as SQLite opens it; `None` if it is in memory.
pub(super) fn file(url: &str) -> Option<PathBuf> {
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let options = SqliteConnectOptions::from_str(url).ok().filter(|_| !in_memory)?;
    Some(options.get_filename().to_owned())
}

#[rocket::async_trait]
impl Driver for File {
    async fn read(&self, _: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::Sqlite(self.readers.get().await?))
    }

    async fn begin(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::SqliteTx(RetryTx::begin(self.writer.clone(), writes.clone()).await?))
    }

    async fn stand_behind(&self) -> Option<OwnedSemaphorePermit> {
        self.behind.permit().await
    }

    fn is_a_file(&self) -> bool {
        true
    }

    fn batches(&self) -> usize {
        available_parallelism().map_or(1, usize::from).div_ceil(2)
    }

    fn connections(&self) -> Connections {
        self.readers.connections()
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Held<Sqlite> for Member {
    fn asked(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        Ok(self)
    }

    fn heard<T>(&mut self, _: &Result<T, sqlx::Error>) {}

    fn keeps_statements(&self) -> bool {
        true
    }

    fn is_begun(&self) -> bool {
        true
    }

    fn opening(&mut self) -> Option<&'static str> {
        Member::opening(self)
    }
}

impl Engine for Sqlite {
    type Source = Writer;
    type Held = Member;
    const JOINS: Joins = Joins::InOrder;

    async fn begin(writer: &Writer) -> Result<Member, sqlx::Error> {
        writer.begin().await
    }

    async fn begin_alone(writer: &Writer) -> Result<Member, sqlx::Error> {
        writer.begin_alone().await
    }

    async fn commit(member: Member) -> Result<(), sqlx::Error> {
        member.commit().await
    }

    /// No timeout: with a local file, there is no server to hang.
    async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        statement.await
    }

    fn is_passing(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Io(error) if error.get_ref().is_some_and(|error| error.is::<Shared>()))
    }

    async fn answers(
        conn: &mut SqliteConnection,
        query: Query<'static, Self, Self::Arguments>,
    ) -> Result<Answers<Self>, sqlx::Error> {
        retry_tx::answers(conn, query, SqliteQueryResult::rows_affected).await
    }

    fn bytes(value: SqliteValueRef<'_>) -> Result<Vec<u8>, BoxDynError> {
        Decode::<Sqlite>::decode(value)
    }
}

#[rocket::async_trait]
impl Raw for SqliteConnection {
    fn dialect(&self) -> &'static Dialect {
        &SQLITE
    }

    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.run("BEGIN IMMEDIATE").await
    }

    async fn run(&mut self, text: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql::raw_sql(AssertSqlSafe(text)).execute(self).await.map(drop)
    }

    async fn is(&mut self, question: String) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar::query_scalar(AssertSqlSafe(question)).fetch_one(self).await
    }

    async fn applied(&mut self, text: String) -> Result<Vec<Applied>, sqlx::Error> {
        sqlx::query_as::query_as(AssertSqlSafe(text)).fetch_all(self).await
    }

    async fn record(&mut self, text: String, applied: Applied) -> Result<(), sqlx::Error> {
        let (version, description, sum) = applied;
        let query = sqlx::query::query(AssertSqlSafe(text)).bind(version).bind(description).bind(sum);
        query.execute(self).await.map(drop)
    }
}
