//! `latchkey.log`: how lines of the log are written.

use serde::{Deserialize, Serialize};

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// To be read by people.
    #[default]
    Text,
    /// An object a line, to be read by programs.
    Json,
}
