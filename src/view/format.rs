//! Times for people, as their language writes them; all in UTC.

use std::time::Duration;

use super::iso::date;
use crate::base::{clock::Time, locale::Locale};

/// Returns whole seconds as minutes, rounded up.
pub fn minutes(span: Duration) -> u64 {
    span.as_secs().div_ceil(60)
}

/// Returns a time of day, like `14:32 UTC`.
pub fn clock(locale: Locale, time: Time) -> String {
    let at = date(time);
    match locale {
        Locale::En => format!("{:02}:{:02} UTC", at.hour(), at.minute()),
    }
}

/// Returns the first whole minute that is not before `time`, as a time of day.
pub fn next_minute(locale: Locale, time: Time) -> String {
    const MINUTE: i64 = 60_000;
    let past = time.as_millis().rem_euclid(MINUTE);
    let whole = if past == 0 { time.as_millis() } else { time.as_millis() - past + MINUTE };
    clock(locale, Time::from_millis(whole))
}

/// Returns a day and time, like `2026-08-01 14:32 UTC`.
pub fn moment(locale: Locale, time: Time) -> String {
    match locale {
        Locale::En => format!("{} {}", day(locale, time), clock(locale, time)),
    }
}

/// Returns a day, like `2026-08-01`.
pub fn day(locale: Locale, time: Time) -> String {
    match locale {
        Locale::En => date(time).date().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::iso;

    #[test]
    fn english_dates_are_those_of_programs() {
        let time = iso::parse_day("2026-08-01").unwrap() + Duration::from_secs(14 * 3600 + 32 * 60 + 59);
        assert_eq!(clock(Locale::En, time), "14:32 UTC");
        assert_eq!(moment(Locale::En, time), "2026-08-01 14:32 UTC");
        assert_eq!(day(Locale::En, time), "2026-08-01");
    }

    #[test]
    fn the_next_minute_is_whole_and_not_before_the_time() {
        let noon = iso::parse_day("2026-08-01").unwrap() + Duration::from_secs(12 * 60 * 60);
        let next = |millis| next_minute(Locale::En, noon + Duration::from_millis(millis));
        assert_eq!(next(0), "12:00 UTC");
        for millis in [1, 500, 1_000, 59_999, 60_000] {
            assert_eq!(next(millis), "12:01 UTC", "{millis} ms after noon");
        }
        assert_eq!(next(60_001), "12:02 UTC");
    }
}
