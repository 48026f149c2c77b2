//! Load of the threads that hash passwords.

use prometheus_client::metrics::{counter::Counter, gauge::Gauge};

/// Counts, shared by the callers and the threads.
#[derive(Clone, Default)]
pub struct Load {
    /// Jobs waiting for a thread.
    pub(super) waiting: Gauge,
    /// Jobs taken by a thread.
    pub(super) begun: Counter,
    /// Jobs refused because too many waited, or for too long.
    pub(super) refused: Counter,
    /// Most passwords that a thread hashes at once.
    pub(super) lanes: Gauge,
}

impl Load {
    /// Records that a job is about to wait for a thread.
    pub fn wait(&self) {
        self.waiting.inc();
    }

    /// Records that a thread took a job.
    pub fn begin(&self) {
        self.waiting.dec();
        self.begun.inc();
    }

    /// Records the best number of passwords to hash at once.
    pub fn lanes(&self, lanes: usize) {
        self.lanes.set(i64::try_from(lanes).unwrap_or(i64::MAX));
    }

    /// Records that nobody waits for a job any more.
    pub fn leave(&self) {
        self.waiting.dec();
    }

    /// Records that a job was refused.
    pub fn refuse(&self) {
        self.waiting.dec();
        self.refused.inc();
    }
}
