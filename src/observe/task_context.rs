//! Context of the current work: for which request, on which server.
//!
//! Log lines and metrics are produced deep below, where no signature names a request. A task carries this instead.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rocket::tokio::task_local;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::metrics::Metrics;
use crate::base::random::Random;

task_local! {
    static SCOPE: TaskContext;
}

/// Id of a request in the log and in its response: made here, never taken from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId(u64);

/// Unused ids, drawn many at a time.
#[derive(Default)]
pub struct RequestIds(Mutex<Vec<[u8; 8]>>);

impl RequestIds {
    /// Returns the next id. It is not a secret: if the random number generator fails, ids repeat and requests still
    /// succeed.
    pub fn next(&self, random: Random) -> RequestId {
        let mut drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.is_empty()
            && let Ok(bytes) = random.bytes::<512>()
        {
            drawn.extend(bytes.as_chunks().0);
        }
        drawn.pop().map(u64::from_be_bytes).map(RequestId).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Context of a task.
#[derive(Clone)]
pub struct TaskContext {
    /// Request; `None` if nobody waits for an answer.
    pub request: Option<RequestId>,
    /// This server's id.
    pub replica: Uuid,
    /// This server's metrics.
    pub metrics: Arc<Metrics>,
}

impl TaskContext {
    /// Runs `work` in this context.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        SCOPE.scope(self, work).await
    }

    /// Runs `act` in this context, at once.
    pub fn act<T>(self, act: impl FnOnce() -> T) -> T {
        SCOPE.sync_scope(self, act)
    }

    /// Calls `look` with the current context, if there is one.
    pub fn current<T>(look: impl FnOnce(&TaskContext) -> T) -> Option<T> {
        SCOPE.try_with(look).ok()
    }
}
