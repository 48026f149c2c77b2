//! Origin of a request.

use serde::{Deserialize, Serialize};

use super::{clock::Time, locale::Locale};

/// Origin of a request, as shown in messages and the audit log, and the language for messages about it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Caller {
    /// Client's address.
    pub from: String,
    /// Browser and system, in words of our own: `Firefox on Linux`.
    pub browser: String,
    /// Time of the request.
    pub at: Time,
    /// Language of the answer. Requests sealed by versions that had only English lack it.
    #[serde(default)]
    pub locale: Locale,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_without_a_language_speaks_english() {
        let old = r#"{"from":"192.0.2.7","browser":"Firefox on Linux","at":1785592800000}"#;
        assert_eq!(serde_json::from_str::<Caller>(old).unwrap().locale, Locale::En);
    }
}
