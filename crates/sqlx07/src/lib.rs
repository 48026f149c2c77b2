//! [Latchkey](https://docs.rs/latchkey) over an SQLite pool of sqlx 0.7, such as that of rocket_db_pools 0.2.
//!
//! ```ignore
//! #[derive(Database)]
//! #[database("club")]
//! struct Club(sqlx::SqlitePool);
//!
//! let accounts = latchkey::fairing().store(|rocket| Club::fetch(rocket).map(|club| Sqlx07((**club).clone())));
//! rocket::build().attach(Club::init()).attach(accounts)
//! ```

use std::sync::Arc;

use futures_util::TryStreamExt;
use latchkey_store::{Answer, Error, Plain, Row, Store, StoreConn, Value, async_trait};
use sqlx::{
    Column, Decode, Either, Executor, Row as _, Sqlite, SqlitePool, TypeInfo, ValueRef, pool::PoolConnection,
    sqlite::SqliteRow,
};

/// The pool of an application.
#[derive(Clone, Debug)]
pub struct Sqlx07(pub SqlitePool);

/// A connection of the pool.
struct Lent(PoolConnection<Sqlite>);

#[async_trait]
impl Store for Sqlx07 {
    async fn connect(&self) -> Result<Box<dyn StoreConn>, Error> {
        Ok(Box::new(Lent(self.0.acquire().await.map_err(error)?)))
    }
}

#[async_trait]
impl StoreConn for Lent {
    async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<Answer, Error> {
        let query = values.iter().fold(sqlx::query(sql), |query, value| match value.plain() {
            Plain::Null => query.bind(None::<i64>),
            Plain::Integer(number) => query.bind(number),
            Plain::Real(number) => query.bind(number),
            Plain::Text(text) => query.bind(text),
            Plain::Bytes(bytes) => query.bind(bytes),
        });
        let mut found = (&mut *self.0).fetch_many(query);
        let (mut answer, mut names) = (Answer::default(), None);
        while let Some(step) = found.try_next().await.map_err(error)? {
            match step {
                Either::Left(done) => answer.changed = done.rows_affected(),
                Either::Right(row) => {
                    let names = names.get_or_insert_with(|| {
                        row.columns().iter().map(|column| column.name().to_owned()).collect::<Arc<[_]>>()
                    });
                    let values = (0..row.len()).map(|at| read(&row, at)).collect::<Result<_, _>>();
                    answer.rows.push(Row::new(names.clone(), values.map_err(error)?));
                }
            }
        }
        Ok(answer)
    }

    async fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        (&mut *self.0).execute(sqlx::raw_sql(sql)).await.map(drop).map_err(error)
    }

    /// Closes it, in the middle of whatever it does.
    fn discard(self: Box<Self>) {
        drop(self.0.detach());
    }
}

fn read(row: &SqliteRow, at: usize) -> Result<Value, sqlx::Error> {
    let value = row.try_get_raw(at)?;
    let kind = value.type_info().name().to_owned();
    let read = match kind.as_str() {
        _ if value.is_null() => Ok(Value::Null),
        "TEXT" => Decode::<Sqlite>::decode(value).map(Value::Text),
        "REAL" => Decode::<Sqlite>::decode(value).map(Value::Real),
        "BLOB" => Decode::<Sqlite>::decode(value).map(Value::Bytes),
        _ => Decode::<Sqlite>::decode(value).map(Value::Integer),
    };
    read.map_err(sqlx::Error::Decode)
}

fn error(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|refusal| refusal.code()?.parse().ok());
    match code {
        Some(code) => Error::with_code(code, error),
        None => Error::new(error),
    }
}
