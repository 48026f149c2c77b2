//! A transaction lent to an application, and taken back after a while: one that is held open blocks everybody else's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rocket::tokio::{
    spawn,
    task::JoinHandle,
    time::{Instant, sleep_until, timeout_at},
};

use super::Conn;
use crate::base::{Error, bounded::LONGEST};

/// A transaction that is rolled back once its time is up, whatever its borrower does.
pub struct Lent {
    /// `None` while a statement runs, and once it is rolled back.
    conn: Arc<Mutex<Option<Conn>>>,
    until: Instant,
    timer: JoinHandle<()>,
}

impl Lent {
    /// Lends a transaction.
    pub fn new(conn: Conn) -> Self {
        let (conn, until) = (Arc::new(Mutex::new(Some(conn))), Instant::now() + LONGEST);
        let lent = conn.clone();
        let timer = spawn(async move {
            sleep_until(until).await;
            drop(lock(&lent).take());
        });
        Self { conn, until, timer }
    }

    /// Takes the transaction for one statement, or for the commit. Dropping it rolls it back.
    ///
    /// # Errors
    /// [`Error::Database`] if it is rolled back already.
    pub fn take(&self) -> Result<Conn, Error> {
        lock(&self.conn).take().ok_or_else(|| match self.is_over() {
            true => over(),
            false => Error::Database("a statement of the transaction has failed: it is rolled back".into()),
        })
    }

    /// Awaits a statement for as long as the transaction may be open.
    ///
    /// # Errors
    /// Those of the statement, and [`Error::Database`] once the time is up.
    pub async fn in_time<T>(&self, statement: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout_at(self.until, statement).await.unwrap_or_else(|_| Err(over()))
    }

    /// Puts the transaction back after a statement.
    pub fn put_back(&self, conn: Conn) {
        let mut lent = lock(&self.conn);
        // The timer may have found nothing meanwhile.
        if !self.is_over() {
            *lent = Some(conn);
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

fn lock(conn: &Mutex<Option<Conn>>) -> MutexGuard<'_, Option<Conn>> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}

fn over() -> Error {
    Error::Database(
        format!("the transaction was open for {LONGEST:?} and is rolled back: keep it short").into(),
    )
}

/// Refuses a statement of ours, none of which is for a transaction of an application.
pub fn refused<T>() -> Result<T, sqlx::Error> {
    Err(sqlx::Error::InvalidArgument("this transaction is the application's".into()))
}
