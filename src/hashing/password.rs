//! A password as a person chose it: normalized once, never trimmed, folded or cut, and wiped when dropped.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::hash::COSTS;
use crate::base::{SettingFault, fault::Fault};

/// Most bytes of a password, in UTF-8.
pub const MAX_BYTES: usize = 4096;

/// Settings of `latchkey.password`: requirements for a password, and the cost of its hash.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// Fewest characters (Unicode code points), 8 to 64. Default: 8; 15 is better where nothing else protects.
    pub min_length: usize,
    /// Least zxcvbn score, 0 to 4; 3 means more than 10^8 guesses. Default: 3.
    pub min_score: u8,
    /// Cost of bcrypt: 2^cost rounds, 10 to 16 in release. Default: 12, about a fifth of a second of one core.
    pub cost: u32,
    /// Threads that hash, at most 1024; 0 is one for each core. Default: 0.
    pub threads: usize,
    /// Most passwords that wait for a thread, at most 65,536; one more is answered 503. 0 is 16 for each thread, two to
    /// four seconds of waiting at the default cost. Default: 0.
    pub queue: usize,
    /// Most waiting passwords that a thread hashes at once, at most 4; 0 is the fastest number, measured continuously.
    /// Default: 0.
    pub lanes: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self { min_length: 8, min_score: 3, cost: 12, threads: 0, queue: 0, lanes: 0 }
    }
}

impl PasswordSettings {
    /// Returns the faults in these settings; `release` requires more.
    pub fn validate(&self, release: bool) -> Vec<SettingFault> {
        let least_cost = if release { 10 } else { *COSTS.start() };
        [
            ("min_length", self.min_length, 8, 64),
            ("min_score", self.min_score.into(), 0, 4),
            ("cost", self.cost as usize, least_cost as usize, *COSTS.end() as usize),
            ("threads", self.threads, 0, 1024),
            ("queue", self.queue, 0, 65_536),
            ("lanes", self.lanes, 0, bcrypt_lanes::MOST),
        ]
        .into_iter()
        .filter(|(_, value, least, most)| !(least..=most).contains(&value))
        .map(|(name, value, least, most)| {
            SettingFault::new(
                format!("latchkey.password.{name}"),
                format!("{value} is out of range"),
                format!("write {least} to {most}"),
            )
        })
        .collect()
    }
}

/// A password. No `Debug`, since it is secret.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the typed text in Unicode's Normalization Form C: the same characters are the same password, however a
    /// keyboard composes them. Nothing else is changed.
    ///
    /// # Errors
    /// `password-missing` if it is empty, `password-too-long` beyond [`MAX_BYTES`], and `password-unusable-character`
    /// for a NUL or a line break, which no one-line field sends.
    pub fn parse(typed: &str) -> Result<Self, Fault> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES));
        for character in typed.nfc() {
            if matches!(character, '\0' | '\r' | '\n') {
                return Err(Fault::new("password-unusable-character"));
            }
            if text.len() + character.len_utf8() > MAX_BYTES {
                return Err(Fault::new("password-too-long").with("max", MAX_BYTES));
            }
            text.push(character);
        }
        if text.is_empty() { Err(Fault::new("password-missing")) } else { Ok(Self(text)) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(typed: &str) -> Option<&'static str> {
        Password::parse(typed).err().map(|fault| fault.said())
    }

    #[test]
    fn a_password_is_kept_as_typed_but_for_composition() {
        for typed in [" ", "  Two Words  ", "ǅ ﬁ ½", "🔑🔑🔑", "\t"] {
            assert_eq!(Password::parse(typed).unwrap().as_str(), typed);
        }
        assert_eq!(Password::parse("Jo\u{308}rg").unwrap().as_str(), "J\u{f6}rg");
    }

    #[test]
    fn length_is_bounded_in_whatever_form_it_is_typed() {
        assert_eq!(fault(""), Some("password-missing"));
        assert_eq!(fault(&"a".repeat(4096)), None);
        assert_eq!(fault(&"a".repeat(4097)), Some("password-too-long"));
        assert_eq!(fault(&"\u{f6}".repeat(2048)), None);
        assert_eq!(fault(&"o\u{308}".repeat(2048)), None);
        assert_eq!(fault(&"o\u{308}".repeat(2049)), Some("password-too-long"));
    }

    #[test]
    fn what_no_field_sends_is_refused() {
        for typed in ["\0", "abc\0def", "one\r\ntwo", "one\ntwo"] {
            assert_eq!(fault(typed), Some("password-unusable-character"));
        }
    }

    #[test]
    fn settings_out_of_range_are_named() {
        assert!(PasswordSettings::default().validate(true).is_empty());
        let weak = PasswordSettings { cost: 9, ..PasswordSettings::default() };
        assert!(weak.validate(false).is_empty());
        let fault = SettingFault::new("latchkey.password.cost", "9 is out of range", "write 10 to 16");
        assert_eq!(weak.validate(true), [fault]);
        for wrong in [
            PasswordSettings { min_length: 7, ..PasswordSettings::default() },
            PasswordSettings { min_length: 65, ..PasswordSettings::default() },
            PasswordSettings { min_score: 5, ..PasswordSettings::default() },
            PasswordSettings { cost: 3, ..PasswordSettings::default() },
            PasswordSettings { cost: 17, ..PasswordSettings::default() },
            PasswordSettings { threads: 2000, ..PasswordSettings::default() },
            PasswordSettings { queue: usize::MAX, ..PasswordSettings::default() },
            PasswordSettings { lanes: 5, ..PasswordSettings::default() },
        ] {
            assert_eq!(wrong.validate(false).len(), 1, "{wrong:?}");
        }
    }
}
