//! The command line: `latchkey` serves, its commands manage accounts and configuration.
//!
//! Longer than other files: half of it is the text that `--help` shows.

mod census;
mod check;
mod events;
mod exposed;
mod outbox;
mod policy;
mod seed;
mod table;
mod user;

use std::{
    io::{self, Write},
    net::IpAddr,
    path::PathBuf,
    process::{self, ExitCode},
};

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use figment::Figment;
use rocket::{error::ErrorKind, tokio::select};

use crate::{signals::Signals, watch};
use latchkey::{
    app::{App, Extensions},
    base::{Error, clock::Clock, email::Email, locale::Locale, phone::Phone, random::Random},
    config::{self, Provided, Validated, database, fault, init},
    core::place::named,
    policy::is_role,
    store::{DatabaseSettings, Pool},
    view::templates::Templates,
};

/// Last paragraph of `--help`.
const AFTER: &str = "Without a command it serves.

Exit status: 0 if it was done, 1 if it failed, 2 if the command line is wrong, 3 if what it names was not found or had
nothing to be changed. A list of nothing is no failure.";
/// Exit status of [`Done::Nothing`].
const NOTHING: u8 = 3;
/// Language in which the commands print.
const LOCALE: Locale = Locale::En;

/// Result of a command that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// It changed or found something.
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
    /// Runs the server; the same as no command.
    Serve,
    /// Writes a complete Rocket.toml for production, with fresh secrets.
    Init(Init),
    /// Says whether the configuration would start, what it would do, and what an expert would say about it.
    Check(check::Check),
    /// Explains the policy, and what a change to it would mean.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Manages accounts.
    #[command(subcommand)]
    User(user::User),
    /// Manages messages in the outbox.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Lists events, newest first.
    Events(events::Events),
    /// Brings the database up to date, for a server whose own role may not create tables.
    ///
    /// The exit status is 0 too if there was nothing to do.
    Migrate,
    /// Prints shell completions; for example, `latchkey completions bash`.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page; to read it, `latchkey man | man -l -`.
    Man,
    /// Fills an empty database with people and events, for measuring.
    #[command(hide = true)]
    Seed(seed::Seed),
}

#[derive(Args)]
struct Init {
    /// Writes to a new file, readable by its owner and group, instead of printing.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Handles the result of printing. A reader that closes early, such as `head`, is not an error; a full disk
/// is one, and ends the process.
fn printed(result: io::Result<()>) {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "latchkey: standard output: {error}");
            process::exit(1)
        }
        Ok(()) => {}
    }
}

/// Runs the command given on the command line.
pub fn run(signals: Option<io::Result<Signals>>) -> ExitCode {
    let cli = Cli::parse();
    let figment = rocket::Config::figment();
    let done = match cli.command {
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "latchkey", &mut text);
            Ok(whole(&text))
        }
        Some(Command::Man) => Ok(manual()),
        Some(Command::Init(init)) => start(&init).map(|()| ExitCode::SUCCESS),
        Some(Command::Check(check)) => Ok(check::run(&check, &figment)),
        Some(Command::Policy(policy)) => Ok(policy::run(&policy, &figment)),
        // Faulty keys of Rocket's own are refused here, because Rocket would panic over them.
        command => config::refuse(&figment)
            .and_then(|()| rocket::execute(carry_out(command, figment.clone(), signals))),
    };
    done.unwrap_or_else(|error| {
        complain(&figment, &error);
        ExitCode::FAILURE
    })
}

/// Prints a text unchanged.
fn whole(text: &[u8]) -> ExitCode {
    printed(io::stdout().write_all(text).and_then(|()| io::stdout().flush()));
    ExitCode::SUCCESS
}

/// Prints the manual: the main page, then one for each subcommand.
fn manual() -> ExitCode {
    let (mut text, mut cli) = (Vec::new(), Cli::command());
    cli.build();
    pages(&cli, &mut text).map_or_else(
        |error| {
            printed(Err(error));
            ExitCode::FAILURE
        },
        |()| whole(&text),
    )
}

fn pages(command: &clap::Command, text: &mut Vec<u8>) -> io::Result<()> {
    clap_mangen::Man::new(command.clone()).render(text)?;
    let shown = command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help");
    shown.into_iter().try_for_each(|inner| pages(inner, text))
}

fn start(init: &Init) -> Result<(), Error> {
    let text = init::rocket_toml(Random)?;
    let Some(path) = &init.output else {
        say!("{}", text.trim_end());
        return Ok(());
    };
    init::write_new(path, &text)
        .map_err(|source| Error::File { path: path.display().to_string(), source })?;
    say!(
        "{} has been written: edit public_url, trusted_proxies, mail.url and mail.from in it",
        path.display()
    );
    Ok(())
}

/// Prints an error, with the place of each key.
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
    let site = latchkey::rocket(figment)?.attach(watch::fairing(rocket::Config::figment, hang_ups));
    let settings = database::read(site.figment())?;
    let (address, port) = (fault::read(site.figment(), "address")?, fault::read(site.figment(), "port")?);
    let told = |error| Error::Config(launch_fault(&error, address, port));
    let site = select! {
        biased;
        // No request has been served yet, so nothing needs to finish.
        () = stop.told() => return Ok(()),
        ignited = async {
            // Reports in one line that the database cannot be reached; Rocket would print many.
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
        // A request that outlasted the grace period was cut off, which is not a failure of the server.
        Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => Ok(()),
        launched => launched.map(drop).map_err(told),
    }
}

async fn reachable(settings: &DatabaseSettings) -> Result<(), Error> {
    rocket_db_pools::Pool::close(&Pool::connect(settings).await?).await;
    Ok(())
}

async fn migrate(figment: &Figment) -> Result<(), Error> {
    match Pool::migrate(&database::read(figment)?).await? {
        0 => say!("the database is up to date"),
        1 => say!("1 migration was applied"),
        count => say!("{count} migrations were applied"),
    }
    Ok(())
}

fn launch_fault(error: &rocket::Error, address: IpAddr, port: u16) -> String {
    match error.kind() {
        ErrorKind::Bind(error) => {
            format!("port {port} of address {address} is not available: {error}")
        }
        ErrorKind::FailedFairings(fairings) => {
            let names: Vec<_> = fairings.iter().map(|fairing| fairing.name).collect();
            format!("could not start: {}", names.join(", "))
        }
        other => format!("could not start: {other}"),
    }
}

/// Opens the site and its database, for commands that may run while a server does.
async fn open(figment: &Figment) -> Result<(App, Pool), Error> {
    let pool = Pool::connect(&database::read(figment)?).await?;
    let validated = Validated::read(figment, Provided::default())?;
    let templates = Templates::load(None, &named(&validated.config.base))?;
    let app = App::new(validated, Clock::system(), templates, Extensions::default())?;
    Ok((app, pool))
}

/// Error for an invalid argument.
fn wrong(text: String) -> Error {
    Error::Config(text)
}

/// Parses an email address.
fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|_| "write an address like ann@northwind.test".into())
}

/// Parses the name of a role.
fn role(text: &str) -> Result<String, String> {
    let why = "role names may contain only letters, digits, `-` and `_`";
    if is_role(text) { Ok(text.to_owned()) } else { Err(why.into()) }
}

/// Parses a phone number.
fn phone(text: &str) -> Result<Phone, String> {
    Phone::parse(text, None).map_err(|_| "write a mobile number like +4915112345678".into())
}

/// Prints an object as one line of JSON.
fn say_json(value: &serde_json::Value) {
    say!("{value}");
}
