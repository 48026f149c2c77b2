//! `latchkey.session`: how long people stay signed in.

use serde::{Deserialize, Serialize};

use crate::base::{SettingFault, duration::HumanDuration};

/// Settings of `latchkey.session`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// Idle timeout of a session. Default: 2h.
    pub idle: HumanDuration,
    /// Absolute timeout of a session, from sign-in. Default: 12h.
    pub absolute: HumanDuration,
    /// Time after which sensitive changes (password, address, phone, deletion) require signing in again. Default: 15m.
    pub fresh: HumanDuration,
    /// Life of "keep me signed in". Default: 14d.
    pub remember: HumanDuration,
    /// Whether programs that ask for a token get a refresh token beside it, and how. Default: off.
    pub refresh_tokens: RefreshTokens,
}

/// How programs get refresh tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RefreshTokens {
    /// They get none.
    #[default]
    Off,
    /// In a cookie that no script can read, for pages of an application.
    Cookie,
    /// In the answer, for apps on a phone.
    Body,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            idle: HumanDuration::hours(2),
            absolute: HumanDuration::hours(12),
            fresh: HumanDuration::minutes(15),
            remember: HumanDuration::days(14),
            refresh_tokens: RefreshTokens::Off,
        }
    }
}

impl SessionSettings {
    /// Returns the values out of range.
    pub fn validate(&self) -> Vec<SettingFault> {
        [
            ("idle", self.idle, HumanDuration::minutes(5), HumanDuration::days(1)),
            ("absolute", self.absolute, HumanDuration::minutes(5), HumanDuration::days(30)),
            ("fresh", self.fresh, HumanDuration::minutes(1), HumanDuration::hours(12)),
            ("remember", self.remember, HumanDuration::hours(1), HumanDuration::days(90)),
        ]
        .into_iter()
        .filter(|(_, value, least, most)| value < least || value > most)
        .map(|(name, value, least, most)| {
            SettingFault::new(
                format!("latchkey.session.{name}"),
                format!("\"{value}\" is out of range"),
                format!("write \"{least}\" to \"{most}\""),
            )
        })
        .collect()
    }
}
