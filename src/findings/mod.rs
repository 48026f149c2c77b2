//! Findings about a configuration: the key, the problem, the remedy, and where the key is set.

pub mod place;

use std::fmt;

use figment::Figment;
use serde::{Serialize, Serializer};

use self::place::Place;
use crate::base::{Error, SettingFault};

/// Severity of a finding, most severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// The site does not start.
    Error,
    /// The site starts, but takes a risk.
    Warning,
    /// Allowed, and good to know.
    Advice,
}

/// A finding. It never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Severity.
    pub severity: Severity,
    /// Key that it concerns, like `latchkey.reset.strategy`; empty if none.
    pub key: String,
    /// Place where that key, or else the table around it, is set.
    pub place: Place,
    /// Description of the problem.
    pub why: String,
    /// Remedy; may be empty.
    pub remedy: String,
}

impl Finding {
    /// Creates a finding without a place.
    pub fn new(
        severity: Severity,
        key: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (key, why, remedy) = (key.into(), why.into(), remedy.into());
        Self { severity, key, place: Place::Default, why, remedy }
    }

    /// Creates a finding of a fault in a setting, without a place.
    pub fn of(severity: Severity, fault: SettingFault) -> Self {
        Self::new(severity, fault.key, fault.why, fault.remedy)
    }

    /// True if it keeps the site from starting.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Returns the finding with the place where its key is set in `figment`.
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
