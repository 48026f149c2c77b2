//! Real mail and SMS to independent servers, with TLS and without, whatever their answers.

mod authority;
mod listener;
mod mail;
mod sms;
mod trusting;

use latchkey::outbox::Undelivered;
use latchkey_testing::script;
use rocket::tokio::runtime;

/// Runs a law.
fn run(law: impl AsyncFnOnce()) {
    runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(law());
}

/// Text of an error that a retry may resolve.
fn later(sent: Result<(), Undelivered>) -> String {
    match sent {
        Err(Undelivered::Transient(text)) => text,
        other => panic!("expected to try again later: {other:?}"),
    }
}

/// Text of an error that no retry will resolve.
fn never(sent: Result<(), Undelivered>) -> String {
    match sent {
        Err(Undelivered::Permanent(text)) => text,
        other => panic!("expected to give up: {other:?}"),
    }
}
