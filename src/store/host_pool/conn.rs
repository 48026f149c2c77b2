//! A connection of the application.

use std::{borrow::Cow, fmt, future, str::FromStr, sync::Mutex, time::Duration};

use latchkey_store::{Answer, Error, StoreConn, Value};
use sqlx::{
    connection::{ConnectOptions, Connection},
    error::{DatabaseError, ErrorKind},
    executor::Execute,
    from_row::FromRow,
    query::Query,
    sql_str::SqlStr,
    transaction::{Transaction, TransactionManager},
};
use url::Url;

use super::{
    database::{HostArguments, HostRow, HostSqlite},
    numbered::numbered,
};

/// A connection of the application.
pub struct HostConn {
    /// Never locked: it makes the connection `Sync`.
    conn: Mutex<Box<dyn StoreConn>>,
}

impl HostConn {
    pub fn new(conn: Box<dyn StoreConn>) -> Self {
        Self { conn: Mutex::new(conn) }
    }

    fn conn(&mut self) -> &mut dyn StoreConn {
        &mut **self.conn.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Gives it up, with what was not committed.
    pub fn discard(self) {
        self.conn.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).discard();
    }

    /// Runs a statement.
    pub async fn ask(&mut self, text: &str, values: Vec<Value>) -> Result<Answer, sqlx::Error> {
        self.conn().run(&numbered(text), values).await.map_err(error)
    }

    /// Runs statements without values.
    pub async fn run(&mut self, text: &str) -> Result<(), sqlx::Error> {
        self.conn().run_script(text).await.map_err(error)
    }

    /// Returns the value in the first column of the first row.
    pub async fn scalar<T: TryFrom<Value, Error = Error>>(&mut self, text: &str) -> Result<T, sqlx::Error> {
        let answer = self.ask(text, Vec::new()).await?;
        let value = answer.rows.first().and_then(|row| row.value(0)).ok_or(sqlx::Error::RowNotFound)?;
        value.clone().try_into().map_err(|fault: Error| sqlx::Error::Decode(fault.into()))
    }

    /// Runs a query, and returns its rows and how many it changed.
    pub async fn answer(
        &mut self,
        mut query: Query<'_, HostSqlite, HostArguments>,
    ) -> Result<(Vec<HostRow>, u64), sqlx::Error> {
        let HostArguments(values) = query.take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
        let answer = self.ask(query.sql().as_str(), values).await?;
        Ok((HostRow::of(answer.rows), answer.changed))
    }

    /// The same for rows of a type.
    pub async fn rows<R>(
        &mut self,
        query: Query<'_, HostSqlite, HostArguments>,
    ) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, HostRow>,
    {
        self.answer(query).await?.0.iter().map(R::from_row).collect()
    }
}

/// An error of SQLite, with its code.
#[derive(Debug)]
struct Refused {
    error: Error,
    message: String,
}

/// Returns an error of the application's driver as one of a database.
pub fn error(error: Error) -> sqlx::Error {
    match error.code() {
        Some(_) => sqlx::Error::Database(Box::new(Refused { message: error.to_string(), error })),
        None => sqlx::Error::Io(std::io::Error::other(error)),
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl DatabaseError for Refused {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.error.code().map(|code| code.to_string().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.error.code() {
            Some(1555 | 2067) => ErrorKind::UniqueViolation,
            Some(787) => ErrorKind::ForeignKeyViolation,
            Some(1299) => ErrorKind::NotNullViolation,
            Some(275) => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}

// What sqlx asks of a connection of its own. None of it is called: connections come from the application, and their
// transactions are statements.

/// The way to no connection.
#[derive(Clone, Debug)]
pub struct NoOptions;

fn lent<T>() -> Result<T, sqlx::Error> {
    Err(sqlx::Error::Configuration("connections are the application's".into()))
}

impl FromStr for NoOptions {
    type Err = sqlx::Error;

    fn from_str(_: &str) -> Result<Self, sqlx::Error> {
        lent()
    }
}

impl ConnectOptions for NoOptions {
    type Connection = HostConn;

    fn from_url(_: &Url) -> Result<Self, sqlx::Error> {
        lent()
    }

    async fn connect(&self) -> Result<HostConn, sqlx::Error> {
        lent()
    }

    fn log_statements(self, _: log::LevelFilter) -> Self {
        self
    }

    fn log_slow_statements(self, _: log::LevelFilter, _: Duration) -> Self {
        self
    }
}

impl Connection for HostConn {
    type Database = HostSqlite;
    type Options = NoOptions;

    async fn close(self) -> Result<(), sqlx::Error> {
        Ok(())
    }

    async fn close_hard(self) -> Result<(), sqlx::Error> {
        self.discard();
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        self.run("SELECT 1").await
    }

    fn begin(
        &mut self,
    ) -> impl Future<Output = Result<Transaction<'_, HostSqlite>, sqlx::Error>> + Send + '_ {
        Transaction::begin(self, None)
    }

    fn shrink_buffers(&mut self) {}

    async fn flush(&mut self) -> Result<(), sqlx::Error> {
        Ok(())
    }

    fn should_flush(&self) -> bool {
        false
    }
}

/// The manager of no transactions.
pub struct NoTransactions;

impl TransactionManager for NoTransactions {
    type Database = HostSqlite;

    fn begin(
        _: &mut HostConn,
        _: Option<SqlStr>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send + '_ {
        future::ready(lent())
    }

    fn commit(_: &mut HostConn) -> impl Future<Output = Result<(), sqlx::Error>> + Send + '_ {
        future::ready(lent())
    }

    fn rollback(_: &mut HostConn) -> impl Future<Output = Result<(), sqlx::Error>> + Send + '_ {
        future::ready(lent())
    }

    fn start_rollback(_: &mut HostConn) {}

    fn get_transaction_depth(_: &HostConn) -> usize {
        0
    }
}
