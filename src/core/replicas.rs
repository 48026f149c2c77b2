//! The servers that share the database, and which policy each of them has in force.

use std::time::Duration;

use serde::Serialize;

use super::Core;
use crate::{
    base::Error,
    store::{Conn, Tx, replicas},
};

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
pub async fn shares(core: &Core, conn: &mut Conn) -> Result<Vec<Share>, Error> {
    let others = replicas::others(conn, core.replica, core.now() - SILENCE).await?;
    let own = core.live.now().version.clone();
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
pub async fn beat(core: &Core, tx: &mut Tx) -> Result<(), Error> {
    replicas::beat(tx, core.replica, &core.live.now().version, core.now(), core.now() - SILENCE).await
}

/// Forgets this server: it stops.
///
/// # Errors
/// [`Error::Database`].
pub async fn leave(core: &Core, tx: &mut Tx) -> Result<(), Error> {
    replicas::remove(tx, core.replica).await
}
