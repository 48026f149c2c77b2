//! A transaction: of ours, and of an application, which may add statements of its own.

use rocket::tokio::sync::OwnedSemaphorePermit;
use sqlx::sql_str::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::{Conn, Row, Value, arguments::arguments, retry_tx::RetryTx, row::Read};
use crate::base::Error;

/// Runs the same in a transaction `$tx` of either database, `$D`.
macro_rules! within {
    ($conn:expr, $tx:ident: $D:ident => $run:expr, _ => $otherwise:expr) => {
        match $conn {
            #[cfg(feature = "sqlite")]
            Conn::SqliteTx($tx) => {
                type $D = sqlx_sqlite::Sqlite;
                $run
            }
            #[cfg(feature = "store")]
            Conn::HostTx($tx) => {
                type $D = super::host_pool::HostSqlite;
                $run
            }
            #[cfg(feature = "postgres")]
            Conn::PostgresTx($tx) => {
                type $D = sqlx_postgres::Postgres;
                $run
            }
            _ => $otherwise,
        }
    };
}

/// A transaction in the database of the accounts, rolled back when dropped before [`commit`](Self::commit).
///
/// Statements are the same on both databases: parameters are `$1`, `$2`, …, and [`Value`] says what each type is. The id
/// of an account is a `BLOB` on SQLite and a `UUID` on PostgreSQL, so a column of that type may refer to
/// `latchkey_accounts (id)`. On SQLite, everybody else's changes wait until it ends: keep it short. One that
/// [`Accounts::begin`](crate::Accounts::begin) has begun is rolled back after three seconds. Statements may run
/// again if the database undoes the transaction because of others; the application does not notice. Each call takes one
/// statement, which may not begin, end or name a transaction.
///
/// ```no_run
/// # use latchkey::{Accounts, Error, Uuid};
/// async fn rename(accounts: &Accounts, id: Uuid, name: &str) -> Result<Option<String>, Error> {
///     let mut tx = accounts.begin().await?;
///     let found = tx.fetch("SELECT name FROM customers WHERE account_id = $1", &[id.into()]).await?;
///     let before = found.first().map(|row| row.get("name")).transpose()?;
///     let values = [id.into(), name.into()];
///     tx.execute("UPDATE customers SET name = $2 WHERE account_id = $1", &values).await?;
///     tx.commit().await?;
///     Ok(before)
/// }
/// ```
pub struct Tx {
    pub(super) conn: Conn,
    on_commit: Vec<Box<dyn FnOnce() + Send + Sync>>,
    cause: Option<Vec<u8>>,
    /// Permit of a low-priority transaction.
    _behind: Option<OwnedSemaphorePermit>,
}

impl Tx {
    pub(super) fn new(conn: Conn) -> Self {
        Self { conn, on_commit: Vec::new(), cause: None, _behind: None }
    }

    /// The same with the permit of a low-priority transaction.
    pub(super) fn behind(self, behind: Option<OwnedSemaphorePermit>) -> Self {
        Self { _behind: behind, ..self }
    }

    /// Executes a statement that takes `values` for `$1`, `$2`, …, and returns the number of rows it changed.
    ///
    /// # Errors
    /// [`Error::Database`]; the transaction is undone then, and can no longer be committed.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, Error> {
        let Conn::Lent(lent) = &self.conn else { return execute(&mut self.conn, sql, values).await };
        let mut conn = lent.take()?;
        let changed = lent.in_time(execute(&mut conn, sql, values)).await?;
        lent.put_back(conn);
        Ok(changed)
    }

    /// Runs a query that takes `values` for `$1`, `$2`, …, and returns its rows.
    ///
    /// # Errors
    /// Same as [`execute`](Self::execute), also for a column of a type that no [`Value`] has.
    pub async fn fetch(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let Conn::Lent(lent) = &self.conn else { return fetch(&mut self.conn, sql, values).await };
        let mut conn = lent.take()?;
        let rows = lent.in_time(fetch(&mut conn, sql, values)).await?;
        lent.put_back(conn);
        Ok(rows)
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// [`Error::Database`]; nothing was committed then, unless the connection broke before the answer came.
    pub async fn commit(self) -> Result<(), Error> {
        let conn = match self.conn {
            Conn::Lent(lent) => lent.take()?,
            conn => conn,
        };
        within!(conn, tx: D => RetryTx::<D>::commit(tx).await?, _ => {});
        self.on_commit.into_iter().for_each(|act| act());
        Ok(())
    }

    /// True if a statement has failed, so that nothing can be committed.
    pub(crate) fn is_undone(&self) -> bool {
        within!(&self.conn, tx: D => RetryTx::<D>::is_undone(tx), _ => false)
    }

    /// Sets the cause of entries posted to the outbox from here on, as a digest; fair shares are counted by it.
    pub(crate) fn caused_by(&mut self, cause: Option<Vec<u8>>) {
        self.cause = cause;
    }

    /// Returns the digest of the cause, if one was set.
    pub(crate) fn cause(&self) -> Option<&[u8]> {
        self.cause.as_deref()
    }

    /// Runs `act` after the commit; never if the transaction is rolled back.
    pub(crate) fn on_commit(&mut self, act: impl FnOnce() + Send + Sync + 'static) {
        self.on_commit.push(Box::new(act));
    }
}

async fn execute(conn: &mut Conn, sql: &str, values: &[Value]) -> Result<u64, Error> {
    let text = AssertSqlSafe(sql).into_sql_str();
    within!(conn,
        tx: D => Ok(tx.execute_once(text, arguments::<D>(values)?).await?),
        _ => Err(no_transaction(&text)))
}

async fn fetch(conn: &mut Conn, sql: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
    let text = AssertSqlSafe(sql).into_sql_str();
    let rows: Result<Vec<Read>, Error> = within!(conn,
        tx: D => Ok(tx.rows_once(text, arguments::<D>(values)?).await?),
        _ => Err(no_transaction(&text)));
    Ok(rows?.into_iter().map(|Read(row)| row).collect())
}

fn no_transaction(text: &SqlStr) -> Error {
    Error::Database(format!("there is no transaction for {}", text.as_str()).into())
}

#[doc(hidden)]
impl std::ops::Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

#[doc(hidden)]
impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
