//! The table `counts`: buckets of what may still be done, each as the moment at which it will be full again.

use super::{Tx, sql};
use crate::{Error, clock::Time, quota::Quota};

/// Takes one out of a bucket; false, and nothing changes, if it is empty. A bucket without a row is full.
pub async fn take(tx: &mut Tx, bucket: &[u8], quota: Quota, now: Time) -> Result<bool, Error> {
    // What a wrong clock put down counts as a bucket with one left.
    const TAKE: &str = "INSERT INTO latchkey_counts (bucket, full_at) VALUES ($1, $5)
        ON CONFLICT (bucket) DO UPDATE SET full_at = $3 + CASE
            WHEN latchkey_counts.full_at < $2 THEN $2
            WHEN latchkey_counts.full_at > $6 THEN $4
            ELSE latchkey_counts.full_at END
        WHERE latchkey_counts.full_at <= $4 OR latchkey_counts.full_at > $6
        RETURNING full_at";
    let (latest, absurd) = (quota.latest(now), quota.absurd(now));
    let first = now + quota.interval();
    let taken = sql!(optional(Time,), tx, TAKE, bucket, now, millis(quota), latest, first, absurd)?;
    Ok(taken.is_some())
}

/// Puts one back.
pub async fn put_back(tx: &mut Tx, bucket: &[u8], quota: Quota, now: Time) -> Result<(), Error> {
    const PUT_BACK: &str =
        "UPDATE latchkey_counts SET full_at = full_at - $3 WHERE bucket = $1 AND full_at > $2";
    sql!(execute tx, PUT_BACK, bucket, now, millis(quota))?;
    Ok(())
}

/// When a bucket will be full, if it is not.
pub async fn full_at(tx: &mut Tx, bucket: &[u8]) -> Result<Option<Time>, Error> {
    const FULL_AT: &str = "SELECT full_at FROM latchkey_counts WHERE bucket = $1";
    Ok(sql!(optional(Time,), tx, FULL_AT, bucket)?.map(|(full_at,)| full_at))
}

/// Removes some that are full.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_counts WHERE bucket IN (SELECT bucket FROM latchkey_counts WHERE full_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}

fn millis(quota: Quota) -> i64 {
    i64::try_from(quota.interval().as_millis()).unwrap_or(i64::MAX)
}
