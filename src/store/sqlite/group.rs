//! Group commit on SQLite's one writer: transactions that wait for each other share one commit, and its one wait for
//! the disk.
//!
//! Each transaction has the connection to itself, and runs within a savepoint, which the next one or the commit
//! releases. A finished transaction joins the end of the queue. The first to get its turn again commits
//! for all that are finished by then, and none returns before it knows the outcome. A transaction that is dropped is
//! rolled back alone, and ends the group; so does a failed one, since on a full disk SQLite rolls everything back by
//! itself. Transactions whose commit failed because of another can be retried alone ([`Shared`]).

use std::{io, ops, sync::Arc, time::Duration};

use rocket::tokio::{
    runtime::Handle,
    select,
    sync::{Mutex, OwnedMutexGuard, oneshot},
    task::JoinHandle,
    time::timeout,
};
use sqlx::connection::Connection;
use sqlx_sqlite::{SqliteConnectOptions, SqliteConnection};

/// The one writer of an SQLite database.
#[derive(Clone)]
pub struct Writer {
    options: Arc<SqliteConnectOptions>,
    patience: Duration,
    turn: Arc<Mutex<Group>>,
}

/// Transactions that will share the next commit.
struct Group {
    conn: Option<SqliteConnection>,
    /// Finished members, waiting for the outcome of the commit.
    done: Vec<oneshot::Sender<Result<(), sqlx::Error>>>,
}

/// A transaction that has its turn: rolled back when dropped before [`Member::commit`].
pub struct Member {
    turn: Option<OwnedMutexGuard<Group>>,
    /// True if it shares its commit with no other.
    alone: bool,
    /// Sent with its first statement.
    opening: Option<&'static str>,
}

/// Failure of a shared commit. Nothing of its members was committed.
#[derive(Debug, thiserror::Error)]
#[error("a commit that others shared failed: {0}")]
pub struct Shared(String);

impl Writer {
    /// Creates a writer on `conn`, replaced by a new connection with `options` if it fails. A transaction waits for its
    /// turn at most `patience`.
    pub fn new(conn: SqliteConnection, options: SqliteConnectOptions, patience: Duration) -> Self {
        let group = Group { conn: Some(conn), done: Vec::new() };
        Self { options: Arc::new(options), patience, turn: Arc::new(Mutex::new(group)) }
    }

    async fn turn(&self) -> Result<OwnedMutexGuard<Group>, sqlx::Error> {
        let turn = timeout(self.patience, self.turn.clone().lock_owned()).await;
        let mut group = turn.map_err(|_| sqlx::Error::PoolTimedOut)?;
        self.connect(&mut group).await?;
        Ok(group)
    }

    async fn connect(&self, group: &mut Group) -> Result<(), sqlx::Error> {
        if group.conn.is_none() {
            group.conn = Some(SqliteConnection::connect_with(&self.options).await?);
        }
        Ok(())
    }

    /// Begins a transaction once its turn has come.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if it does not come in time, and the database's errors.
    pub async fn begin(&self) -> Result<Member, sqlx::Error> {
        let group = self.turn().await?;
        Member::begin(group, false).await
    }

    /// Begins a transaction that shares its commit with no other.
    ///
    /// # Errors
    /// Same as [`begin`](Self::begin).
    pub async fn begin_alone(&self) -> Result<Member, sqlx::Error> {
        let committed = commit(self.turn().await?).await;
        let mut group = committed.map_err(|_| sqlx::Error::WorkerCrashed)?;
        self.connect(&mut group).await?;
        Member::begin(group, true).await
    }

    /// Closes the connection once nobody writes.
    pub async fn close(&self) {
        if let Some(conn) = self.turn.lock().await.conn.take()
            && let Err(fault) = conn.close().await
        {
            log::warn!("could not close the database: {fault}");
        }
    }
}

impl Member {
    async fn begin(group: OwnedMutexGuard<Group>, alone: bool) -> Result<Member, sqlx::Error> {
        let first = group.done.is_empty();
        let opening = (!first).then_some("RELEASE member; SAVEPOINT member");
        // From here on, dropping the member undoes whatever failed.
        let mut member = Member { turn: Some(group), alone, opening };
        if first {
            sqlx::query::query("BEGIN IMMEDIATE; SAVEPOINT member").execute(&mut *member).await?;
        }
        Ok(member)
    }

    /// Takes what has to be sent before its first statement.
    pub fn opening(&mut self) -> Option<&'static str> {
        self.opening.take()
    }

    /// Commits the transaction, together with others that wait to commit.
    ///
    /// # Errors
    /// The database's error; nothing was committed then.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let Some(mut group) = self.turn.take() else { return Ok(()) };
        let (tell, mut told) = oneshot::channel();
        group.done.push(tell);
        if self.alone {
            commit(group);
            return heard(told.await);
        }
        let turn = OwnedMutexGuard::mutex(&group).clone();
        drop(group);
        select! {
            biased;
            told = &mut told => return heard(told),
            group = turn.lock_owned() => commit(group),
        };
        heard(told.await)
    }
}

/// Commits a group in a task of its own, which completes even if the caller is cancelled.
fn commit(mut group: OwnedMutexGuard<Group>) -> JoinHandle<OwnedMutexGuard<Group>> {
    rocket::tokio::spawn(async move {
        group.commit().await;
        group
    })
}

fn heard(told: Result<Result<(), sqlx::Error>, oneshot::error::RecvError>) -> Result<(), sqlx::Error> {
    told.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

impl Group {
    /// Commits the finished members, unless that has already happened.
    async fn commit(&mut self) {
        if self.done.is_empty() {
            return;
        }
        let (committed, own) = (self.run("COMMIT").await, self.done.len() == 1);
        self.end(committed, own);
    }

    /// Rolls back the current transaction, if it has `begun`, and commits those that finished before it.
    async fn give_up(&mut self, begun: bool) {
        if self.done.is_empty() {
            let undone = self.run("ROLLBACK").await;
            return self.end(undone, false);
        }
        if !begun {
            return self.commit().await;
        }
        match self.run("ROLLBACK TO member").await {
            Ok(()) => self.commit().await,
            undone => self.end(undone, false),
        }
    }

    async fn run(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        let conn = self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        sqlx::query::query(text).execute(conn).await.map(drop)
    }

    /// Reports the outcome to every member; if several shared the commit, the error is marked as shared, so that each
    /// can retry alone.
    fn end(&mut self, outcome: Result<(), sqlx::Error>, own: bool) {
        // After an error, a connection may be in any state: closing it rolls back what was not committed.
        if outcome.is_err() {
            self.conn = None;
        }
        // A cancelled member no longer listens.
        if own && let Some(tell) = self.done.pop() {
            _ = tell.send(outcome);
            return;
        }
        for tell in self.done.drain(..) {
            let shared = outcome.as_ref().copied().map_err(|fault| Shared(fault.to_string()));
            _ = tell.send(shared.map_err(|shared| sqlx::Error::Io(io::Error::other(shared))));
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let Some(mut group) = self.turn.take() else { return };
        let begun = self.opening.is_none();
        match Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(async move { group.give_up(begun).await }),
            Err(_) => group.end(Err(sqlx::Error::WorkerCrashed), false),
        }
    }
}

impl ops::Deref for Member {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.turn
            .as_ref()
            .and_then(|group| group.conn.as_ref())
            .expect("a member has its turn and a connection")
    }
}

impl ops::DerefMut for Member {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.turn
            .as_mut()
            .and_then(|group| group.conn.as_mut())
            .expect("a member has its turn and a connection")
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::FutureExt;

    use super::*;

    async fn add(member: &mut Member) {
        if let Some(opening) = member.opening() {
            sqlx::query::query(opening).execute(&mut **member).await.unwrap();
        }
        sqlx::query::query("INSERT INTO people VALUES (1)").execute(&mut **member).await.unwrap();
    }

    #[rocket::async_test]
    async fn whoever_commits_for_others_may_be_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("test.db")).create_if_missing(true);
        let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query::query("CREATE TABLE people (number INTEGER)").execute(&mut conn).await.unwrap();
        let writer = Writer::new(conn, options, Duration::from_secs(5));

        let mut first = writer.begin().await.unwrap();
        add(&mut first).await;
        let mut alone = Box::pin(writer.begin_alone());
        assert!((&mut alone).now_or_never().is_none(), "it is the first one's turn");
        let mut done = Box::pin(first.commit());
        assert!((&mut done).now_or_never().is_none());
        assert!((&mut alone).now_or_never().is_none(), "it commits what the first one has done");
        drop(alone);
        done.await.unwrap();

        let mut next = writer.begin().await.unwrap();
        add(&mut next).await;
        next.commit().await.unwrap();
        let mut after = writer.begin().await.unwrap();
        let count: i64 = sqlx::query_scalar::query_scalar("SELECT COUNT(*) FROM people")
            .fetch_one(&mut *after)
            .await
            .unwrap();
        assert_eq!(count, 2);
    }
}
