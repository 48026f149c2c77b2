//! The databases whose transactions can be replayed, and their connections.

use rocket::futures::TryStreamExt;
use sqlx::{
    Either,
    arguments::IntoArguments,
    database::{Database, HasStatementCache},
    error::BoxDynError,
    executor::Executor,
    query::Query,
};

/// Whether a database can be sent several statements at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// No.
    Never,
    /// One after another, each of which sees what the one before it did.
    InOrder,
    /// As parts of one statement, each of which sees the rows as they were before all of them.
    Apart,
}

/// A database whose transactions can be replayed.
#[allow(async_fn_in_trait, reason = "nobody else can name it")]
pub trait Engine: HasStatementCache + Database<Arguments: Clone + IntoArguments<Self>> {
    /// Source of transactions.
    type Source;
    /// A transaction, rolled back when dropped.
    type Held: Held<Self>;
    /// Whether several statements can be sent together.
    const JOINS: Joins;
    /// Whether its transactions are replayed.
    const REPLAYS: bool = true;

    async fn begin(source: &Self::Source) -> Result<Self::Held, sqlx::Error>;
    /// Begins a transaction that may be durable after each statement.
    async fn begin_once(source: &Self::Source) -> Result<Self::Held, sqlx::Error> {
        Self::begin(source).await
    }
    /// Begins a transaction that shares its commit with no other.
    async fn begin_alone(source: &Self::Source) -> Result<Self::Held, sqlx::Error> {
        Self::begin(source).await
    }
    async fn commit(held: Self::Held) -> Result<(), sqlx::Error>;
    /// Awaits a statement, with a timeout if the server can hang.
    async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error>;
    /// True if an error leaves nothing behind and might not recur.
    fn is_passing(error: &sqlx::Error) -> bool;
    /// Runs statements, and returns the rows and how many each statement changed.
    async fn answers(
        conn: &mut Self::Connection,
        query: Query<'static, Self, Self::Arguments>,
    ) -> Result<Answers<Self>, sqlx::Error>;
    fn bytes(value: Self::ValueRef<'_>) -> Result<Vec<u8>, BoxDynError>;
}

/// Rows, and how many each of several statements changed.
pub type Answers<D> = (Vec<<D as Database>::Row>, Vec<u64>);

/// Runs statements over a driver of sqlx, for [`Engine::answers`]; `rows_changed` reads its result.
pub async fn answers<D: Engine>(
    conn: &mut D::Connection,
    query: Query<'static, D, D::Arguments>,
    rows_changed: fn(&D::QueryResult) -> u64,
) -> Result<Answers<D>, sqlx::Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let (mut answers, mut rows, mut changed) = (conn.fetch_many(query), Vec::new(), Vec::new());
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Left(result) => changed.push(rows_changed(&result)),
            Either::Right(row) => rows.push(row),
        }
    }
    Ok((rows, changed))
}

/// A transaction with a connection.
pub trait Held<D: Database> {
    /// Returns the connection, for one statement.
    fn asked(&mut self) -> Result<&mut D::Connection, sqlx::Error>;
    /// Records the outcome of that statement.
    fn heard<T>(&mut self, outcome: &Result<T, sqlx::Error>);
    /// True if prepared statements can be cached on it.
    fn keeps_statements(&self) -> bool;
    /// True if its statements are rolled back together.
    fn is_begun(&self) -> bool;
    /// Takes what has to be sent before the first statement.
    fn opening(&mut self) -> Option<&'static str> {
        None
    }
}
