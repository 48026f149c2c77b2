//! The table `replicas`: running servers, and the policy that each has in force.

use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::base::{Error, clock::Time};

/// Records a server's heartbeat, and removes servers silent since before `silent_since`.
pub async fn beat(tx: &mut Tx, id: Uuid, policy: &str, now: Time, silent_since: Time) -> Result<(), Error> {
    const BEAT: &str = "INSERT INTO latchkey_replicas (id, policy, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET policy = $2, seen_at = $3";
    const FORGET: &str = "DELETE FROM latchkey_replicas WHERE seen_at < $1";
    sql!(queue tx, BEAT, id, policy, now)?;
    sql!(queue tx, FORGET, silent_since)?;
    Ok(())
}

/// Counts the servers other than `id` by the policy they have in force.
pub async fn others(conn: &mut Conn, id: Uuid, silent_since: Time) -> Result<Vec<(String, i64)>, Error> {
    const OTHERS: &str = "SELECT policy, COUNT(*) FROM latchkey_replicas WHERE id <> $1 AND seen_at >= $2
        GROUP BY policy ORDER BY policy";
    Ok(sql!(all(String, i64), conn, OTHERS, id, silent_since)?)
}

/// Removes a server that is stopping.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    const REMOVE: &str = "DELETE FROM latchkey_replicas WHERE id = $1";
    sql!(queue tx, REMOVE, id)?;
    Ok(())
}
