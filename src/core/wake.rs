//! Signals that wake the worker, one for each queue of the outbox.

use rocket::tokio::sync::Notify;

use crate::store::outbox::Queue;

/// Notified when a queue has a new entry.
#[derive(Default)]
pub struct WorkerWake {
    requests: Notify,
    mail: Notify,
    texts: Notify,
}

impl WorkerWake {
    /// The signal of a queue.
    pub fn of(&self, queue: Queue) -> &Notify {
        match queue {
            Queue::Requests => &self.requests,
            Queue::Mail => &self.mail,
            Queue::Texts => &self.texts,
        }
    }
}
