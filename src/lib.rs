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
pub mod auth;
pub mod base;
pub mod cli;
pub mod config;
pub mod core;
pub mod findings;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
pub mod hashing;
pub mod http;
pub mod jobs;
pub mod observe;
pub mod outbox;
pub mod policy;
pub mod reset;
pub mod server;
pub mod sign_in;
pub mod store;
pub mod view;

pub use crate::core::events;
pub use auth::role::{Admin, Has};
pub use base::Error;
pub use base::role::Role;
pub use server::switch::Switch;
pub use server::{rocket, server};
pub use store::accounts::Account;
