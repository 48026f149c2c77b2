//! Shared code of all test binaries: a running site, browsers, its mailbox, people, and fresh databases.
//!
//! It is compiled once for all of them, and knows `latchkey` as a host application would. Its macros call one another, so a
//! test binary takes all of them: `#[macro_use] extern crate latchkey_testing as common;`.

#[macro_use]
mod strategy;
#[macro_use]
mod setting;
mod app;
mod authenticator;
mod binary;
mod browser;
pub mod chrome;
mod config;
mod database;
pub mod example;
pub mod factors;
mod form;
mod haproxy;
pub mod host;
mod jar;
mod letters;
mod mailbox;
mod page;
pub mod passkeys;
mod people;
mod ports;
mod postgres;
mod program;
mod recovery;
mod refused;
mod replicas;
pub mod script;
mod secrets;
mod seen;
pub mod sent_codes;
mod server;
mod walk;
pub mod ways_in;
mod wire;

pub use self::{
    app::{Site, TestApp},
    authenticator::{Authenticator, recovery_codes},
    binary::{Binary, command, run, write_secret},
    browser::{Answer, Browser, Sent, Trouble},
    config::{Change, Config, based},
    database::{Database, dump, execute, texts, until_none, until_sent},
    form::{Field, Form},
    jar::Jar,
    mailbox::{Arrived, Mailbox, Message},
    page::Page,
    people::{NEW, OLD, OTHER, Person},
    ports::free_port,
    postgres::Postgres,
    program::{Program, Reply},
    recovery::Ready,
    refused::{refused, release, said},
    script::Script,
    secrets::{alone, live},
    seen::Seen,
    setting::{Engine, Setting, prove, skip},
    strategy::{Capabilities, LINES, Strategy},
    walk::{Step, Walk},
    wire::Wire,
};

/// The folder of the repository.
pub fn root() -> &'static std::path::Path {
    std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
