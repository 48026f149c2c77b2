//! The table `daily_stats`: daily counts of events by policy and duration.

use super::{Conn, Tx, record::record, sql};
use crate::base::Error;

record! {
    /// One count for the charts.
    pub struct DailyStat {
        /// Days since the Unix epoch, in UTC; the first day where several are summed.
        pub day: i64,
        /// Kind of event, like `reset.completed`.
        pub kind: String,
        /// Policy or channel.
        pub policy: String,
        /// Duration, as a bucket of [`stats`](crate::core::stats); any number for an event without one.
        pub bucket: i64,
        /// Count.
        pub hits: i64,
    }
}

/// Adds `stat.hits` to a count. A transaction that adds to several does so in one order, or two could deadlock.
pub async fn add(tx: &mut Tx, stat: &DailyStat) -> Result<(), Error> {
    const ADD: &str =
        "INSERT INTO latchkey_daily_stats (day, kind, policy, bucket, hits) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (day, kind, policy, bucket) DO UPDATE SET hits = latchkey_daily_stats.hits + $5";
    sql!(apart tx, ADD, stat.day, &stat.kind, &stat.policy, stat.bucket, stat.hits)?;
    Ok(())
}

/// Returns the counts for each day from `since` on.
pub async fn by_day(conn: &mut Conn, since: i64) -> Result<Vec<DailyStat>, Error> {
    const BY_DAY: &str =
        "SELECT day, kind, policy, CAST(0 AS BIGINT) AS bucket, CAST(SUM(hits) AS BIGINT) AS hits FROM latchkey_daily_stats
        WHERE day >= $1 GROUP BY day, kind, policy ORDER BY day, kind, policy";
    Ok(sql!(all DailyStat, conn, BY_DAY, since)?)
}

/// Returns the counts for each duration since the day `since`.
pub async fn by_bucket(conn: &mut Conn, since: i64) -> Result<Vec<DailyStat>, Error> {
    const BY_BUCKET: &str =
        "SELECT MIN(day) AS day, kind, policy, bucket, CAST(SUM(hits) AS BIGINT) AS hits FROM latchkey_daily_stats
        WHERE day >= $1 AND bucket >= 0 GROUP BY kind, policy, bucket ORDER BY kind, policy, bucket";
    Ok(sql!(all DailyStat, conn, BY_BUCKET, since)?)
}

/// Removes the counts older than the day `before`.
pub async fn purge(tx: &mut Tx, before: i64) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_daily_stats WHERE day < $1";
    Ok(sql!(execute tx, PURGE, before)?)
}
