//! Transactions that can be replayed: the same statements, as long as the database gives the same answers.
//!
//! PostgreSQL aborts one of several transactions that deadlock; on SQLite, a failed commit fails for every transaction
//! that shares it. Nothing has changed then, and the caller need not know. If an answer differs in the replay,
//! decisions based on the first one may be wrong, so the error is returned.
//!
//! Each statement costs a change to the thread of its connection and back on SQLite, and a round trip on PostgreSQL. So
//! one whose answer nobody needs is queued; its error is that of the statement or commit that it is sent with. SQLite
//! takes it with the next one, whichever that is. PostgreSQL takes several with parameters only as parts of one, none
//! of which sees what the others do; so only those that are [apart](RetryTx::queue_apart) wait there, for each other.
//!
//! Longer than other files: each way to send a statement can end in a replay, which sends them all again.

mod engine;
mod statement;

use std::time::Duration;

use rocket::tokio::time::sleep;
use sqlx::{
    column::ColumnIndex, database::Database, from_row::FromRow, row::Row, sql_str::SqlStr, value::ValueRef,
};

pub use self::engine::{Answers, Engine, Held, Joins, answers};
use self::statement::Statement;
use super::writes::Writes;

/// Most replays of a transaction.
const AGAIN: u32 = 5;
/// Delay before the first retry; doubles each time.
const PAUSE: Duration = Duration::from_millis(4);
/// Most statements sent together.
const TOGETHER: usize = 16;

/// An open transaction, with its statements and their answers.
pub struct RetryTx<D: Engine> {
    source: D::Source,
    writes: Writes,
    held: Option<D::Held>,
    steps: Vec<Step<D>>,
    wrote: bool,
    queued: Option<Statement<D>>,
    left: u32,
}

/// A statement and the database's answer.
struct Step<D: Database> {
    statement: Statement<D>,
    said: Said,
}

/// Answer of a database to a statement.
#[derive(PartialEq)]
enum Said {
    /// Rows changed by the last of several statements.
    Changed(u64),
    Rows(Vec<Vec<Option<Vec<u8>>>>),
}

impl<D: Engine> RetryTx<D>
where
    usize: ColumnIndex<D::Row>,
{
    pub(super) async fn begin(source: D::Source, writes: Writes) -> Result<Self, sqlx::Error> {
        let begun = D::begin(&source).await.inspect_err(|error| writes.failed(error))?;
        Ok(Self::of(source, writes, begun))
    }

    /// Like [`begin`](Self::begin), for one statement: later ones may not be rolled back together with it.
    pub(super) async fn begin_once(source: D::Source, writes: Writes) -> Result<Self, sqlx::Error> {
        let begun = D::begin_once(&source).await.inspect_err(|error| writes.failed(error))?;
        Ok(Self::of(source, writes, begun))
    }

    fn of(source: D::Source, writes: Writes, begun: D::Held) -> Self {
        let (held, steps) = (Some(begun), Vec::new());
        Self { source, writes, held, steps, wrote: false, queued: None, left: AGAIN }
    }

    /// Returns a statement of ours, for one of the functions below; those that are queued come before it.
    pub(super) fn statement(&mut self, text: &'static str) -> Statement<D> {
        match self.queued.take_if(|_| D::JOINS == Joins::InOrder) {
            Some(queued) => queued.join(D::JOINS, text),
            None => Statement::new(text),
        }
    }

    /// Returns a statement of ours for [`queue_apart`](Self::queue_apart). The same one twice could change one row.
    pub(super) fn apart(&mut self, text: &'static str) -> Statement<D> {
        match self.queued.take_if(|queued| D::JOINS == Joins::Apart && !queued.contains(text)) {
            Some(queued) => queued.join(D::JOINS, text),
            None => self.statement(text),
        }
    }

    /// Runs a statement by the next one or the commit; returns the number of rows it changed if it has run already.
    pub(super) async fn queue(&mut self, statement: Statement<D>) -> Result<Option<u64>, sqlx::Error> {
        self.put_off(statement, D::JOINS == Joins::InOrder).await
    }

    /// The same for a statement that neither needs nor changes a row which another of this kind changes.
    pub(super) async fn queue_apart(&mut self, statement: Statement<D>) -> Result<Option<u64>, sqlx::Error> {
        self.put_off(statement, D::JOINS != Joins::Never).await
    }

    async fn put_off(
        &mut self,
        mut statement: Statement<D>,
        joins: bool,
    ) -> Result<Option<u64>, sqlx::Error> {
        self.check(&mut statement)?;
        self.run_queued().await?;
        if !joins || statement.count() >= TOGETHER {
            return self.changed(statement).await.map(Some);
        }
        self.queued = Some(statement);
        Ok(None)
    }

    /// Runs a statement and returns the number of rows it changed.
    pub(super) async fn execute(&mut self, mut statement: Statement<D>) -> Result<u64, sqlx::Error> {
        self.check(&mut statement)?;
        self.run_queued().await?;
        self.changed(statement).await
    }

    /// The same for a statement that is not kept prepared.
    pub(super) async fn execute_once(
        &mut self,
        text: SqlStr,
        arguments: D::Arguments,
    ) -> Result<u64, sqlx::Error> {
        self.run_queued().await?;
        self.changed(Statement::once(text, arguments)).await
    }

    /// Undoes the transaction if an argument could not be encoded: the statements queued before it are lost.
    fn check(&mut self, statement: &mut Statement<D>) -> Result<(), sqlx::Error> {
        let Some(fault) = statement.fault() else { return Ok(()) };
        self.held = None;
        Err(fault)
    }

    async fn run_queued(&mut self) -> Result<(), sqlx::Error> {
        match self.queued.take() {
            Some(queued) => self.changed(queued).await.map(drop),
            None => Ok(()),
        }
    }

    async fn changed(&mut self, statement: Statement<D>) -> Result<u64, sqlx::Error> {
        loop {
            match run::<D>(&mut self.held, &statement).await {
                Ok((_, changed)) => {
                    let last = changed.last().copied().unwrap_or(0);
                    self.wrote |= wrote(&changed);
                    if D::REPLAYS {
                        self.steps.push(Step { statement, said: Said::Changed(last) });
                    }
                    return Ok(last);
                }
                Err(error) => self.again(error).await?,
            }
        }
    }

    /// Runs a statement and returns its rows.
    pub(super) async fn rows<R>(&mut self, mut statement: Statement<D>) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, D::Row>,
    {
        self.check(&mut statement)?;
        self.run_queued().await?;
        self.found(statement).await
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
        self.run_queued().await?;
        self.found(Statement::once(text, arguments)).await
    }

    async fn found<R>(&mut self, statement: Statement<D>) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, D::Row>,
    {
        loop {
            match run::<D>(&mut self.held, &statement).await {
                Ok((rows, changed)) => {
                    let read = rows.iter().map(R::from_row).collect::<Result<_, _>>();
                    let said = D::REPLAYS.then(|| said::<D>(&rows)).transpose();
                    let (read, said) = match (read, said) {
                        (Ok(read), Ok(said)) => (read, said),
                        (Err(error), _) | (_, Err(error)) => {
                            // The statement ran, but a replay would leave it out.
                            self.held = None;
                            return Err(error);
                        }
                    };
                    self.wrote |= changed.split_last().is_some_and(|(_, queued)| wrote(queued));
                    self.steps.extend(said.map(|said| Step { statement, said }));
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
        self.run_queued().await?;
        loop {
            let held = self.held.take().ok_or(sqlx::Error::WorkerCrashed)?;
            match D::commit(held).await {
                Ok(()) => {
                    if self.wrote {
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
            let (rows, changed) = run::<D>(&mut held, statement).await?;
            let now = match before {
                Said::Changed(_) => Said::Changed(changed.last().copied().unwrap_or(0)),
                Said::Rows(_) => said::<D>(&rows)?,
            };
            if now != *before {
                return Ok(false);
            }
        }
        self.held = held;
        Ok(true)
    }
}

/// Runs statements, and returns the rows and how many each of them changed: the last one's number is stale if it only
/// reads. If nobody waits for them any more, the transaction is undone.
async fn run<D: Engine>(
    held: &mut Option<D::Held>,
    statement: &Statement<D>,
) -> Result<Answers<D>, sqlx::Error> {
    let mut taken = held.take().ok_or(sqlx::Error::WorkerCrashed)?;
    let query = statement.query(taken.opening(), taken.keeps_statements());
    let outcome = match taken.asked() {
        Ok(conn) => D::in_time(D::answers(conn, query)).await,
        Err(error) => Err(error),
    };
    taken.heard(&outcome);
    *held = Some(taken);
    let (rows, mut changed) = outcome?;
    // Before them, there is only the opening.
    changed.drain(..changed.len().saturating_sub(statement.count()));
    Ok((rows, changed))
}

fn wrote(changed: &[u64]) -> bool {
    changed.iter().any(|changed| *changed > 0)
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
