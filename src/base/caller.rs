//! Origin of a request.

use serde::{Deserialize, Serialize};

use super::clock::Time;

/// Origin of a request, as shown in messages and the audit log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Caller {
    /// Client's address.
    pub from: String,
    /// Browser and system, in words of our own.
    pub browser: String,
    /// Time of the request.
    pub at: Time,
}
