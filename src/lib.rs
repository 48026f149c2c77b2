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
// Some functions exist for the server's commands or for tests alone.
#![cfg_attr(not(feature = "internals"), allow(dead_code, unused_imports))]
// Without a driver, no statement runs.
#![cfg_attr(not(any(feature = "postgres", feature = "sqlite")), allow(unused_variables))]

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;

/// All rooms. Other crates see them only by the feature `internals`.
#[path = ""]
mod rooms {
    pub mod account;
    pub mod admin;
    pub mod app;
    pub mod auth;
    pub mod base;
    #[cfg(feature = "cli")]
    pub mod cli;
    pub mod config;
    pub mod core;
    pub mod findings;
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
    #[cfg(feature = "testing")]
    pub mod testing;
    pub mod view;
}

#[cfg(not(feature = "internals"))]
use rooms::*;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub use rooms::*;

pub use admin::accounts::Accounts;
pub use auth::role::Has;
pub use auth::session::Fresh;
pub use base::Error;
pub use base::role::Role;
#[cfg(feature = "cli")]
pub use cli::run;
pub use config::register::Input;
pub use http::SameOrigin;
pub use outbox::Undelivered;
pub use outbox::mail::Mail;
pub use outbox::sender::{SendMail, SendText};
pub use reset::own::{Recovers, page::Answer, ticket::Ticket};
pub use rooms::core::{
    account::Account,
    events,
    registration::{Faults, Registration, Trouble},
};
#[cfg(all(feature = "testing", not(feature = "internals")))]
pub use rooms::testing;
pub use server::fairing::{Latchkey, fairing};
pub use server::rocket;
pub use server::switch::Switch;
pub use sign_in::urls::{Urls, sign_in};
pub use store::{Row, Tx, Value};
pub use uuid::Uuid;
pub use view::in_template::in_template;
pub use view::layout::{Frame, Layout};
