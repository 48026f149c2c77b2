//! The languages in which the site speaks to people.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// A language, and the conventions for dates that go with it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    VariantArray,
)]
#[serde(into = "&'static str", from = "String")]
#[strum(serialize_all = "kebab-case")]
pub enum Locale {
    /// English. Dates are ISO 8601, times are UTC.
    #[default]
    En,
}

impl Locale {
    /// All languages.
    pub fn all() -> &'static [Locale] {
        Self::VARIANTS
    }

    /// Returns the tag by BCP 47, like `en`, which also names its file of sentences.
    pub fn tag(self) -> &'static str {
        self.into()
    }
}

/// Returns English for a tag that only another version knows: its messages are sent in English, not lost.
impl From<String> for Locale {
    fn from(tag: String) -> Self {
        tag.parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_written_as_its_tag_and_read_back() {
        for locale in Locale::all() {
            let written = serde_json::to_string(locale).unwrap();
            assert_eq!(written, format!("\"{}\"", locale.tag()));
            assert_eq!(serde_json::from_str::<Locale>(&written).unwrap(), *locale);
        }
    }

    #[test]
    fn a_locale_of_another_version_is_english() {
        assert_eq!(serde_json::from_str::<Locale>("\"tlh\"").unwrap(), Locale::En);
    }
}
