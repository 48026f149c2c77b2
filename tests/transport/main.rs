//! Mail and SMS leave for real: to a mail server that nobody here wrote and to an HTTP listener, with TLS and
//! without, whatever those do.

mod authority;
mod listener;
mod mail;
#[path = "../common/script.rs"]
mod script;
mod sms;
mod trusting;

use latchkey::outbox::Undelivered;
use rocket::tokio::runtime;

/// Runs a law.
fn run(law: impl AsyncFnOnce()) {
    runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(law());
}

/// The text of a fault that another try may mend.
fn later(sent: Result<(), Undelivered>) -> String {
    match sent {
        Err(Undelivered::Transient(text)) => text,
        other => panic!("expected to try again later: {other:?}"),
    }
}

/// The text of a fault that no other try will mend.
fn never(sent: Result<(), Undelivered>) -> String {
    match sent {
        Err(Undelivered::Permanent(text)) => text,
        other => panic!("expected to give up: {other:?}"),
    }
}
