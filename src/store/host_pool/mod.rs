//! SQLite over the connections of an application: see the crate `latchkey-store`.
//!
//! One transaction at a time writes, as on a connection of our own; the application's own writers wait for it, and it for
//! them, as long as their `busy_timeout` allows.

mod conn;
mod database;
mod numbered;
mod values;

use std::{sync::Arc, time::Duration};

use latchkey_store::{Row, Store, Value};
use rocket::tokio::{
    sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit},
    time::{Instant, timeout},
};
use sqlx::error::BoxDynError;

pub use self::{
    conn::HostConn,
    database::{HostRow, HostSqlite},
};
use self::{database::HostValueRef, values::value};
use super::{
    Conn, DatabaseSettings,
    driver::{Behind, Driver},
    migrate::{self, Applied, Dialect, Raw, SQLITE},
    retry_tx::{Answers, Engine, Held, Joins, RetryTx},
    writes::Writes,
};
use crate::{base::Error, observe::connections::Connections};

/// Oldest version of SQLite whose SQL is ours: the first that orders what `string_agg` joins.
const OLDEST: [u32; 2] = [3, 44];
/// Wait for a connection that the log reports.
const LONG: Duration = Duration::from_secs(1);
/// SQLite's primary result codes BUSY and LOCKED.
const TAKEN: [i32; 2] = [5, 6];

/// An application's connections to its database.
#[derive(Clone)]
pub struct HostPool {
    store: Arc<dyn Store>,
    patience: Duration,
    turn: Arc<Mutex<()>>,
    behind: Behind,
}

/// The one that writes. When it is dropped before it is given back, it is rolled back.
pub struct HostTx {
    conn: Option<HostConn>,
    _turn: OwnedMutexGuard<()>,
}

/// Opens the database, and returns the number of migrations that were applied to it.
///
/// # Errors
/// [`Error::Config`] if it cannot be used, and [`Error::Migration`].
pub(super) async fn open(
    store: Arc<dyn Store>,
    settings: &DatabaseSettings,
) -> Result<(Arc<dyn Driver>, usize), Error> {
    let patience = Duration::from_secs(settings.connect_timeout);
    let pool = HostPool { store, patience, turn: Arc::default(), behind: Behind::default() };
    let mut held = pool.hold().await.map_err(|error| unusable(&error.to_string()))?;
    let conn = held.asked()?;
    validate(conn).await?;
    // For the file, and for good: readers and a writer do not wait for each other.
    conn.ask("PRAGMA journal_mode = WAL", Vec::new()).await?;
    let count = migrate::run(conn, settings).await?;
    held.give_back();
    Ok((Arc::new(pool), count))
}

fn unusable(why: &str) -> Error {
    Error::Config(format!("cannot use the database of the application's store: {why}"))
}

async fn validate(conn: &mut HostConn) -> Result<(), Error> {
    let version: String = conn.scalar("SELECT sqlite_version()").await?;
    let found: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    if found.as_slice() < &OLDEST[..] {
        let [major, minor] = OLDEST;
        return Err(unusable(&format!(
            "its SQLite is {version}: use a driver with {major}.{minor} or later"
        )));
    }
    let enforced: i64 = conn.scalar("PRAGMA foreign_keys").await?;
    if enforced != 1 {
        return Err(unusable("it ignores foreign keys: run PRAGMA foreign_keys = ON on each connection"));
    }
    Ok(())
}

impl HostPool {
    async fn connect(&self) -> Result<HostConn, sqlx::Error> {
        let begun = Instant::now();
        let conn = timeout(self.patience, self.store.connect()).await;
        let waited = begun.elapsed();
        if waited > LONG {
            log::warn!(
                "the application's store let Latchkey wait {waited:.1?} for a connection: does a route take one before `&Account`?"
            );
        }
        Ok(HostConn::new(conn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(conn::error)?))
    }

    /// Returns the connection that writes, once it is free.
    async fn hold(&self) -> Result<HostTx, sqlx::Error> {
        let turn = timeout(self.patience, self.turn.clone().lock_owned()).await;
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?;
        Ok(HostTx { conn: Some(self.connect().await?), _turn: turn })
    }
}

#[rocket::async_trait]
impl Driver for HostPool {
    async fn read(&self, _: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::Host(self.connect().await?))
    }

    async fn begin(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        Ok(Conn::HostTx(RetryTx::begin(self.clone(), writes.clone()).await?))
    }

    async fn stand_behind(&self) -> Option<OwnedSemaphorePermit> {
        self.behind.permit().await
    }

    fn is_a_file(&self) -> bool {
        true
    }

    fn batches(&self) -> usize {
        1
    }

    /// The application counts its connections itself.
    fn connections(&self) -> Connections {
        Connections { open: 0, idle: 0, most: 0 }
    }

    /// The application closes them.
    async fn close(&self) {}
}

impl HostTx {
    fn give_back(mut self) {
        self.conn = None;
    }
}

impl Drop for HostTx {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            conn.discard();
        }
    }
}

impl Held<HostSqlite> for HostTx {
    fn asked(&mut self) -> Result<&mut HostConn, sqlx::Error> {
        self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    fn heard<T>(&mut self, _: &Result<T, sqlx::Error>) {}

    fn keeps_statements(&self) -> bool {
        true
    }

    fn is_begun(&self) -> bool {
        true
    }
}

impl Engine for HostSqlite {
    type Source = HostPool;
    type Held = HostTx;
    // Not every driver takes several with values.
    const JOINS: Joins = Joins::Never;
    // The application may have run statements of its own in the transaction.
    const REPLAYS: bool = false;

    async fn begin(pool: &HostPool) -> Result<HostTx, sqlx::Error> {
        let mut tx = pool.hold().await?;
        match tx.asked()?.run("BEGIN IMMEDIATE").await {
            Err(sqlx::Error::Database(error)) if is_taken(&*error) => Err(sqlx::Error::PoolTimedOut),
            begun => begun.map(|()| tx),
        }
    }

    async fn commit(mut tx: HostTx) -> Result<(), sqlx::Error> {
        tx.asked()?.run("COMMIT").await?;
        tx.give_back();
        Ok(())
    }

    async fn answers(
        conn: &mut HostConn,
        query: sqlx::query::Query<'static, Self, Self::Arguments>,
    ) -> Result<Answers<Self>, sqlx::Error> {
        let (rows, changed) = conn.answer(query).await?;
        Ok((rows, vec![changed]))
    }

    /// No timeout: with a local file, there is no server to hang.
    async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        statement.await
    }

    fn is_passing(_: &sqlx::Error) -> bool {
        false
    }

    fn bytes(_: HostValueRef<'_>) -> Result<Vec<u8>, BoxDynError> {
        Err("an application's transactions are not replayed".into())
    }
}

fn is_taken(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| TAKEN.contains(&(code & 0xff)))
}

#[rocket::async_trait]
impl Raw for HostConn {
    fn dialect(&self) -> &'static Dialect {
        &SQLITE
    }

    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        HostConn::run(self, "BEGIN IMMEDIATE").await
    }

    async fn run(&mut self, text: &str) -> Result<(), sqlx::Error> {
        HostConn::run(self, text).await
    }

    async fn is(&mut self, question: String) -> Result<bool, sqlx::Error> {
        self.scalar(&question).await
    }

    async fn applied(&mut self, text: String) -> Result<Vec<Applied>, sqlx::Error> {
        let rows = self.ask(&text, Vec::new()).await?.rows;
        let read = |row: &Row| {
            let checksum = match row.value(2) {
                // An application may keep others in sqlx's own table, as text.
                Some(Value::Text(text)) => text.clone().into_bytes(),
                _ => value(row, "checksum")?,
            };
            Ok((value(row, "version")?, value(row, "description")?, checksum))
        };
        rows.iter().map(read).collect()
    }

    async fn record(
        &mut self,
        text: String,
        (version, description, sum): Applied,
    ) -> Result<(), sqlx::Error> {
        let values = vec![version.into(), Value::Text(description), Value::Bytes(sum)];
        self.ask(&text, values).await.map(drop)
    }
}
