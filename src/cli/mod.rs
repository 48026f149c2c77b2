//! The command line: `latchkey` serves, its commands manage accounts and configuration.
//!
//! Longer than other files: half of it is the text that `--help` shows.

/// Prints a line.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::cli::printed(writeln!(std::io::stdout(), $($line)*))
    };
}

mod census;
mod check;
mod eject;
mod events;
mod exposed;
mod outbox;
mod passkeys;
mod policy;
mod sealed;
mod seed;
mod signals;
mod site;
mod table;
mod user;

use std::{
    ffi::OsStr,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{self, ExitCode},
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use figment::Figment;
use rocket::{Build, Rocket};

pub use self::signals::Signals;
use self::site::Site;
use crate::{
    base::{Error, email::Email, locale::Locale, phone::Phone, random::Random},
    config::{self, Owner, Provided, database, fault, init},
    policy::is_role,
    store::Pool,
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
    /// The configuration is an application's, which attaches Latchkey: it may have keys, senders and strategies of its own.
    #[arg(long, global = true)]
    application: bool,
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
    /// Copies a page, or another file of the site, into the folder of templates, to be changed there.
    Eject(eject::Eject),
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

/// Serves an application that attaches Latchkey or, if the command line names one, runs a command of `latchkey` on its
/// accounts.
///
/// Commands that change something see the application as it is: they ignite it, without launching it, so that its hooks
/// and its senders do their part. `check` and `policy` only ask [`fairing()`](crate::fairing()) what it adds; of other
/// fairings, those that are attached before it ignite. Without a command the application is launched, with its own log,
/// signals and `ROCKET_…` variables.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use rocket::{Build, Rocket};
///
/// fn application() -> Rocket<Build> {
///     rocket::build().attach(latchkey::fairing())
/// }
///
/// fn main() -> ExitCode {
///     latchkey::run(application)
/// }
/// ```
pub fn run(application: impl FnOnce() -> Rocket<Build>) -> ExitCode {
    let name = std::env::args_os().next().and_then(|path| Path::new(&path).file_name().map(OsStr::to_owned));
    let command = match name.and_then(|name| name.into_string().ok()) {
        Some(name) => Cli::command().name(&*name.leak()),
        None => Cli::command(),
    };
    execute(command, || Site::Application(Box::new(application())))
}

/// Runs the server, or one of its commands. A server that `signals` were registered for obeys them.
pub fn run_server(signals: Option<io::Result<Signals>>) -> ExitCode {
    execute(Cli::command(), || Site::Server(signals))
}

fn execute(mut line: clap::Command, site: impl FnOnce() -> Site) -> ExitCode {
    let parsed = Cli::from_arg_matches(&line.get_matches_mut()).unwrap_or_else(|error| error.exit());
    let command = match parsed.command {
        Some(Command::Completions { shell }) => {
            let (name, mut text) = (line.get_name().to_owned(), Vec::new());
            clap_complete::generate(shell, &mut line, name, &mut text);
            return whole(&text);
        }
        Some(Command::Man) => return manual(line),
        Some(Command::Init(init)) => {
            return start(&init)
                .map_or_else(|error| complain(&Figment::new(), &error), |()| ExitCode::SUCCESS);
        }
        command => command,
    };
    let site = site();
    let figment = site.figment();
    let owner = if parsed.application { Owner::Application } else { site.owner() };
    match command {
        Some(Command::Check(check)) => {
            look_at(site, owner, &figment, |provided| check::run(&check, &figment, owner, provided))
        }
        Some(Command::Policy(policy)) => {
            look_at(site, owner, &figment, |provided| policy::run(&policy, &figment, owner, provided))
        }
        Some(Command::Eject(eject)) => {
            eject::run(&eject, &figment).map_or_else(|error| complain(&figment, &error), ExitCode::from)
        }
        command => {
            let owner =
                if matches!(command, None | Some(Command::Serve)) { owner } else { Owner::Application };
            // Faulty keys of Rocket's own are refused here, because Rocket would panic over them.
            config::refuse(&figment, owner, &owner.provided())
                .and_then(|()| rocket::execute(carry_out(command, site)))
                .unwrap_or_else(|error| complain(&figment, &error))
        }
    }
}

/// Runs a command that changes nothing, with what the site provides.
fn look_at(site: Site, owner: Owner, figment: &Figment, run: impl FnOnce(&Provided) -> ExitCode) -> ExitCode {
    // The command reports what is faulty; Rocket would panic over keys of its own.
    let provided = match config::refuse(figment, owner, &owner.provided()) {
        Ok(()) => rocket::execute(site.provided(owner)),
        Err(_) => Ok(owner.provided()),
    };
    provided.map_or_else(|error| complain(figment, &error), |provided| run(&provided))
}

/// Prints a text unchanged.
fn whole(text: &[u8]) -> ExitCode {
    printed(io::stdout().write_all(text).and_then(|()| io::stdout().flush()));
    ExitCode::SUCCESS
}

/// Prints the manual: the main page, then one for each subcommand.
fn manual(mut cli: clap::Command) -> ExitCode {
    let mut text = Vec::new();
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
fn complain(figment: &Figment, error: &Error) -> ExitCode {
    for line in error.to_string().lines() {
        eprintln!("latchkey: {}", fault::placed(figment, line));
    }
    ExitCode::FAILURE
}

async fn carry_out(command: Option<Command>, site: Site) -> Result<ExitCode, Error> {
    let done = match command {
        Some(Command::User(user)) => user::run(user, site).await?,
        Some(Command::Outbox(outbox)) => outbox::run(outbox, site).await?,
        Some(Command::Events(events)) => events::run(events, site).await?,
        Some(Command::Seed(seed)) => seed::run(&seed, site).await.map(|()| Done::Done)?,
        Some(Command::Migrate) => migrate(&site.figment()).await.map(|()| Done::Done)?,
        _ => site.serve().await.map(|()| Done::Done)?,
    };
    Ok(done.into())
}

async fn migrate(figment: &Figment) -> Result<(), Error> {
    match Pool::migrate(&database::read(figment)?).await? {
        0 => say!("the database is up to date"),
        1 => say!("1 migration was applied"),
        count => say!("{count} migrations were applied"),
    }
    Ok(())
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
