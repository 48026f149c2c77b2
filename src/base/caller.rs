//! Who asks.

use serde::{Deserialize, Serialize};

use super::clock::Time;

/// Who asked for something, as messages and the audit log tell it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Caller {
    /// The place in the network.
    pub from: String,
    /// The browser, in words of our own.
    pub browser: String,
    /// When.
    pub at: Time,
}
