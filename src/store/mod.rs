//! The database: one pool for SQLite or PostgreSQL, chosen by the URL, and the only place that knows SQL.
//!
//! Reads take a [`Conn`], anything that changes data takes a [`Tx`]. Each file holds the statements of one table.

pub mod accounts;
mod address;
mod adopt;
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
pub mod seed;
mod session_batcher;
pub mod sessions;
mod settings;
pub mod spent;
mod stored_policy;
mod text;
pub mod upkeep;
mod writes;

use rocket::tokio::sync::OwnedSemaphorePermit;
use sqlx::{Postgres, Sqlite};
use uuid::Uuid;

pub use busy::Token;
pub use migrate::behind;
pub use pool::Pool;
pub use settings::{DatabaseSettings, Synchronous};
pub use stored_policy::StoredPolicy;

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

/// A transaction, rolled back when dropped before [`Tx::commit`].
pub struct Tx {
    conn: Conn,
    on_commit: Vec<Box<dyn FnOnce() + Send + Sync>>,
    cause: Option<Vec<u8>>,
    /// Permit of a low-priority transaction.
    _behind: Option<OwnedSemaphorePermit>,
}

impl Tx {
    /// Commits, then runs the `on_commit` actions.
    ///
    /// # Errors
    /// [`Error::Database`]; nothing was committed then, unless the connection broke before the answer came.
    pub async fn commit(self) -> Result<(), Error> {
        match self.conn {
            Conn::SqliteTx(tx) => tx.commit().await?,
            Conn::PostgresTx(tx) => tx.commit().await?,
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        self.on_commit.into_iter().for_each(|act| act());
        Ok(())
    }

    /// Sets the cause of entries posted to the outbox from here on, as a digest; fair shares are counted by it.
    pub fn caused_by(&mut self, cause: Option<Vec<u8>>) {
        self.cause = cause;
    }

    /// Returns the digest of the cause, if one was set.
    pub fn cause(&self) -> Option<&[u8]> {
        self.cause.as_deref()
    }

    /// Runs `act` after the commit; never if the transaction is rolled back.
    pub fn on_commit(&mut self, act: impl FnOnce() + Send + Sync + 'static) {
        self.on_commit.push(Box::new(act));
    }
}

impl std::ops::Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
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
        &mut self.conn
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
