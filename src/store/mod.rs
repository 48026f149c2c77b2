//! The database: one pool for SQLite or PostgreSQL, chosen by the URL, and the only place that knows SQL.
//!
//! Reads take a [`Conn`], anything that changes data takes a [`Tx`]. Each file holds the statements of one table.

pub mod accounts;
mod address;
mod adopt;
mod arguments;
mod busy;
pub mod claims;
pub mod daily_stats;
pub mod event_kind;
pub mod events;
pub mod files;
pub mod former_addresses;
mod group;
pub mod keys;
mod links;
mod migrate;
pub mod outbox;
mod outbox_kind;
mod pool;
mod pooler;
pub mod rate_limits;
mod readers;
pub mod registrations;
pub mod remembered;
pub mod replicas;
mod retry_tx;
pub mod roles;
mod row;
pub mod seed;
mod session_batcher;
pub mod sessions;
mod settings;
pub mod spent;
mod stored_policy;
mod text;
mod tx;
pub mod upkeep;
mod value;
mod writes;

use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

pub use busy::Token;
pub use migrate::behind;
pub use pool::Pool;
pub use row::Row;
pub use settings::{DatabaseSettings, Synchronous};
pub use stored_policy::StoredPolicy;
pub use tx::Tx;
pub use value::Value;

use self::retry_tx::RetryTx;
use crate::base::{Error, clock::Time, random::Random};

/// The attached database, from `databases.latchkey`.
#[derive(rocket_db_pools::Database)]
#[database("latchkey")]
pub struct Db(Pool);

/// A connection to either database.
pub enum Conn {
    /// A read-only connection to SQLite.
    Sqlite(readers::Reader),
    /// A transaction on SQLite's one writer.
    SqliteTx(RetryTx<Sqlite>),
    /// A connection to PostgreSQL.
    Postgres(links::Link),
    /// A transaction on PostgreSQL.
    PostgresTx(RetryTx<Postgres>),
}

impl Conn {
    /// Returns the SQL for this connection's database, where the two differ.
    fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Conn::Sqlite(_) | Conn::SqliteTx(_) => sqlite,
            Conn::Postgres(_) | Conn::PostgresTx(_) => postgres,
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

/// Runs one statement on either database. Takes `execute`, `optional` or `all`, for the latter two the row's type, then
/// the connection, the SQL, and the values bound to `$1`, `$2`, … in order.
macro_rules! sql {
    (@run $conn:expr, $c:ident => $run:expr, $tx:ident => $again:expr) => {
        match $crate::store::AsConn::conn($conn) {
            $crate::store::Conn::Sqlite(reader) => {
                let $c = &mut **reader;
                $run
            }
            $crate::store::Conn::Postgres(link) => {
                // If the future is cancelled in here, the link stays in doubt and is not reused.
                let outcome = match link.asked() {
                    Ok($c) => $crate::store::links::in_time(async { $run }).await,
                    Err(error) => Err(error),
                };
                link.heard(&outcome);
                outcome
            }
            $crate::store::Conn::SqliteTx($tx) => $again,
            $crate::store::Conn::PostgresTx($tx) => $again,
        }
    };
    (execute $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run $conn,
            c => sqlx::query(text)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
            tx => tx.execute(text, sqlx::query(text)$(.bind($arg))*).await)
    }};
    (optional $row:ty, $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run $conn,
            c => sqlx::query_as::<_, $row>(text)$(.bind($arg))*.fetch_optional(c).await,
            tx => tx.rows::<$row>(text, sqlx::query(text)$(.bind($arg))*).await.map(|rows| rows.into_iter().next()))
    }};
    (all $row:ty, $conn:expr, $text:expr $(, $arg:expr)* $(,)?) => {{
        let text: &'static str = $text;
        sql!(@run $conn,
            c => sqlx::query_as::<_, $row>(text)$(.bind($arg))*.fetch_all(c).await,
            tx => tx.rows::<$row>(text, sqlx::query(text)$(.bind($arg))*).await)
    }};
}
use sql;
