//! Statistics: daily counts and durations, updated as events happen, so that charts over months are cheap to read.

use std::{collections::BTreeMap, time::Duration};

use super::{Core, event::EventKind};
use crate::{
    base::{Error, clock::Time},
    store::{Tx, daily_stats},
};

/// Event kinds that are counted. Their transactions update no other count.
pub const COUNTED: [EventKind; 2] = [EventKind::ResetIssued, EventKind::ResetCompleted];
/// A reset whose key expired unused.
pub const ABANDONED: &str = "reset.abandoned";
/// A message that was sent, counted by channel.
pub const SENT: &str = "message.sent";

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Rows that share one day's count for events without a duration, so that concurrent transactions seldom wait.
const SPREAD: u8 = 16;

/// Day of a moment: days since the Unix epoch, in UTC.
pub fn day(time: Time) -> i64 {
    time.as_millis().div_euclid(DAY)
}

/// Start of a day.
pub fn begins(day: i64) -> Time {
    Time::from_millis(day.saturating_mul(DAY))
}

/// Counts one occurrence under a policy, with its duration.
///
/// # Errors
/// [`Error::Database`].
pub async fn count(
    core: &Core,
    tx: &mut Tx,
    kind: EventKind,
    policy: &str,
    took: Option<Duration>,
) -> Result<(), Error> {
    let bucket = match took {
        Some(took) => bucket(took),
        None => core.random.bytes().map(|[byte]| (byte % SPREAD).into())?,
    };
    let (kind, policy) = (kind.name().to_owned(), policy.to_owned());
    daily_stats::add(tx, &daily_stats::DailyStat { day: day(core.now()), kind, policy, bucket, hits: 1 })
        .await
}

/// Counts sent messages by channel, each with its duration.
///
/// # Errors
/// [`Error::Database`].
pub async fn sent<'a>(
    core: &Core,
    tx: &mut Tx,
    messages: impl Iterator<Item = (&'a str, Duration)>,
) -> Result<(), Error> {
    let mut numbers = BTreeMap::new();
    for (channel, took) in messages {
        *numbers.entry((channel, bucket(took))).or_insert(0) += 1;
    }
    for ((channel, bucket), n) in numbers {
        let (kind, policy) = (SENT.to_owned(), channel.to_owned());
        daily_stats::add(tx, &daily_stats::DailyStat { day: day(core.now()), kind, policy, bucket, hits: n })
            .await?;
    }
    Ok(())
}

/// Bucket of a duration: four for each doubling of its milliseconds, so that its middle is off by an eighth at most.
fn bucket(took: Duration) -> i64 {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(4);
    let doublings = millis.ilog2();
    i64::from(doublings) * 4 + i64::try_from((millis >> (doublings - 2)) & 3).unwrap_or(0)
}

/// Shortest duration in a bucket.
pub fn least(bucket: i64) -> Duration {
    let bucket = u64::try_from(bucket.clamp(8, 250)).unwrap_or(8);
    Duration::from_millis((4 + bucket % 4) << (bucket / 4 - 2))
}

/// Percentile of the durations in `buckets`, as the middle of its bucket.
pub fn within(percent: i64, buckets: &[(i64, i64)]) -> Option<Duration> {
    let total: i64 = buckets.iter().map(|(_, n)| n).sum();
    let mut left = (total * percent + 99) / 100;
    let reached = buckets.iter().find(|(_, n)| {
        left -= n;
        left <= 0
    });
    reached.map(|(bucket, _)| (least(*bucket) + least(bucket + 1)) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_lies_in_its_bucket() {
        for millis in (4..5_000).chain([86_399_999, 7_776_000_000]) {
            let took = Duration::from_millis(millis);
            let at = bucket(took);
            assert!(least(at) <= took && took < least(at + 1), "{took:?} in {at}");
            assert!(least(at + 1) - least(at) <= least(at) / 4, "{at} is wide");
        }
        assert_eq!(bucket(Duration::ZERO), 8);
        assert!(least(i64::MAX) > least(i64::MIN));
    }

    #[test]
    fn a_median_is_the_middle_one() {
        let of = |seconds: u64| bucket(Duration::from_secs(seconds));
        let buckets = [(of(10), 5), (of(60), 4), (of(600), 1)];
        let near = |percent, seconds: u64| {
            let found = within(percent, &buckets).unwrap();
            found.abs_diff(Duration::from_secs(seconds)) * 6 <= Duration::from_secs(seconds)
        };
        assert!(near(50, 10) && near(90, 60) && near(100, 600));
        assert_eq!(within(50, &[]), None);
    }
}
