//! The table `counts`: rate-limit buckets, each stored as the time at which it will be full again.

use serde::Serialize;

use super::{Tx, hexadecimal, sql};
use crate::base::{Error, clock::Time, quota::Quota};

/// A bucket with its quota.
pub type Bucket = (Vec<u8>, Quota);
/// A bucket that one was taken from.
pub type Taken = (Vec<u8>,);

/// Takes one from a bucket; false, without a change, if it is empty. A bucket without a row is full.
pub async fn take(tx: &mut Tx, bucket: &[u8], quota: Quota, now: Time) -> Result<bool, Error> {
    // A time written by a wrong clock counts as a bucket with one left.
    const TAKE: &str = "INSERT INTO latchkey_rate_limits (bucket, full_at) VALUES ($1, $5)
        ON CONFLICT (bucket) DO UPDATE SET full_at = $3 + CASE
            WHEN latchkey_rate_limits.full_at < $2 THEN $2
            WHEN latchkey_rate_limits.full_at > $6 THEN $4
            ELSE latchkey_rate_limits.full_at END
        WHERE latchkey_rate_limits.full_at <= $4 OR latchkey_rate_limits.full_at > $6
        RETURNING full_at";
    let (latest, absurd) = (quota.latest(now), quota.absurd(now));
    let first = now + quota.interval();
    let taken = sql!(optional(Time,), tx, TAKE, bucket, now, millis(quota), latest, first, absurd)?;
    Ok(taken.is_some())
}

/// A bucket to take from, as the databases read it.
#[derive(Serialize)]
struct Wanted {
    bucket: String,
    first: i64,
    latest: i64,
    absurd: i64,
}

/// Returns the buckets to take from, as JSON.
pub(super) fn wanted(buckets: &[Bucket], now: Time) -> String {
    let wanted = |(bucket, quota): &Bucket| Wanted {
        bucket: hexadecimal(bucket),
        first: (now + quota.interval()).as_millis(),
        latest: quota.latest(now).as_millis(),
        absurd: quota.absurd(now).as_millis(),
    };
    let wanted: Vec<_> = buckets.iter().map(wanted).collect();
    serde_json::to_string(&wanted).expect("text and numbers are plain data")
}

/// Takes one from each bucket that is not empty, and returns those buckets.
pub async fn take_each(tx: &mut Tx, buckets: &[Bucket], now: Time) -> Result<Vec<Taken>, Error> {
    const TAKE_EACH_SQLITE: &str =
        "WITH wanted AS (SELECT unhex(value ->> 'bucket') AS bucket, value ->> 'first' AS first,
            value ->> 'latest' AS latest, value ->> 'absurd' AS absurd FROM json_each($1))
        INSERT INTO latchkey_rate_limits (bucket, full_at) SELECT bucket, first FROM wanted WHERE TRUE
        ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at - $2 + (SELECT CASE
            WHEN latchkey_rate_limits.full_at < $2 THEN $2
            WHEN latchkey_rate_limits.full_at > wanted.absurd THEN wanted.latest
            ELSE latchkey_rate_limits.full_at END FROM wanted WHERE wanted.bucket = excluded.bucket)
        WHERE EXISTS (SELECT 1 FROM wanted WHERE wanted.bucket = excluded.bucket
            AND (latchkey_rate_limits.full_at <= wanted.latest OR latchkey_rate_limits.full_at > wanted.absurd))
        RETURNING bucket";
    const TAKE_EACH_POSTGRES: &str =
        "WITH wanted AS (SELECT decode(bucket, 'hex') AS bucket, first, latest, absurd
            FROM jsonb_to_recordset(CAST(CAST($1 AS TEXT) AS JSONB)) AS each (bucket TEXT, first BIGINT, latest BIGINT, absurd BIGINT))
        INSERT INTO latchkey_rate_limits (bucket, full_at) SELECT bucket, first FROM wanted
        ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at - $2 + (SELECT CASE
            WHEN latchkey_rate_limits.full_at < $2 THEN $2
            WHEN latchkey_rate_limits.full_at > wanted.absurd THEN wanted.latest
            ELSE latchkey_rate_limits.full_at END FROM wanted WHERE wanted.bucket = excluded.bucket)
        WHERE EXISTS (SELECT 1 FROM wanted WHERE wanted.bucket = excluded.bucket
            AND (latchkey_rate_limits.full_at <= wanted.latest OR latchkey_rate_limits.full_at > wanted.absurd))
        RETURNING bucket";
    if buckets.is_empty() {
        return Ok(Vec::new());
    }
    let text = tx.pick(TAKE_EACH_SQLITE, TAKE_EACH_POSTGRES);
    Ok(sql!(all Taken, tx, text, wanted(buckets, now), now)?)
}

/// Puts one back into a bucket.
pub async fn put_back(tx: &mut Tx, bucket: &[u8], quota: Quota, now: Time) -> Result<(), Error> {
    const PUT_BACK: &str =
        "UPDATE latchkey_rate_limits SET full_at = full_at - $3 WHERE bucket = $1 AND full_at > $2";
    sql!(queue tx, PUT_BACK, bucket, now, millis(quota))?;
    Ok(())
}

/// Returns when a bucket will be full; `None` if it has no row.
pub async fn full_at(tx: &mut Tx, bucket: &[u8]) -> Result<Option<Time>, Error> {
    const FULL_AT: &str = "SELECT full_at FROM latchkey_rate_limits WHERE bucket = $1";
    Ok(sql!(optional(Time,), tx, FULL_AT, bucket)?.map(|(full_at,)| full_at))
}

/// Removes a batch of full buckets.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_rate_limits WHERE bucket IN (SELECT bucket FROM latchkey_rate_limits WHERE full_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}

fn millis(quota: Quota) -> i64 {
    i64::try_from(quota.interval().as_millis()).unwrap_or(i64::MAX)
}
