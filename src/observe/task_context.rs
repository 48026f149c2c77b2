//! For whom the work at hand is done: which request, on which server.
//!
//! Lines of the log and meters are made deep below, where no signature names a request. A task carries this instead.

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

/// What a request is called in the log and in its answer: made here, never taken from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestId(u64);

/// Ids that nobody has been given yet, drawn many at a time.
#[derive(Default)]
pub struct RequestIds(Mutex<Vec<[u8; 8]>>);

impl RequestIds {
    /// The next id. It is not a secret: if the random number generator fails, ids repeat and requests still succeed.
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

/// For whom.
#[derive(Clone)]
pub struct TaskContext {
    /// The request; none if nobody waits for an answer.
    pub request: Option<RequestId>,
    /// The server.
    pub replica: Uuid,
    /// Its meters.
    pub metrics: Arc<Metrics>,
}

impl TaskContext {
    /// Does `work` for this one.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        SCOPE.scope(self, work).await
    }

    /// Acts for this one, at once.
    pub fn act<T>(self, act: impl FnOnce() -> T) -> T {
        SCOPE.sync_scope(self, act)
    }

    /// Whom the work at hand is for, if that is known.
    pub fn current<T>(look: impl FnOnce(&TaskContext) -> T) -> Option<T> {
        SCOPE.try_with(look).ok()
    }
}
