//! [Latchkey](https://docs.rs/latchkey) over an application's connections of rusqlite, such as those of a pool of r2d2.
//!
//! ```no_run
//! use rusqlite::{Connection, Result};
//!
//! fn open() -> Result<Connection> {
//!     let connection = Connection::open("club.db")?;
//!     connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON")?;
//!     Ok(connection)
//! }
//!
//! let store = latchkey_rusqlite::store(|| open().map(Box::new));
//! # fn taken(_: impl latchkey_store::Store) {}
//! # taken(store);
//! // latchkey::fairing().store(move |_| Some(store.clone()))
//! ```
//!
//! Here each connection is opened anew; a pool keeps them open.

use std::{error, ops::DerefMut, sync::Arc};

use latchkey_store::{Answer, BlockingConn, BlockingStore, Error, Plain, Row, Store, Value};
use rusqlite::{
    Connection, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

/// Returns a store on the connections that `connect` returns, which may wait for one: for example `pool.get()` of r2d2.
pub fn store<C, E>(connect: impl Fn() -> Result<C, E> + Clone + Send + Sync + 'static) -> impl Store + Clone
where
    C: DerefMut<Target = Connection> + Send + 'static,
    E: error::Error + Send + Sync + 'static,
{
    BlockingStore(move || connect().map(Lent).map_err(Error::new))
}

/// A connection of the application.
struct Lent<C>(C);

struct Parameter<'a>(Plain<'a>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Plain::Null => ValueRef::Null,
            Plain::Integer(number) => ValueRef::Integer(number),
            Plain::Real(number) => ValueRef::Real(number),
            Plain::Text(text) => ValueRef::Text(text.as_bytes()),
            Plain::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn run(conn: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Answer> {
    let mut statement = conn.prepare(sql)?;
    let names: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
    let parameters = params_from_iter(values.iter().map(|value| Parameter(value.plain())));
    if names.is_empty() {
        let changed = statement.execute(parameters)?;
        return Ok(Answer { changed: changed.try_into().unwrap_or(u64::MAX), rows: Vec::new() });
    }
    let mut found = statement.query(parameters)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let values = (0..names.len()).map(|at| Ok(value(row.get_ref(at)?)));
        rows.push(Row::new(names.clone(), values.collect::<rusqlite::Result<_>>()?));
    }
    drop(found);
    Ok(Answer { changed: conn.changes(), rows })
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn error(error: rusqlite::Error) -> Error {
    match error.sqlite_error().map(|refusal| refusal.extended_code) {
        Some(code) => Error::with_code(code, error),
        None => Error::new(error),
    }
}

impl<C: DerefMut<Target = Connection> + Send + 'static> BlockingConn for Lent<C> {
    fn run(&mut self, sql: &str, values: &[Value]) -> Result<Answer, Error> {
        run(&self.0, sql, values).map_err(error)
    }

    fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        self.0.execute_batch(sql).map_err(error)
    }

    fn roll_back(&mut self) {
        if !self.0.is_autocommit() {
            // If it fails, SQLite has rolled back by itself.
            _ = self.0.execute_batch("ROLLBACK");
        }
    }
}
