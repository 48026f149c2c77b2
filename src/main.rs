//! The server and its command line.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Without a command it serves, and no signal may come too early. A command ends as the system ends it.
    let serves = std::env::args_os().nth(1).is_none_or(|command| command == "serve");
    let signals = serves.then(latchkey::server::signals::Signals::heed);
    // Before Rocket's own: whoever logs first stays.
    latchkey::server::logger::start();
    latchkey::cli::run(signals)
}
