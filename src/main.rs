//! The server and its command line.

use std::process::ExitCode;

#[rocket::main]
async fn main() -> ExitCode {
    latchkey::cli::run().await
}
