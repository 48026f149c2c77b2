//! `latchkey.session`: how long people stay signed in.

use serde::{Deserialize, Serialize};

use crate::base::span::Span;

/// `latchkey.session`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// A session ends when it was not used for this long. Default: 2h.
    pub idle: Span,
    /// A session ends this long after sign-in, used or not. Default: 12h.
    pub absolute: Span,
    /// What matters most (password, address, phone, deletion) asks to sign in again after this long. Default: 15m.
    pub fresh: Span,
    /// How long "keep me signed in" keeps. Default: 14d.
    pub remember: Span,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            idle: Span::hours(2),
            absolute: Span::hours(12),
            fresh: Span::minutes(15),
            remember: Span::days(14),
        }
    }
}

impl SessionSettings {
    /// What is out of range, each a sentence with key and remedy.
    pub fn judge(&self) -> Vec<String> {
        [
            ("idle", self.idle, Span::minutes(5), Span::days(1)),
            ("absolute", self.absolute, Span::minutes(5), Span::days(30)),
            ("fresh", self.fresh, Span::minutes(1), Span::hours(12)),
            ("remember", self.remember, Span::hours(1), Span::days(90)),
        ]
        .into_iter()
        .filter(|(_, value, least, most)| value < least || value > most)
        .map(|(name, value, least, most)| {
            format!("latchkey.session.{name} = \"{value}\" is out of range: write \"{least}\" to \"{most}\"")
        })
        .collect()
    }
}
