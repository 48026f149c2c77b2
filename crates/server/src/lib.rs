//! Latchkey as a server: its command line, its log, its signals, and a watch on its configuration.
#![forbid(unsafe_code)]
#![warn(missing_docs, rust_2018_idioms)]

/// Prints a line.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::cli::printed(writeln!(std::io::stdout(), $($line)*))
    };
}

mod cli;
mod logger;
mod signals;
mod watch;

use std::process::ExitCode;

use signals::Signals;

/// Runs the command that the command line names; without one, the server.
pub fn run() -> ExitCode {
    // A server registers its signals before anything else, so that none comes too early; other commands keep
    // the system's handling.
    let serves = std::env::args_os().nth(1).is_none_or(|command| command == "serve");
    let signals = serves.then(Signals::heed);
    // Must come before Rocket's own: the first logger stays.
    logger::start();
    cli::run(signals)
}
