//! Times, formatted for people.

use std::time::Duration;

use rocket::time::{Date, Month, OffsetDateTime};

use crate::base::clock::Time;

/// Returns whole seconds as minutes, rounded up.
pub fn minutes(span: Duration) -> u64 {
    span.as_secs().div_ceil(60)
}

/// Returns a time of day, like `14:32 UTC`.
pub fn clock(time: Time) -> String {
    let at = date(time);
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}

/// Returns the first whole minute that is not before `time`, as a time of day.
pub fn next_minute(time: Time) -> String {
    clock(time + Duration::from_secs(59))
}

/// Returns a day and time, like `2026-08-01 14:32 UTC`.
pub fn moment(time: Time) -> String {
    let at = date(time);
    format!("{} {}", at.date(), clock(time))
}

/// Returns a day, like `2026-08-01`.
pub fn day(time: Time) -> String {
    date(time).date().to_string()
}

/// Returns the beginning of a day like `2026-08-01`, in UTC; from 1970 to 9999.
pub fn parse_day(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, '-').map(|part| {
        let plain = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| plain)
    });
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
    let seconds = date.midnight().assume_utc().unix_timestamp();
    (seconds >= 0).then(|| Time::from_millis(seconds * 1000))
}

fn date(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_millis().div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Returns a time to the millisecond, as in logs: `2026-08-01T14:32:05.123Z`.
pub fn stamp(time: Time) -> String {
    let (at, millis) = (date(time), time.as_millis().rem_euclid(1000));
    format!("{}T{:02}:{:02}:{:02}.{millis:03}Z", at.date(), at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for text in ["1970-01-01", "2026-08-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(day(parse_day(text).unwrap()), text);
        }
        for wrong in [
            "",
            "2026",
            "2026-13-01",
            "2025-02-29",
            "2026-08-01-",
            "-1-1-1",
            "99999-01-01",
            "1969-12-31",
            "+2026-1-1",
        ] {
            assert!(parse_day(wrong).is_none(), "{wrong}");
        }
    }
}
