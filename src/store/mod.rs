//! The database: one pool for SQLite or PostgreSQL, chosen by the URL, and the only place that knows SQL.
//!
//! Reads take a [`Conn`], anything that changes data takes a [`Tx`]. Each file holds the statements of one table.

pub mod access_tokens;
pub mod accounts;
mod adopt;
mod arguments;
mod batcher;
mod busy;
pub mod claims;
pub mod daily_stats;
mod driver;
pub mod event_kind;
pub mod events;
pub mod factors;
pub mod files;
pub mod former_addresses;
mod holdings;
#[cfg(feature = "store")]
mod host_pool;
pub mod keys;
mod lent;
mod migrate;
pub mod outbox;
mod outbox_kind;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
pub mod rate_limits;
mod record;
pub mod recovery_codes;
pub mod refresh_tokens;
pub mod registrations;
pub mod remembered;
pub mod replicas;
mod retry_tx;
pub mod roles;
mod row;
pub mod seed;
pub mod sessions;
mod settings;
pub mod spent;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stored_policy;
mod text;
pub mod trusted_browsers;
mod tx;
pub mod upkeep;
pub mod usernames;
mod writes;

use std::{convert::Infallible, ops, sync::Arc};

use latchkey_store::Store;
use rocket::{Build, Phase, Rocket};
use uuid::Uuid;

pub use busy::Token;
pub use latchkey_store::{Row, Value};
pub use pool::Pool;
pub use settings::{DatabaseSettings, Synchronous};
pub use stored_policy::StoredPolicy;
pub use tx::Tx;

use crate::base::{Error, clock::Time, random::Random};

/// Finds the connections of an application among what it manages.
pub type FindStore = Arc<dyn Fn(&Rocket<Build>) -> Option<Arc<dyn Store>> + Send + Sync>;

/// The database of a running site.
pub struct Db(pub Pool);

impl Db {
    /// Returns the database of `rocket`, once it is open.
    pub fn fetch<P: Phase>(rocket: &Rocket<P>) -> Option<&Self> {
        rocket.state()
    }
}

impl ops::Deref for Db {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        &self.0
    }
}

/// A connection to either database.
#[cfg_attr(not(feature = "sqlite"), allow(clippy::large_enum_variant, reason = "a request has one"))]
pub enum Conn {
    /// A read-only connection to SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Reader),
    /// A transaction on SQLite's one writer.
    #[cfg(feature = "sqlite")]
    SqliteTx(retry_tx::RetryTx<sqlx_sqlite::Sqlite>),
    /// A connection of an application.
    #[cfg(feature = "store")]
    Host(host_pool::HostConn),
    /// A transaction on one.
    #[cfg(feature = "store")]
    HostTx(retry_tx::RetryTx<host_pool::HostSqlite>),
    /// A connection to PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(postgres::Link),
    /// A transaction on PostgreSQL.
    #[cfg(feature = "postgres")]
    PostgresTx(retry_tx::RetryTx<sqlx_postgres::Postgres>),
    /// A transaction of an application's own code.
    Lent(lent::Lent),
    /// No connection: all that there is without a driver.
    None(Infallible),
}

impl Conn {
    /// Returns the SQL for this connection's database, where the two differ.
    fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        if self.is_postgres() { postgres } else { sqlite }
    }

    fn is_postgres(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) | Conn::PostgresTx(_) => true,
            _ => false,
        }
    }
}

/// A connection or a transaction.
trait AsConn {
    fn conn(&mut self) -> &mut Conn;
}

impl AsConn for Conn {
    fn conn(&mut self) -> &mut Conn {
        self
    }
}

impl AsConn for Tx {
    fn conn(&mut self) -> &mut Conn {
        self
    }
}

/// Returns a new row id (UUIDv7). Its first 48 bits are the time, so that rows of one time lie together.
///
/// # Errors
/// Same as [`Random::bytes`].
pub fn id(now: Time, random: Random) -> Result<Uuid, Error> {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes()?).into_uuid())
}

/// Returns the least id of a row created at `time` or later.
pub fn earliest(time: Time) -> Uuid {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_answer<T>(never: &Infallible) -> Result<T, sqlx::Error> {
    match *never {}
}

/// Runs one statement on either database. Takes `execute`, `queue`, `apart`, `optional` or `all`, for the latter two the
/// row's type, then the connection, the SQL, and the values bound to `$1`, `$2`, … in order. A statement that is queued
/// may run with the next one or the commit: it answers `None` then. `apart` queues one that neither needs nor changes a
/// row which another `apart` changes; on PostgreSQL, only these wait.
macro_rules! sql {
    (@run $answer:ty, $conn:expr, $c:ident => $run:expr, $host:ident => $asked:expr, $tx:ident => $again:expr) => {
        match $crate::store::AsConn::conn($conn) {
            #[cfg(feature = "sqlite")]
            $crate::store::Conn::Sqlite(reader) => {
                let $c = &mut **reader;
                $run
            }
            #[cfg(feature = "postgres")]
            $crate::store::Conn::Postgres(link) => {
                // If the future is cancelled in here, the link stays in doubt and is not reused.
                let outcome = match link.asked() {
                    Ok($c) => $crate::store::postgres::in_time(async { $run }).await,
                    Err(error) => Err(error),
                };
                link.heard(&outcome);
                outcome
            }
            #[cfg(feature = "sqlite")]
            $crate::store::Conn::SqliteTx($tx) => $again,
            #[cfg(feature = "postgres")]
            $crate::store::Conn::PostgresTx($tx) => $again,
            #[cfg(feature = "store")]
            $crate::store::Conn::Host($host) => $asked,
            #[cfg(feature = "store")]
            $crate::store::Conn::HostTx($tx) => $again,
            $crate::store::Conn::Lent(_) => $crate::store::lent::refused::<$answer>(),
            $crate::store::Conn::None(never) => $crate::store::no_answer::<$answer>(never),
        }
    };
    (execute $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run u64, $conn,
            c => sqlx::query::query(text)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
            host => host.answer(sqlx::query::query(text)$(.bind($arg))*).await.map(|(_, changed)| changed),
            tx => { let statement = tx.statement(text)$(.bind($arg))*; tx.execute(statement).await })
    }};
    (queue $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {
        sql!(@queue statement queue, $conn, $text $(, $arg)*)
    };
    (apart $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {
        sql!(@queue apart queue_apart, $conn, $text $(, $arg)*)
    };
    (@queue $joined:ident $queue:ident, $conn:expr, $text:expr $(, $arg:expr)*) => {{
        let text: &'static str = $text;
        sql!(@run Option<u64>, $conn,
            c => sqlx::query::query(text)$(.bind($arg))*.execute(c).await.map(|done| Some(done.rows_affected())),
            host => host.answer(sqlx::query::query(text)$(.bind($arg))*).await.map(|(_, changed)| Some(changed)),
            tx => { let statement = tx.$joined(text)$(.bind($arg))*; tx.$queue(statement).await })
    }};
    (optional $row:ty, $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run Option<$row>, $conn,
            c => sqlx::query_as::query_as::<_, $row>(text)$(.bind($arg))*.fetch_optional(c).await,
            host => host.rows::<$row>(sqlx::query::query(text)$(.bind($arg))*).await.map(|rows| rows.into_iter().next()),
            tx => {
                let statement = tx.statement(text)$(.bind($arg))*;
                tx.rows::<$row>(statement).await.map(|rows| rows.into_iter().next())
            })
    }};
    (all $row:ty, $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run Vec<$row>, $conn,
            c => sqlx::query_as::query_as::<_, $row>(text)$(.bind($arg))*.fetch_all(c).await,
            host => host.rows::<$row>(sqlx::query::query(text)$(.bind($arg))*).await,
            tx => { let statement = tx.statement(text)$(.bind($arg))*; tx.rows::<$row>(statement).await })
    }};
}
use sql;
