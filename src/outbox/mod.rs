//! The outbox: what is to be done after the answer, the worker that does it, and the two ways a message travels.

use std::error::Error as StdError;

mod circuit;
pub mod mail;
pub mod mailbox;
pub mod message;
pub mod request;
pub mod sms;
pub mod transport;

/// Why a message was not delivered. The text is for the log: no address, no secret, nothing that a server said
/// but its codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Another try may succeed. Whatever may have been accepted all the same is here as well.
    #[error("{0}")]
    Transient(String),
    /// No other try will succeed: the message itself is refused.
    #[error("{0}")]
    Permanent(String),
}

/// The innermost cause: libraries wrap it in words that repeat it, or that name what is not for the log.
fn root(error: &dyn StdError) -> &dyn StdError {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}
