//! What [Latchkey](https://docs.rs/latchkey) needs of an application's own connections to SQLite, to keep its tables over
//! them instead of over connections of its own.
//!
//! A program can link one SQLite only. So an application whose driver links another than Latchkey's lends it
//! connections: by an adapter, `latchkey-sqlx07`, `latchkey-rusqlite` or `latchkey-diesel`, or by one of its own. That is a
//! [`Store`], which gives connections, and a [`StoreConn`], which runs statements. Latchkey begins and ends transactions
//! by statements (`BEGIN IMMEDIATE`, `COMMIT`), one writing at a time, and needs SQLite 3.44 with foreign keys enforced.
//!
//! ```
//! use latchkey_store::{Answer, Error, Store, StoreConn, Value, async_trait};
//!
//! /// Answers every statement with nothing.
//! struct Nothing;
//!
//! #[async_trait]
//! impl Store for Nothing {
//!     async fn connect(&self) -> Result<Box<dyn StoreConn>, Error> {
//!         Ok(Box::new(Nothing))
//!     }
//! }
//!
//! #[async_trait]
//! impl StoreConn for Nothing {
//!     async fn run(&mut self, _: &str, _: Vec<Value>) -> Result<Answer, Error> {
//!         Ok(Answer::default())
//!     }
//!
//!     async fn run_script(&mut self, _: &str) -> Result<(), Error> {
//!         Ok(())
//!     }
//!
//!     fn discard(self: Box<Self>) {}
//! }
//! ```

#[cfg(feature = "blocking")]
mod blocking;
mod error;
mod row;
mod value;

pub use async_trait::async_trait;

#[cfg(feature = "blocking")]
pub use self::blocking::{BlockingConn, BlockingStore};
pub use self::{
    error::Error,
    row::Row,
    value::{Plain, Value},
};

/// The connections of an application to one SQLite database.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Returns a connection without an open transaction, once one is free.
    ///
    /// # Errors
    /// If none is free in time, or the database cannot be opened.
    async fn connect(&self) -> Result<Box<dyn StoreConn>, Error>;
}

/// A connection, which goes back to where it came from when it is dropped.
#[async_trait]
pub trait StoreConn: Send {
    /// Runs a statement that takes `values` for `?1`, `?2`, …; it may be kept prepared.
    ///
    /// # Errors
    /// Those of SQLite, with their codes: Latchkey tells a constraint from a full disk by them.
    async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<Answer, Error>;

    /// Runs statements without values.
    ///
    /// # Errors
    /// Same as [`run`](Self::run).
    async fn run_script(&mut self, sql: &str) -> Result<(), Error>;

    /// Drops the connection, which may be within a transaction: rolls that back, or closes the connection.
    fn discard(self: Box<Self>);
}

/// Answer to a statement.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Number of rows inserted, changed or deleted; of any value after a statement that only reads.
    pub changed: u64,
    /// Rows, all with the same columns.
    pub rows: Vec<Row>,
}
