//! The table `counts`: how often something was tried within a window.

use std::time::Duration;

use super::{Tx, sql};
use crate::{Error, clock::Time};

/// Counts one more try in a bucket and tells how many it makes since its window began.
pub async fn hit(tx: &mut Tx, bucket: &[u8], window: Duration, now: Time) -> Result<i64, Error> {
    const HIT: &str = "INSERT INTO latchkey_counts (bucket, tally, expires_at) VALUES ($1, 1, $3)
        ON CONFLICT (bucket) DO UPDATE SET
            tally = CASE WHEN latchkey_counts.expires_at <= $2 THEN 1 ELSE latchkey_counts.tally + 1 END,
            expires_at = CASE WHEN latchkey_counts.expires_at <= $2 THEN $3 ELSE latchkey_counts.expires_at END
        RETURNING tally";
    let hit = sql!(optional(i64,), tx, HIT, bucket, now, now + window)?;
    Ok(hit.map_or(i64::MAX, |(tally,)| tally))
}

/// Takes one back.
pub async fn forgive(tx: &mut Tx, bucket: &[u8]) -> Result<(), Error> {
    const FORGIVE: &str = "UPDATE latchkey_counts SET tally = tally - 1 WHERE bucket = $1 AND tally > 0";
    sql!(execute tx, FORGIVE, bucket)?;
    Ok(())
}

/// Removes some whose window is over.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_counts WHERE bucket IN (SELECT bucket FROM latchkey_counts WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
