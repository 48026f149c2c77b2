//! This server's heartbeat, which records that it runs and which policy it has in force.

use std::{sync::Arc, time::Duration};

use rocket::{
    Shutdown,
    fairing::AdHoc,
    tokio::{
        select,
        time::{sleep, timeout},
    },
};

use crate::{
    app::App,
    base::Error,
    core::replicas,
    observe::task,
    store::{Db, Pool},
};

/// Interval of the heartbeat.
const BEAT: Duration = Duration::from_secs(15);
/// Retry interval while nothing can be written, so that recovery is noticed soon.
const STEP: Duration = Duration::from_secs(2);
/// Longest time to remove this server at shutdown.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends heartbeats until the server stops.
pub fn fairing() -> AdHoc {
    AdHoc::on_liftoff("Replicas", |rocket| {
        Box::pin(async move {
            let (Some(app), Some(db)) = (rocket.state::<Arc<App>>(), Db::fetch(rocket)) else { return };
            let (there, pool, shutdown) = (app.clone(), (**db).clone(), rocket.shutdown());
            task::keep_up("the heartbeat task", app.scope(None), move || {
                be_there(there.clone(), pool.clone(), shutdown.clone())
            });
        })
    })
}

async fn be_there(app: Arc<App>, pool: Pool, mut shutdown: Shutdown) {
    let _open = pool.keep_open();
    let mut on = true;
    while on {
        let said = async {
            let mut tx = pool.begin().await?;
            replicas::beat(&app, &mut tx).await?;
            tx.commit().await
        };
        let mut failed = false;
        if let Err(error) = said.await {
            log::error!("could not record this server's heartbeat: {error}");
            failed = true;
        }
        let mut waited = Duration::ZERO;
        while on && waited < BEAT && (waited.is_zero() || !failed && pool.takes_writes()) {
            select! {
                () = &mut shutdown => on = false,
                () = sleep(STEP) => waited += STEP,
            }
        }
    }
    let gone = async {
        let mut tx = pool.begin().await?;
        replicas::leave(&app, &mut tx).await?;
        tx.commit().await
    };
    // A server that is not removed is forgotten when its heartbeat is old.
    let _: Result<Result<(), Error>, _> = timeout(FAREWELL_TIMEOUT, gone).await;
}
