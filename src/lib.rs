//! Accounts for [Rocket](https://rocket.rs) 0.5: sign-up, sign-in and five interchangeable ways to reset a password.
//!
//! Attach [`fairing()`] to your application, and its routes know who is signed in:
//!
//! ```no_run
//! use latchkey::{Account, Has, Role};
//! use rocket::{get, launch, routes};
//!
//! struct Editor;
//!
//! impl Role for Editor {
//!     const NAME: &'static str = "editor";
//! }
//!
//! #[get("/notes")]
//! fn notes(me: &Account) -> String {
//!     format!("the notes of {}", me.email())
//! }
//!
//! #[get("/drafts")]
//! fn drafts(editor: Has<'_, Editor>) -> String {
//!     format!("the drafts of {}", editor.email())
//! }
//!
//! #[launch]
//! fn rocket() -> _ {
//!     rocket::build().mount("/", routes![notes, drafts]).attach(latchkey::fairing())
//! }
//! ```
//!
//! Visitors who are not signed in are sent to sign-in, and back. Every setting is in `[default.latchkey]` of
//! `Rocket.toml`, and optional in a debug build. [`rocket()`] builds the same pages as a server of its own.
//!
//! # Tour
//! The [guides](crate::guide) lead through each of these.
//!
//! - **Guards**: [`&Account`](Account), `Option<&Account>`, [`Has`] for a [`Role`], [`May`] for a [`Permission`], [`By`] for the ways to be
//!   signed in, [`Fresh`] and [`FreshWithin`] for a recent sign-in, and [`SameOrigin`] against forms of other sites. [`Urls`] and [`sign_in()`] lead to Latchkey's pages.
//! - **Layout**: [`in_template`][in_template], or a [`Layout`] that puts the parts of a [`Frame`] together ([`Latchkey::layout`]).
//! - **Registration**: a [`Registration`] adds [`Input`]s, validates them, and runs statements of your own in the
//!   transaction ([`Tx`]) that creates or removes an account.
//! - **Accounts in code**: [`Accounts`] finds, invites, changes and deletes them; [`Accounts::begin`] starts a [`Tx`].
//! - **Passwords and messages**: a [`PasswordRule`] after ours; [`SendMail`] and [`SendText`] in place of the mail server
//!   and the SMS gateway.
//! - **Your own strategy**: [`Recovers`] describes another way to reset a password; its routes take a [`Ticket`].
//! - **Events and policy**: [`events::subscribe`] calls you with every event; [`switch_policy`] changes the policy at run time.
//! - **Testing**: [`testing`][testing] signs people in, reads their messages and moves the clock.
//! - **Commands**: [`run`][run] gives your binary `user add`, `check`, `policy explain` and the rest.
//!
//! # Features
//! - `sqlite`, `postgres` (both on by default): the databases. If your own driver links another SQLite, leave `sqlite` out,
//!   and keep the accounts over your connections with `store`.
//! - `mail`, `sms` (on by default): clients of mail servers and SMS gateways, for `latchkey.mail.url` and `sms.url`.
//! - `console` (on by default): the pages at `/admin`. `watch` (on by default): a changed file switches the policy.
//! - `swagger-ui`: `/api/docs`. `templates`: `in_template`. `metrics`: `/metrics`, for Prometheus.
//! - `cli`: `run`. `testing`: `testing`, for dev-dependencies; a release build refuses it.
//! - `internals`: for this repository only.
//!
//! # Stability
//! Versions follow Semantic Versioning. All that is documented here is public, except what `internals` adds.
//! [What is stable](crate::guide::stability) lists the rest.
//!
#![cfg_attr(feature = "templates", doc = "[in_template]: crate::in_template()")]
#![cfg_attr(not(feature = "templates"), doc = "[in_template]: #features")]
#![cfg_attr(feature = "cli", doc = "[run]: crate::run")]
#![cfg_attr(not(feature = "cli"), doc = "[run]: #features")]
#![cfg_attr(feature = "testing", doc = "[testing]: crate::testing")]
#![cfg_attr(not(feature = "testing"), doc = "[testing]: #features")]
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]
// Some functions exist for the server's commands or for tests alone.
#![cfg_attr(not(feature = "internals"), allow(dead_code, unused_imports))]
// Without a driver, no statement runs.
#![cfg_attr(not(any(feature = "postgres", feature = "sqlite")), allow(unused_variables))]

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
#[cfg(any(doc, doctest))]
pub mod guide;

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
    pub mod factors;
    pub mod findings;
    pub mod hashing;
    pub mod http;
    pub mod jobs;
    pub mod observe;
    pub mod openapi;
    pub mod outbox;
    pub mod policy;
    pub mod reset;
    pub mod server;
    pub mod sign_in;
    pub mod store;
    #[cfg(feature = "testing")]
    pub mod testing;
    pub mod view;
    pub mod webauthn;
}

#[cfg(not(feature = "internals"))]
use rooms::*;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub use rooms::*;

pub use admin::accounts::Accounts;
pub use auth::fresh_within::FreshWithin;
pub use auth::role::Has;
pub use auth::session::Fresh;
pub use base::Error;
pub use base::permission::Permission;
pub use base::role::Role;
#[cfg(feature = "cli")]
pub use cli::run;
pub use config::register::Input;
pub use hashing::own_rule::PasswordRule;
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
pub use server::switch::switch_policy;
pub use sign_in::by;
pub use sign_in::by::By;
pub use sign_in::permission::May;
pub use sign_in::urls::{Urls, sign_in};
pub use store::Tx;
#[doc(inline)]
pub use store::{Row, Value};
/// The id of an account.
///
/// ```
/// let id: latchkey::Uuid = "0190a5c4-7d1e-7c3a-9b1f-2f6d8e5a4c3b".parse().unwrap();
/// assert_eq!(id.as_bytes().len(), 16);
/// ```
pub use uuid::Uuid;
#[cfg(feature = "templates")]
pub use view::in_template::in_template;
pub use view::layout::{Frame, Layout};
