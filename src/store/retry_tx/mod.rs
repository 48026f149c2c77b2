//! Transactions that can be replayed: the same statements, as long as the database gives the same answers.
//!
//! PostgreSQL aborts one of several transactions that deadlock; on SQLite, a failed commit fails for every transaction
//! that shares it. Nothing has changed then, and the caller need not know. If an answer differs in the replay,
//! decisions based on the first one may be wrong, so the error is returned.

use std::time::Duration;

use rocket::tokio::time::sleep;
use sqlx::{
    arguments::IntoArguments,
    column::ColumnIndex,
    database::{Database, HasStatementCache},
    error::BoxDynError,
    executor::{Execute, Executor},
    from_row::FromRow,
    query::Query,
    row::Row,
    sql_str::{SqlSafeStr, SqlStr},
    value::ValueRef,
};

use super::writes::Writes;

/// Most replays of a transaction.
const AGAIN: u32 = 5;
/// Delay before the first retry; doubles each time.
const PAUSE: Duration = Duration::from_millis(4);

/// A database whose transactions can be replayed.
#[allow(async_fn_in_trait, reason = "nobody else can name it")]
pub trait Engine: HasStatementCache + Database<Arguments: Clone + IntoArguments<Self>> {
    /// Source of transactions.
    type Source;
    /// A transaction, rolled back when dropped.
    type Held: Held<Self>;

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
    fn changed(result: &Self::QueryResult) -> u64;
    fn bytes(value: Self::ValueRef<'_>) -> Result<Vec<u8>, BoxDynError>;
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
}

/// An open transaction, with its statements and their answers.
pub struct RetryTx<D: Engine> {
    source: D::Source,
    writes: Writes,
    held: Option<D::Held>,
    steps: Vec<Step<D>>,
    left: u32,
}

/// A statement and the database's answer.
struct Step<D: Database> {
    statement: Statement<D>,
    said: Said,
}

/// A statement with its arguments.
struct Statement<D: Database> {
    text: SqlStr,
    arguments: D::Arguments,
    /// Whether it may be kept prepared, by its text: then it always takes arguments of the same types.
    kept: bool,
}

/// Answer of a database to a statement.
#[derive(PartialEq)]
enum Said {
    Changed(u64),
    Rows(Vec<Vec<Option<Vec<u8>>>>),
}

impl<D: Engine> RetryTx<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    usize: ColumnIndex<D::Row>,
{
    pub(super) async fn begin(source: D::Source, writes: Writes) -> Result<Self, sqlx::Error> {
        let begun = D::begin(&source).await.inspect_err(|error| writes.failed(error))?;
        Ok(Self { source, writes, held: Some(begun), steps: Vec::new(), left: AGAIN })
    }

    /// Like [`begin`](Self::begin), for one statement: later ones may not be rolled back together with it.
    pub(super) async fn begin_once(source: D::Source, writes: Writes) -> Result<Self, sqlx::Error> {
        let begun = D::begin_once(&source).await.inspect_err(|error| writes.failed(error))?;
        Ok(Self { source, writes, held: Some(begun), steps: Vec::new(), left: AGAIN })
    }

    /// Runs a statement and returns the number of rows it changed.
    pub(super) async fn execute(
        &mut self,
        text: &'static str,
        query: Query<'_, D, D::Arguments>,
    ) -> Result<u64, sqlx::Error> {
        self.changed(Statement::ours(text, query)?).await
    }

    /// The same for a statement that is not kept prepared.
    pub(super) async fn execute_once(
        &mut self,
        text: SqlStr,
        arguments: D::Arguments,
    ) -> Result<u64, sqlx::Error> {
        self.changed(Statement { text, arguments, kept: false }).await
    }

    async fn changed(&mut self, statement: Statement<D>) -> Result<u64, sqlx::Error> {
        loop {
            match changed::<D>(self.held.as_mut(), &statement).await {
                Ok(changed) => {
                    self.steps.push(Step { statement, said: Said::Changed(changed) });
                    return Ok(changed);
                }
                Err(error) => self.again(error).await?,
            }
        }
    }

    /// Runs a statement and returns its rows.
    pub(super) async fn rows<R>(
        &mut self,
        text: &'static str,
        query: Query<'_, D, D::Arguments>,
    ) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, D::Row>,
    {
        self.found(Statement::ours(text, query)?).await
    }

    /// The same for a statement that is not kept prepared.
    pub(super) async fn rows_once<R>(
        &mut self,
        text: SqlStr,
        arguments: D::Arguments,
    ) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, D::Row>,
    {
        self.found(Statement { text, arguments, kept: false }).await
    }

    async fn found<R>(&mut self, statement: Statement<D>) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, D::Row>,
    {
        loop {
            match rows::<D>(self.held.as_mut(), &statement).await {
                Ok(rows) => {
                    let read = rows.iter().map(R::from_row).collect::<Result<_, _>>();
                    let (read, said) = match (read, said::<D>(&rows)) {
                        (Ok(read), Ok(said)) => (read, said),
                        (Err(error), _) | (_, Err(error)) => {
                            // The statement ran, but a replay would leave it out.
                            self.held = None;
                            return Err(error);
                        }
                    };
                    self.steps.push(Step { statement, said });
                    return Ok(read);
                }
                Err(error) => self.again(error).await?,
            }
        }
    }

    /// True if a statement has failed, so that nothing can be committed.
    pub(super) fn is_undone(&self) -> bool {
        self.held.is_none()
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        loop {
            let held = self.held.take().ok_or(sqlx::Error::WorkerCrashed)?;
            match D::commit(held).await {
                Ok(()) => {
                    if self.steps.iter().any(|step| matches!(step.said, Said::Changed(1..))) {
                        self.writes.succeeded();
                    }
                    return Ok(());
                }
                Err(error) => self.again(error).await?,
            }
        }
    }

    /// Replays the transaction; returns the last error if that is not possible.
    async fn again(&mut self, mut error: sqlx::Error) -> Result<(), sqlx::Error> {
        // Statements that are already durable must not run twice.
        let undone = self.steps.is_empty() || self.held.as_ref().is_none_or(Held::is_begun);
        while undone && self.left > 0 && D::is_passing(&error) {
            self.held = None;
            sleep(PAUSE * 2u32.pow(AGAIN - self.left)).await;
            self.left -= 1;
            match self.replay().await {
                Ok(true) => return Ok(()),
                Ok(false) => break,
                Err(next) => error = next,
            }
        }
        self.held = None;
        self.writes.failed(&error);
        Err(error)
    }

    /// Runs the statements again; false if an answer differs.
    async fn replay(&mut self) -> Result<bool, sqlx::Error> {
        let mut held = Some(D::begin_alone(&self.source).await?);
        for Step { statement, said: before } in &self.steps {
            let now = match before {
                Said::Changed(_) => Said::Changed(changed::<D>(held.as_mut(), statement).await?),
                Said::Rows(_) => said::<D>(&rows::<D>(held.as_mut(), statement).await?)?,
            };
            if now != *before {
                return Ok(false);
            }
        }
        self.held = held;
        Ok(true)
    }
}

impl<D: Engine> Statement<D> {
    fn ours(text: &'static str, mut query: Query<'_, D, D::Arguments>) -> Result<Self, sqlx::Error> {
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
        Ok(Self { text: text.into_sql_str(), arguments, kept: true })
    }

    fn query(&self, kept: bool) -> Query<'static, D, D::Arguments> {
        sqlx::query::query_with(self.text.clone(), self.arguments.clone()).persistent(kept && self.kept)
    }
}

async fn changed<D: Engine>(held: Option<&mut D::Held>, statement: &Statement<D>) -> Result<u64, sqlx::Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let held = held.ok_or(sqlx::Error::WorkerCrashed)?;
    let query = statement.query(held.keeps_statements());
    let outcome = D::in_time(query.execute(held.asked()?)).await;
    held.heard(&outcome);
    Ok(D::changed(&outcome?))
}

async fn rows<D: Engine>(
    held: Option<&mut D::Held>,
    statement: &Statement<D>,
) -> Result<Vec<D::Row>, sqlx::Error>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let held = held.ok_or(sqlx::Error::WorkerCrashed)?;
    let query = statement.query(held.keeps_statements());
    let outcome = D::in_time(query.fetch_all(held.asked()?)).await;
    held.heard(&outcome);
    outcome
}

fn said<D: Engine>(rows: &[D::Row]) -> Result<Said, sqlx::Error>
where
    usize: ColumnIndex<D::Row>,
{
    let value = |row: &D::Row, at| {
        let value = row.try_get_raw(at)?;
        let bytes = if value.is_null() { None } else { Some(D::bytes(value).map_err(sqlx::Error::Decode)?) };
        Ok(bytes)
    };
    let row = |row: &D::Row| (0..row.len()).map(|at| value(row, at)).collect();
    Ok(Said::Rows(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?))
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
