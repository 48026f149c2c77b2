//! Times as programs write and read them (ISO 8601), the same in every language.

use rocket::time::{Date, Month, OffsetDateTime};

use crate::base::clock::Time;

/// Returns a time to the millisecond, as in logs: `2026-08-01T14:32:05.123Z`.
pub fn stamp(time: Time) -> String {
    let (at, millis) = (date(time), time.as_millis().rem_euclid(1000));
    format!("{}T{:02}:{:02}:{:02}.{millis:03}Z", at.date(), at.hour(), at.minute(), at.second())
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

/// Returns the second that a time is in, in UTC.
pub(super) fn date(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_millis().div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for text in ["1970-01-01", "2026-08-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(stamp(parse_day(text).unwrap()), format!("{text}T00:00:00.000Z"));
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
