//! What judging a configuration finds: a key, what is the matter with it, the remedy, and where the key stands.

pub mod place;

use std::fmt;

use figment::Figment;
use serde::{Serialize, Serializer};

use self::place::Place;
use crate::base::Error;

/// How much a finding matters; what matters most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// The site does not start.
    Error,
    /// It starts, and somebody will be sorry.
    Warning,
    /// It is allowed, and good to know.
    Advice,
}

/// One thing that was found. It never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The key that it concerns, like `latchkey.reset.strategy`; empty if there is none.
    pub key: String,
    /// Where that key, or else the table around it, stands.
    pub place: Place,
    /// What is the matter.
    pub why: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl Finding {
    /// Of this severity, not yet placed.
    pub fn new(
        severity: Severity,
        key: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (key, why, remedy) = (key.into(), why.into(), remedy.into());
        Self { severity, key, place: Place::Default, why, remedy }
    }

    /// Reads a line like `latchkey.mail.url sends without encryption: add ?tls=required`, the key first, the remedy last; a line
    /// that begins otherwise is kept as it is.
    pub fn told(severity: Severity, line: &str) -> Self {
        let (key, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        let is_key = key.contains(['.', '_'])
            && key.starts_with(|first: char| first.is_ascii_lowercase())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-\"".contains(&byte));
        if !is_key || rest.is_empty() {
            return Self::new(severity, "", line, "");
        }
        let rest = rest.trim_start().trim_start_matches("= ");
        let (why, remedy) = rest.split_once(": ").unwrap_or((rest, ""));
        Self::new(severity, key, why, remedy)
    }

    /// Whether the site does not start with it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same, with where its key stands in `figment`.
    pub fn placed(self, figment: &Figment) -> Self {
        Self { place: Place::near(figment, &self.key), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::Default {
            write!(f, "{}: ", self.place)?;
        }
        let parts = [&*self.key, &*self.why, &*self.remedy].into_iter().filter(|part| !part.is_empty());
        f.write_str(&parts.collect::<Vec<_>>().join(": "))
    }
}

impl From<Vec<Finding>> for Error {
    fn from(findings: Vec<Finding>) -> Self {
        Error::Config(findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_and_told_again() {
        for (line, parts) in [
            (
                "latchkey.mail.url sends in the clear: add TLS",
                ["latchkey.mail.url", "sends in the clear", "add TLS"],
            ),
            (
                "latchkey.colour: this key is unknown: write hsts",
                ["latchkey.colour", "this key is unknown", "write hsts"],
            ),
            ("latchkey.phone_hold = \"40d\" is too long", ["latchkey.phone_hold", "\"40d\" is too long", ""]),
            ("Rocket.toml:3: port: no", ["", "Rocket.toml:3: port: no", ""]),
        ] {
            let finding = Finding::told(Severity::Error, line);
            assert_eq!([&*finding.key, &*finding.why, &*finding.remedy], parts);
        }
        let told = Finding::told(Severity::Error, "template_dir is no folder: there is none at x");
        assert_eq!(told.to_string(), "template_dir: is no folder: there is none at x");
        assert_eq!(Finding::told(Severity::Error, "the database failed: full").key, "");
    }
}
