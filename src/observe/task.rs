//! Background work for as long as the server runs: restarted after a panic.

use std::time::Duration;

use rocket::tokio::{self, time::sleep};

use super::task_context::TaskContext;

/// Delay before a restart.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs `work` in a task of its own until it ends by itself, and restarts it after a panic.
pub fn keep_up<Work>(name: &'static str, scope: TaskContext, work: impl Fn() -> Work + Send + 'static)
where
    Work: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(scope.clone().during(async move {
        // The message of a panic may hold anything: only its place is logged, where it happens.
        while tokio::spawn(scope.clone().during(work())).await.is_err_and(|end| end.is_panic()) {
            log::error!("{name} panicked; restarting");
            sleep(PAUSE).await;
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use rocket::tokio::sync::Notify;
    use uuid::Uuid;

    use super::*;
    use crate::observe::metrics::{Load, Metrics};

    #[rocket::async_test]
    async fn work_that_panics_begins_again_and_ends_by_itself() {
        let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counted, tell) = (begun.clone(), done.clone());
        let metrics = Arc::new(Metrics::new(&Load::default()));
        let scope = TaskContext { request: None, replica: Uuid::nil(), metrics };
        keep_up("a test", scope, move || {
            let (turn, tell) = (counted.fetch_add(1, Ordering::SeqCst), tell.clone());
            async move {
                assert!(TaskContext::current(|scope| scope.replica.is_nil()).is_some());
                assert!(turn > 0, "of a test");
                tell.notify_one();
            }
        });
        done.notified().await;
        tokio::task::yield_now().await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
