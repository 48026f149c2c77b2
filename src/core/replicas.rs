//! The servers that share the database, and which policy each of them has in force.

use std::{sync::Arc, time::Duration};

use rocket::{
    Shutdown,
    fairing::AdHoc,
    tokio::{
        select,
        time::{sleep, timeout},
    },
};
use rocket_db_pools::Database;
use serde::Serialize;

use crate::{
    app::App,
    base::Error,
    observe::task,
    store::{Conn, Db, Pool, Tx, replicas},
};

/// How often a server says that it is there.
const BEAT: Duration = Duration::from_secs(15);
/// How often it tries while nothing can be written, so that it is soon known when something can.
const STEP: Duration = Duration::from_secs(2);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);
/// After how long of silence it counts no more.
const SILENCE: Duration = Duration::from_secs(60);

/// How many servers have a policy in force.
#[derive(Serialize)]
pub struct Share {
    /// The version of the policy.
    pub policy: String,
    /// How many servers.
    pub servers: i64,
}

/// What the servers have in force, this one included; they agree if it is one policy.
///
/// # Errors
/// [`Error::Database`].
pub async fn shares(app: &App, conn: &mut Conn) -> Result<Vec<Share>, Error> {
    let others = replicas::others(conn, app.replica, app.now() - SILENCE).await?;
    let own = app.live.now().version.clone();
    let mut shares: Vec<_> = others.into_iter().map(|(policy, servers)| Share { policy, servers }).collect();
    match shares.iter_mut().find(|share| share.policy == own) {
        Some(share) => share.servers += 1,
        None => shares.push(Share { policy: own, servers: 1 }),
    }
    Ok(shares)
}

/// Says that this server is there, and what it has in force.
///
/// # Errors
/// [`Error::Database`].
pub async fn beat(app: &App, tx: &mut Tx) -> Result<(), Error> {
    replicas::beat(tx, app.replica, &app.live.now().version, app.now(), app.now() - SILENCE).await
}

/// Says so again and again until the server stops.
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
            beat(&app, &mut tx).await?;
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
        replicas::remove(&mut tx, app.replica).await?;
        tx.commit().await
    };
    // Whoever goes in silence is forgotten soon.
    let _: Result<Result<(), Error>, _> = timeout(FAREWELL, gone).await;
}
