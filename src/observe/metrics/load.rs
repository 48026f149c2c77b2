//! How much the threads that hash passwords have to do.

use prometheus_client::metrics::{counter::Counter, gauge::Gauge};

/// Shared by whoever hands in passwords and whoever hashes them.
#[derive(Clone, Default)]
pub struct Load {
    /// Jobs that wait for a thread.
    pub(super) waiting: Gauge,
    /// Jobs that a thread took up.
    pub(super) begun: Counter,
    /// Jobs that were refused since too many waited, or for too long.
    pub(super) refused: Counter,
    /// Passwords that a thread hashes at once at most.
    pub(super) lanes: Gauge,
}

impl Load {
    /// A job is about to wait for a thread.
    pub fn wait(&self) {
        self.waiting.inc();
    }

    /// A thread took it up.
    pub fn begin(&self) {
        self.waiting.dec();
        self.begun.inc();
    }

    /// So many passwords are best hashed at once.
    pub fn lanes(&self, lanes: usize) {
        self.lanes.set(i64::try_from(lanes).unwrap_or(i64::MAX));
    }

    /// Nobody waits for it any more.
    pub fn leave(&self) {
        self.waiting.dec();
    }

    /// It was refused.
    pub fn refuse(&self) {
        self.waiting.dec();
        self.refused.inc();
    }
}
