//! The policy that a key or a session was issued under, as a column.

use crate::base::column::column;

/// A policy as JSON. Its text is written and read by `policy/stored.rs` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPolicy(String);

column!(StoredPolicy(String));

impl StoredPolicy {
    /// Wraps the JSON of a policy.
    pub fn new(json: String) -> Self {
        Self(json)
    }

    /// Returns the JSON.
    pub fn json(&self) -> &str {
        &self.0
    }
}
