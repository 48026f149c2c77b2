//! The servers that share the database, and the policy that each has in force.

use std::time::Duration;

use serde::Serialize;

use super::Core;
use crate::{
    base::Error,
    store::{Conn, Tx, replicas},
};

/// Silence after which a server no longer counts.
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(60);

/// Number of servers that have a policy in force.
#[derive(Serialize)]
pub struct Share {
    /// Version of the policy.
    pub policy: String,
    /// Number of servers.
    pub servers: i64,
}

/// Policies in force on all servers, this one included. A single entry means that they agree.
///
/// # Errors
/// [`Error::Database`].
pub async fn shares(core: &Core, conn: &mut Conn) -> Result<Vec<Share>, Error> {
    let others = replicas::others(conn, core.replica, core.now() - HEARTBEAT_LIMIT).await?;
    let own = core.live.now().version.clone();
    let mut shares: Vec<_> = others.into_iter().map(|(policy, servers)| Share { policy, servers }).collect();
    match shares.iter_mut().find(|share| share.policy == own) {
        Some(share) => share.servers += 1,
        None => shares.push(Share { policy: own, servers: 1 }),
    }
    Ok(shares)
}

/// Records that this server is running, and its policy version.
///
/// # Errors
/// [`Error::Database`].
pub async fn beat(core: &Core, tx: &mut Tx) -> Result<(), Error> {
    replicas::beat(tx, core.replica, &core.live.now().version, core.now(), core.now() - HEARTBEAT_LIMIT).await
}

/// Removes this server when it stops.
///
/// # Errors
/// [`Error::Database`].
pub async fn leave(core: &Core, tx: &mut Tx) -> Result<(), Error> {
    replicas::remove(tx, core.replica).await
}
