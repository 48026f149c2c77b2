//! Durations as people write them in `Rocket.toml`: `"30m"`.

use std::{fmt, ops::Deref, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// A length of time: a whole number with its unit, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanDuration(Duration);

impl HumanDuration {
    /// Creates a duration of `count` seconds.
    pub const fn seconds(count: u64) -> Self {
        Self(Duration::from_secs(count))
    }

    /// Creates a duration of `count` minutes.
    pub const fn minutes(count: u64) -> Self {
        Self::seconds(count * 60)
    }

    /// Creates a duration of `count` hours.
    pub const fn hours(count: u64) -> Self {
        Self::minutes(count * 60)
    }

    /// Creates a duration of `count` days.
    pub const fn days(count: u64) -> Self {
        Self::hours(count * 24)
    }
}

impl Deref for HumanDuration {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

impl FromStr for HumanDuration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        UNITS
            .iter()
            .find_map(|&(unit, seconds)| {
                let count: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
                count.checked_mul(seconds).map(Self::seconds)
            })
            .ok_or_else(|| {
                format!("`{text}` is not a duration: write a number and s, m, h or d, like \"30m\"")
            })
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.as_secs();
        let (unit, seconds) = UNITS
            .into_iter()
            .find(|(_, seconds)| total >= *seconds && total.is_multiple_of(*seconds))
            .unwrap_or(("s", 1));
        write!(f, "{}{unit}", total / seconds)
    }
}

impl Serialize for HumanDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Written)
    }
}

struct Written;

impl de::Visitor<'_> for Written {
    type Value = HumanDuration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration like \"30m\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<HumanDuration, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for text in ["45s", "30m", "72h", "14d"] {
            let span: HumanDuration = text.parse().unwrap();
            let again: HumanDuration = span.to_string().parse().unwrap();
            assert_eq!(span, again);
        }
        assert_eq!("30m".parse(), Ok(HumanDuration::minutes(30)));
        for wrong in ["", "m", "30", "-5m", "1.5h", "99999999999999999999s", "30 min"] {
            assert!(wrong.parse::<HumanDuration>().is_err(), "{wrong}");
        }
    }
}
