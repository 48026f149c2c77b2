//! What an admin does to people and messages: in the console, on the command line, and in an application's own code.

pub mod accounts;
pub mod actions;
#[cfg(feature = "console")]
pub mod console;
pub mod let_in;
pub mod lost;
pub mod message_actions;
pub mod reason;
