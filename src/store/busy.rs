//! Counts the users of the pool, since Rocket closes it while requests are in flight.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rocket::tokio::time::{sleep, timeout};

/// Number of users of the pool.
#[derive(Clone, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

/// A use of the pool, until dropped.
pub struct Token(Arc<AtomicUsize>);

impl Busy {
    pub(super) fn enter(&self) -> Token {
        self.0.fetch_add(1, Ordering::SeqCst);
        Token(self.0.clone())
    }

    /// Waits until nobody uses the pool, at most `longest`.
    pub(super) async fn ended(&self, longest: Duration) {
        let quiet = async {
            while self.0.load(Ordering::SeqCst) > 0 {
                sleep(Duration::from_millis(5)).await;
            }
        };
        if timeout(longest, quiet).await.is_err() {
            log::warn!("closing the database while something is still using it");
        }
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
