//! [Latchkey](https://docs.rs/latchkey) over an application's connections of diesel, such as those of a pool of r2d2.
//!
//! ```no_run
//! use diesel::{Connection, ConnectionResult, SqliteConnection, connection::SimpleConnection};
//!
//! fn open() -> ConnectionResult<SqliteConnection> {
//!     let mut connection = SqliteConnection::establish("club.db")?;
//!     let settings = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON";
//!     connection.batch_execute(settings).expect("the file is no database");
//!     Ok(connection)
//! }
//!
//! let store = latchkey_diesel::store(|| open().map(Box::new));
//! # fn taken(_: impl latchkey_store::Store) {}
//! # taken(store);
//! // latchkey::fairing().store(move |_| Some(store.clone()))
//! ```
//!
//! Here each connection is opened anew; a pool keeps them open.
//!
//! diesel tells no code of an error. So where a trigger of the application raises one, its refusal looks like a failure of the
//! database.

use std::{error, ops::DerefMut, sync::Arc};

use diesel::{
    QueryResult, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    deserialize::{self, FromSql, QueryableByName},
    result::{DatabaseErrorKind, Error as DieselError},
    row::{Field, NamedRow},
    sql_query,
    sql_types::{BigInt, Binary, Double, Nullable, Text},
    sqlite::{Sqlite, SqliteType, SqliteValue},
};
use latchkey_store::{Answer, BlockingConn, BlockingStore, Error, Plain, Row, Store, Value};

/// Returns a store on the connections that `connect` returns, which may wait for one: for example `pool.get()` of r2d2.
pub fn store<C, E>(connect: impl Fn() -> Result<C, E> + Clone + Send + Sync + 'static) -> impl Store + Clone
where
    C: DerefMut<Target = SqliteConnection> + Send + 'static,
    E: error::Error + Send + Sync + 'static,
{
    BlockingStore(move || connect().map(Lent).map_err(Error::new))
}

/// A connection of the application.
struct Lent<C>(C);

/// A row of any query.
struct Found(Vec<(String, Value)>);

impl QueryableByName<Sqlite> for Found {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let field = |at| {
            let field = diesel::row::Row::get(row, at).ok_or("a row is shorter than it says")?;
            let name = field.field_name().unwrap_or_default().to_owned();
            Ok((name, field.value().map_or(Ok(Value::Null), value)?))
        };
        (0..row.field_count()).map(field).collect::<deserialize::Result<_>>().map(Found)
    }
}

fn value(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Value> {
    Ok(match value.value_type() {
        None => Value::Null,
        Some(SqliteType::Text) => Value::Text(FromSql::<Text, Sqlite>::from_sql(value)?),
        Some(SqliteType::Binary) => Value::Bytes(FromSql::<Binary, Sqlite>::from_sql(value)?),
        Some(SqliteType::Float | SqliteType::Double) => {
            Value::Real(FromSql::<Double, Sqlite>::from_sql(value)?)
        }
        Some(_) => Value::Integer(FromSql::<BigInt, Sqlite>::from_sql(value)?),
    })
}

fn run(conn: &mut SqliteConnection, sql: &str, values: &[Value]) -> QueryResult<Answer> {
    let query =
        values.iter().fold(sql_query(sql).into_boxed::<Sqlite>(), |query, value| match value.plain() {
            Plain::Null => query.bind::<Nullable<BigInt>, _>(None::<i64>),
            Plain::Integer(number) => query.bind::<BigInt, _>(number),
            Plain::Real(number) => query.bind::<Double, _>(number),
            Plain::Text(text) => query.bind::<Text, _>(text),
            Plain::Bytes(bytes) => query.bind::<Binary, _>(bytes),
        });
    let found: Vec<Found> = query.load(conn)?;
    let Some(Found(first)) = found.first() else {
        return Ok(Answer { changed: changed(conn)?, rows: Vec::new() });
    };
    let names: Arc<[String]> = first.iter().map(|(name, _)| name.clone()).collect();
    let row = |Found(row)| Row::new(names.clone(), row.into_iter().map(|(_, value)| value).collect());
    let rows: Vec<_> = found.into_iter().map(row).collect();
    Ok(Answer { changed: rows.len().try_into().unwrap_or(u64::MAX), rows })
}

fn changed(conn: &mut SqliteConnection) -> QueryResult<u64> {
    let found: Vec<Found> = sql_query("SELECT changes()").load(conn)?;
    match found.first().and_then(|Found(row)| row.first()) {
        Some((_, Value::Integer(rows))) => Ok((*rows).try_into().unwrap_or(0)),
        _ => Ok(0),
    }
}

/// Returns an error with the code that its kind or its sentence stands for.
fn error(error: DieselError) -> Error {
    let code = match &error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Some(2067),
        DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Some(787),
        DieselError::DatabaseError(DatabaseErrorKind::NotNullViolation, _) => Some(1299),
        DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _) => Some(275),
        DieselError::DatabaseError(_, told) => match told.message() {
            "database is locked" | "database table is locked" => Some(5),
            "attempt to write a readonly database" => Some(8),
            "disk I/O error" => Some(10),
            "database disk image is malformed" => Some(11),
            "database or disk is full" => Some(13),
            "unable to open database file" => Some(14),
            "file is not a database" => Some(26),
            told if told.starts_with("no such table") => Some(1),
            _ => None,
        },
        _ => None,
    };
    match code {
        Some(code) => Error::with_code(code, error),
        None => Error::new(error),
    }
}

impl<C: DerefMut<Target = SqliteConnection> + Send + 'static> BlockingConn for Lent<C> {
    fn run(&mut self, sql: &str, values: &[Value]) -> Result<Answer, Error> {
        run(&mut self.0, sql, values).map_err(error)
    }

    fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        self.0.batch_execute(sql).map_err(error)
    }

    fn roll_back(&mut self) {
        // It fails if no transaction is open.
        _ = self.0.batch_execute("ROLLBACK");
    }
}
