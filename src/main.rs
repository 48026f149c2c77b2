//! The server and its command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before Rocket's own: whoever logs first stays.
    latchkey::logger::start();
    latchkey::cli::run()
}
