//! The server and its command line.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before Rocket's own: whoever logs first stays.
    latchkey::logger::start();
    latchkey::cli::run()
}
