//! The command line: `latchkey` serves, its commands look after people and configuration.

/// Prints a line; a reader that has seen enough, as `head`, is no fault.
macro_rules! say {
    ($($line:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($line)*);
    }};
}

mod census;
mod check;
mod events;
mod exposed;
mod outbox;
mod policy;
mod seed;
mod user;

use std::{
    io::{self, Write},
    net::IpAddr,
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use figment::Figment;
use rocket::{error::ErrorKind, tokio::select};

use crate::{
    Error,
    app::App,
    clock::Clock,
    config::{Judged, fault},
    init,
    random::Random,
    signals::Signals,
    store::{Pool, Settings},
    watch,
    web::templates::Templates,
};

/// What `--help` says last.
const AFTER: &str = "Without a command it serves, as Rocket.toml says.

Exit status: 0 if it was done, 1 if it failed, 2 if the command line is wrong, 3 if there was nothing to be found or
changed.";
/// The exit status for it.
const NOTHING: u8 = 3;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// It did or found something.
    Done,
    /// There was nothing to find, or nothing to change.
    Nothing,
}

impl From<bool> for Done {
    fn from(something: bool) -> Self {
        if something { Done::Done } else { Done::Nothing }
    }
}

impl From<Done> for ExitCode {
    fn from(done: Done) -> Self {
        match done {
            Done::Done => ExitCode::SUCCESS,
            Done::Nothing => ExitCode::from(NOTHING),
        }
    }
}

/// Account recovery for Rocket: sign-up, sign-in and five ways to reset a password.
#[derive(Parser)]
#[command(name = "latchkey", version, after_help = AFTER)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a complete Rocket.toml for production, with fresh secrets.
    Init,
    /// Says whether the configuration would start, what it would do, and what an expert says to it.
    Check(check::Check),
    /// Explains the policy, and what a change of it would mean.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Looks after people.
    #[command(subcommand)]
    User(user::User),
    /// Looks after messages that are not sent.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Lists what happened, the newest first.
    Events(events::Events),
    /// Brings the database up to date, for a server whose own role may not create tables.
    ///
    /// The exit status is 0 too if there was nothing to do.
    Migrate,
    /// Fills an empty database with people and events, for measuring.
    #[command(hide = true)]
    Seed(seed::Seed),
}

/// Does what the command line says.
pub fn run(signals: Option<io::Result<Signals>>) -> ExitCode {
    let cli = Cli::parse();
    let figment = rocket::Config::figment();
    let done = match cli.command {
        Some(Command::Init) => {
            init::rocket_toml(Random).map(|text| say!("{}", text.trim_end())).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Check(check)) => Ok(check::run(&check, &figment)),
        Some(Command::Policy(policy)) => Ok(policy::run(&policy, &figment)),
        // Rocket would panic over its own keys.
        command => fault::refuse_strays(&figment)
            .and_then(|()| rocket::execute(carry_out(command, figment.clone(), signals))),
    };
    done.unwrap_or_else(|error| {
        complain(&figment, &error);
        ExitCode::FAILURE
    })
}

/// Says what went wrong, with the place of each key.
fn complain(figment: &Figment, error: &Error) {
    for line in error.to_string().lines() {
        eprintln!("latchkey: {}", fault::placed(figment, line));
    }
}

async fn carry_out(
    command: Option<Command>,
    figment: Figment,
    signals: Option<io::Result<Signals>>,
) -> Result<ExitCode, Error> {
    let done = match command {
        Some(Command::User(user)) => user::run(user, &figment).await?,
        Some(Command::Outbox(outbox)) => outbox::run(outbox, &figment).await?,
        Some(Command::Events(events)) => events::run(events, &figment).await?,
        Some(Command::Seed(seed)) => seed::run(&seed, &figment).await.map(|()| Done::Done)?,
        Some(Command::Migrate) => migrate(&figment).await.map(|()| Done::Done)?,
        _ => serve(figment, signals).await.map(|()| Done::Done)?,
    };
    Ok(done.into())
}

async fn serve(figment: Figment, signals: Option<io::Result<Signals>>) -> Result<(), Error> {
    let signals = signals.unwrap_or_else(Signals::heed);
    let failed = |source| Error::File { path: "signals".into(), source };
    let Signals { mut stop, hang_ups } = signals.map_err(failed)?;
    let site = crate::rocket(figment)?.attach(watch::fairing(rocket::Config::figment, hang_ups));
    let settings = Settings::read(site.figment())?;
    let (address, port) = (fault::read(site.figment(), "address")?, fault::read(site.figment(), "port")?);
    let told = |error| Error::Config(launch_fault(&error, address, port));
    let site = select! {
        biased;
        // Nobody is served yet: nothing is to be finished.
        () = stop.told() => return Ok(()),
        ignited = async {
            // Tells in one line what Rocket would tell in many when the database cannot be reached.
            reachable(&settings).await?;
            site.ignite().await.map_err(told)
        } => ignited?,
    };
    let shutdown = site.shutdown();
    rocket::tokio::spawn(async move {
        stop.told().await;
        shutdown.notify();
    });
    match site.launch().await {
        // A request that ran longer than a stop may take was cut off: that is no fault of the server's.
        Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => Ok(()),
        launched => launched.map(drop).map_err(told),
    }
}

async fn reachable(settings: &Settings) -> Result<(), Error> {
    rocket_db_pools::Pool::close(&Pool::connect(settings).await?).await;
    Ok(())
}

async fn migrate(figment: &Figment) -> Result<(), Error> {
    match Pool::migrate(&Settings::read(figment)?).await? {
        0 => say!("the database is up to date"),
        1 => say!("1 migration was applied"),
        count => say!("{count} migrations were applied"),
    }
    Ok(())
}

fn launch_fault(error: &rocket::Error, address: IpAddr, port: u16) -> String {
    match error.kind() {
        ErrorKind::Bind(error) => {
            format!("port {port} of address {address} cannot be listened on: {error}")
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
    let pool = Pool::connect(&Settings::read(figment)?).await?;
    let app = App::new(Judged::read(figment)?, Clock::system(), Templates::load(None::<&Path>)?)?;
    Ok((app, pool))
}

/// What is wrong with what was typed behind a command.
fn wrong(text: String) -> Error {
    Error::Config(text)
}

/// Prints an object as one line of JSON.
fn say_json(value: &serde_json::Value) {
    say!("{value}");
}
