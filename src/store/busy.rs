//! Who still works with the pool: Rocket closes it while requests are in flight.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rocket::tokio::time::{sleep, timeout};

/// Counts who is at work.
#[derive(Clone, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

/// Somebody at work, until dropped.
pub struct Token(Arc<AtomicUsize>);

impl Busy {
    pub(super) fn enter(&self) -> Token {
        self.0.fetch_add(1, Ordering::SeqCst);
        Token(self.0.clone())
    }

    /// Waits until nobody is at work, `longest` at most.
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
