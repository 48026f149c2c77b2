//! The table `tallies`: how often something happened in a day, under which policy, and how long it took.

use super::{Conn, Tx, sql};
use crate::base::Error;

/// One number for the pictures.
#[derive(sqlx_macros::FromRow)]
pub struct Tally {
    /// Days since the Unix epoch, in UTC; the first of them where several are summed up.
    pub day: i64,
    /// What happened, like `reset.completed`.
    pub kind: String,
    /// Under which policy, or by which channel.
    pub policy: String,
    /// How long it took, as a bucket of [`tally`](crate::core::tally); of what takes no time, any number.
    pub bucket: i64,
    /// How often.
    pub n: i64,
}

/// Counts `tally.n` more. A transaction that counts more than once does so in one order, or two could wait for one
/// another.
pub async fn add(tx: &mut Tx, tally: &Tally) -> Result<(), Error> {
    const ADD: &str =
        "INSERT INTO latchkey_tallies (day, kind, policy, bucket, n) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (day, kind, policy, bucket) DO UPDATE SET n = latchkey_tallies.n + $5";
    sql!(execute tx, ADD, tally.day, &tally.kind, &tally.policy, tally.bucket, tally.n)?;
    Ok(())
}

/// How often each thing happened on each day from `since` on.
pub async fn by_day(conn: &mut Conn, since: i64) -> Result<Vec<Tally>, Error> {
    const BY_DAY: &str =
        "SELECT day, kind, policy, CAST(0 AS BIGINT) AS bucket, CAST(SUM(n) AS BIGINT) AS n FROM latchkey_tallies
        WHERE day >= $1 GROUP BY day, kind, policy ORDER BY day, kind, policy";
    Ok(sql!(all Tally, conn, BY_DAY, since)?)
}

/// How often each thing took how long since the day `since`.
pub async fn by_bucket(conn: &mut Conn, since: i64) -> Result<Vec<Tally>, Error> {
    const BY_BUCKET: &str =
        "SELECT MIN(day) AS day, kind, policy, bucket, CAST(SUM(n) AS BIGINT) AS n FROM latchkey_tallies
        WHERE day >= $1 AND bucket >= 0 GROUP BY kind, policy, bucket ORDER BY kind, policy, bucket";
    Ok(sql!(all Tally, conn, BY_BUCKET, since)?)
}

/// Removes some of what is older than the day `before`.
pub async fn purge(tx: &mut Tx, before: i64) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_tallies WHERE day < $1";
    Ok(sql!(execute tx, PURGE, before)?)
}
