//! Account recovery for Rocket: sign-up, sign-in and five interchangeable ways to reset a password.
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

pub mod account;
pub mod clock;
pub mod error;
pub mod outbox;
pub mod random;
pub mod span;
pub mod web;

pub use error::Error;
