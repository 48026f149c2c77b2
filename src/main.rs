//! The server and its command line.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A server registers its signals before anything else, so that none comes too early; other commands keep
    // the system's handling.
    let serves = std::env::args_os().nth(1).is_none_or(|command| command == "serve");
    let signals = serves.then(latchkey::server::signals::Signals::heed);
    // Must come before Rocket's own: the first logger stays.
    latchkey::server::logger::start();
    latchkey::cli::run(signals)
}
