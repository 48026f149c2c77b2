//! Connections that read an SQLite file.
//!
//! sqlx's own pool asks a connection whether it is alive each time that it comes back. To a file it is, and the question
//! costs as much as the look-up of a session.

use std::time::Duration;

use deadpool::{
    Runtime,
    managed::{self, BuildError, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult},
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::observe::metrics::Connections;

/// How long a connection is used, so that none outlives a file that was replaced for long.
const LIFE: Duration = Duration::from_secs(30 * 60);

/// Opens connections as they are needed.
pub struct Opener(SqliteConnectOptions);

/// A connection at hand.
pub type Reader = Object<Opener>;

#[derive(Clone)]
pub(super) struct Readers(managed::Pool<Opener>);

impl managed::Manager for Opener {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteConnection, sqlx::Error> {
        SqliteConnection::connect_with(&self.0).await
    }

    async fn recycle(&self, _: &mut SqliteConnection, since: &Metrics) -> RecycleResult<sqlx::Error> {
        match since.age() < LIFE {
            true => Ok(()),
            false => Err(RecycleError::message("old")),
        }
    }
}

impl Readers {
    /// At most `most` connections, for one of which a request waits as long as `patience`.
    pub fn new(options: SqliteConnectOptions, most: usize, patience: Duration) -> Result<Self, BuildError> {
        let pool = managed::Pool::builder(Opener(options)).max_size(most).wait_timeout(Some(patience));
        // The one used last has what it read in its cache still.
        Ok(Self(pool.queue_mode(QueueMode::Lifo).runtime(Runtime::Tokio1).build()?))
    }

    /// A connection.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if none comes free in time, and what the database says.
    pub async fn get(&self) -> Result<Reader, sqlx::Error> {
        self.0.get().await.map_err(|fault| match fault {
            PoolError::Backend(fault) => fault,
            PoolError::Closed => sqlx::Error::PoolClosed,
            _ => sqlx::Error::PoolTimedOut,
        })
    }

    /// How many there are.
    pub fn connections(&self) -> Connections {
        let status = self.0.status();
        Connections { open: status.size, idle: status.available, most: status.max_size }
    }

    /// Closes those that nobody uses now, and waits for it, or SQLite's own files could outlive the process; the others
    /// close when they come back.
    pub async fn close(&self) {
        let idle = self.0.retain(|_, _| false);
        self.0.close();
        for conn in idle.removed {
            // It only reads: nothing is lost with it.
            let _ = conn.close().await;
        }
    }
}
