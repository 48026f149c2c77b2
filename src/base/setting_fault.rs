//! A fault in a setting, in its parts: key, problem and remedy.

use std::fmt;

use super::Error;

/// A fault in a setting. It never holds a secret's value. As text it is a sentence that begins with the key, like
/// `latchkey.mail.url sends without encryption: add ?tls=required`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// Key that it concerns, like `latchkey.mail.url`; empty if none.
    pub key: String,
    /// Description of the problem, after the key.
    pub why: String,
    /// Remedy; may be empty.
    pub remedy: String,
}

impl SettingFault {
    /// Creates a fault of the setting `key`.
    pub fn new(key: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { key: key.into(), why: why.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.why)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ": {}", self.remedy) }
    }
}

impl From<SettingFault> for Error {
    fn from(fault: SettingFault) -> Self {
        Error::Config(fault.to_string())
    }
}

/// Several faults, in one line.
impl From<Vec<SettingFault>> for Error {
    fn from(faults: Vec<SettingFault>) -> Self {
        Error::Config(faults.iter().map(SettingFault::to_string).collect::<Vec<_>>().join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_sentence_that_begins_with_its_key() {
        let clear = SettingFault::new("latchkey.mail.url", "sends without encryption", "add ?tls=required");
        let long = SettingFault::new("latchkey.site_name", "must be one line of text", "");
        let said = "latchkey.mail.url sends without encryption: add ?tls=required";
        assert_eq!(clear.to_string(), said);
        let both = Error::from(vec![clear, long]).to_string();
        assert_eq!(both, format!("{said}; latchkey.site_name must be one line of text"));
    }
}
