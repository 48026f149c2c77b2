//! Read-only connections to an SQLite file.
//!
//! sqlx's own pool pings a connection each time it is returned. A file always answers, and the ping costs as much as a
//! session look-up.

use std::time::Duration;

use deadpool::{
    Runtime,
    managed::{self, BuildError, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult},
};
use sqlx::connection::Connection;
use sqlx_sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::observe::connections::Connections;

/// Longest life of a connection, so that none outlives a replaced file for long.
const MAX_LIFE: Duration = Duration::from_secs(30 * 60);

/// Opens connections on demand.
pub struct Opener(SqliteConnectOptions);

/// A connection in use.
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
        match since.age() < MAX_LIFE {
            true => Ok(()),
            false => Err(RecycleError::message("old")),
        }
    }
}

impl Readers {
    /// Creates a pool of at most `most` connections; a request waits at most `patience` for one.
    pub fn new(options: SqliteConnectOptions, most: usize, patience: Duration) -> Result<Self, BuildError> {
        let pool = managed::Pool::builder(Opener(options)).max_size(most).wait_timeout(Some(patience));
        // The connection used last still has its cache.
        Ok(Self(pool.queue_mode(QueueMode::Lifo).runtime(Runtime::Tokio1).build()?))
    }

    /// Returns a connection.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if none is free in time, and the database's errors.
    pub async fn get(&self) -> Result<Reader, sqlx::Error> {
        self.0.get().await.map_err(|fault| match fault {
            PoolError::Backend(fault) => fault,
            PoolError::Closed => sqlx::Error::PoolClosed,
            _ => sqlx::Error::PoolTimedOut,
        })
    }

    /// Returns the connection counts.
    pub fn connections(&self) -> Connections {
        let status = self.0.status();
        Connections { open: status.size, idle: status.available, most: status.max_size }
    }

    /// Closes the idle connections and waits for it, or SQLite's own files could outlive the process; the others close
    /// when they are returned.
    pub async fn close(&self) {
        let idle = self.0.retain(|_, _| false);
        self.0.close();
        for conn in idle.removed {
            // Read-only: nothing can be lost.
            let _ = conn.close().await;
        }
    }
}
