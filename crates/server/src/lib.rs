//! Latchkey as a server: its log, and the signals that it registers before anything else.
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

mod logger;

use std::process::ExitCode;

use latchkey::cli::{self, Signals};

/// Runs the command that the command line names; without one, the server.
pub fn run() -> ExitCode {
    // A server registers its signals before anything else, so that none comes too early; other commands keep
    // the system's handling.
    let serves = std::env::args_os().nth(1).is_none_or(|command| command == "serve");
    let signals = serves.then(Signals::heed);
    // Must come before Rocket's own: the first logger stays.
    logger::start();
    cli::run_server(signals)
}
