//! The command line: `latchkey` serves, its commands look after people and configuration.

mod check;
mod user;

use std::{path::Path, process::ExitCode};

use clap::{Parser, Subcommand};
use figment::Figment;

use crate::{
    Error,
    app::App,
    clock::Clock,
    config::Judged,
    init,
    random::Random,
    store::{Pool, Settings},
    web::templates::Templates,
};

/// Account recovery for Rocket: sign-up, sign-in and five ways to reset a password.
#[derive(Parser)]
#[command(name = "latchkey", version, after_help = "Without a command it serves, as Rocket.toml says.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a complete Rocket.toml for production, with fresh secrets.
    Init,
    /// Says whether the configuration would start, and what it would do.
    Check,
    /// Looks after people.
    #[command(subcommand)]
    User(user::User),
}

/// Does what the command line says.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let figment = rocket::Config::figment();
    let done = match cli.command {
        None => serve(figment).await,
        Some(Command::Init) => init::rocket_toml(Random).map(|text| print!("{text}")),
        Some(Command::Check) => check::run(&figment).await,
        Some(Command::User(user)) => user::run(user, &figment).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("latchkey: {line}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn serve(figment: Figment) -> Result<(), Error> {
    rocket::Config::try_from(&figment).map_err(crate::config::explain)?;
    let site = crate::rocket(figment)?;
    // Tells in one line what Rocket would tell in many when the database cannot be reached.
    let settings = Settings::extract(&site.figment().focus("databases.latchkey"))?;
    reachable(&settings).await?;
    site.launch().await.map(drop).map_err(|error| Error::Config(launch_fault(&error)))
}

async fn reachable(settings: &Settings) -> Result<(), Error> {
    rocket_db_pools::Pool::close(&Pool::connect(settings).await?).await;
    Ok(())
}

fn launch_fault(error: &rocket::Error) -> String {
    use rocket::error::ErrorKind;
    match error.kind() {
        ErrorKind::Bind(error) => {
            format!("cannot listen there ({error}): set address and port to what is free")
        }
        ErrorKind::FailedFairings(fairings) => {
            let names: Vec<_> = fairings.iter().map(|fairing| fairing.name).collect();
            format!("could not start: {}", names.join(", "))
        }
        other => format!("could not start: {other}"),
    }
}

/// The site and its database, for commands that work beside a server.
async fn open(figment: &Figment) -> Result<(App, Pool), Error> {
    let pool = Pool::connect(&Settings::extract(&figment.focus("databases.latchkey"))?).await?;
    let app = App::new(Judged::read(figment)?, Clock::system(), Templates::load(None::<&Path>)?)?;
    Ok((app, pool))
}
