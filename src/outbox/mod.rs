//! The outbox: requests and messages that are handled after the answer, and the two ways to send a message.

use std::error::Error as StdError;

mod circuit;
pub mod mail;
pub mod mailbox;
pub mod message;
pub mod request;
pub mod sender;
#[cfg_attr(not(feature = "sms"), path = "no_sms.rs")]
pub mod sms;
#[cfg_attr(not(feature = "mail"), path = "no_smtp.rs")]
pub mod smtp;
pub mod transport;

/// Reason that a message was not delivered. The text is for the log: it has no address and no secret, and of
/// a server's answer only the codes.
///
/// ```
/// # use latchkey::Undelivered;
/// fn of_status(status: u16) -> Undelivered {
///     match status {
///         400 | 413 | 422 => Undelivered::Permanent(format!("the provider refused it: {status}")),
///         _ => Undelivered::Transient(format!("the provider answered {status}")),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// A retry may succeed. Also used if the message may have been accepted.
    #[error("{0}")]
    Transient(String),
    /// No retry will succeed: the message itself was refused.
    #[error("{0}")]
    Permanent(String),
}

/// Returns the innermost cause: the library errors around it repeat it, or name what must not be logged.
fn root(error: &dyn StdError) -> &dyn StdError {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}
