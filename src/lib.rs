//! Account recovery for Rocket: sign-up, sign-in and five interchangeable ways to reset a password.
//!
//! [`rocket()`] composes the whole site from a configuration:
//!
//! ```no_run
//! # fn main() -> Result<(), latchkey::Error> {
//! let site = latchkey::rocket(rocket::Config::figment())?;
//! # let _ = site;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

pub mod account;
mod admin;
pub mod app;
pub mod cli;
pub mod clock;
pub mod code;
pub mod config;
mod dev;
pub mod error;
pub mod event;
pub mod events;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod init;
pub mod key;
pub mod keyring;
pub mod lanes;
pub mod limits;
pub mod logger;
pub mod meters;
pub mod network;
pub mod outbox;
pub mod quota;
pub mod random;
mod reach;
pub mod replicas;
pub mod reset;
pub mod scope;
mod server;
pub mod signals;
pub mod span;
pub mod store;
pub mod tally;
mod task;
mod typed;
pub mod vital;
mod watch;
pub mod web;

pub use account::role::{Admin, Has, Role};
pub use error::Error;
pub use reset::switch::Switch;
pub use server::{rocket, server};
pub use store::accounts::Account;
