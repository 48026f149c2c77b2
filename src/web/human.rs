//! Times as people read them.

use std::time::Duration;

use rocket::time::OffsetDateTime;

use crate::clock::Time;

/// Whole minutes, at least one while anything is left.
pub fn minutes(span: Duration) -> u64 {
    span.as_secs().div_ceil(60)
}

/// A time of day, like `14:32 UTC`.
pub fn clock(time: Time) -> String {
    let at = date(time);
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}

/// A day and time, like `2026-08-01 14:32 UTC`.
pub fn moment(time: Time) -> String {
    let at = date(time);
    format!("{} {}", at.date(), clock(time))
}

/// A day, like `2026-08-01`.
pub fn day(time: Time) -> String {
    date(time).date().to_string()
}

fn date(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_millis().div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A moment to the millisecond, as logs tell it: `2026-08-01T14:32:05.123Z`.
pub fn stamp(time: Time) -> String {
    let (at, millis) = (date(time), time.as_millis().rem_euclid(1000));
    format!("{}T{:02}:{:02}:{:02}.{millis:03}Z", at.date(), at.hour(), at.minute(), at.second())
}
