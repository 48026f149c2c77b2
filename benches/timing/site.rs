//! The site: the binary of this build on SQLite, without limits, with cheap passwords and one account made
//! through its pages.

use std::{net::SocketAddr, path::Path, process::Command, time::Duration};

use latchkey::base::{keyring::Keyring, random::Random};
use rocket::tokio::{runtime::Runtime, time::sleep};
use sqlx::SqliteConnection;

use super::{
    between::{between, key},
    connection::Connection,
    load::{get, post, with},
    people::{Known, database, stranger},
    process::{Process, free_port},
    sink::Sink,
};

const SECRET: &str = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
/// Everybody's password.
const PASSWORD: &str = "violet+otter+builds+a+kite";

/// A running site, with access to its outbox.
pub struct Site {
    process: Process,
    pub url: String,
    /// Receives its mail.
    pub sink: Sink,
    runtime: Runtime,
    database: SqliteConnection,
}

/// Status of every answer: each form redirects to a page.
pub const ANSWERED: u16 = 303;

/// Kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Signs in with a wrong password.
    SignIn,
    /// Registers an account.
    Register,
    /// Requests the confirmation again.
    Resend,
    /// Requests a reset.
    Reset,
    /// Requests a message to sign in with.
    Message,
    /// Signs in with a wrong code of an app.
    App,
    /// Signs in by a username, with a wrong password.
    Name,
    /// Requests a message to sign in with by a username.
    NameMessage,
    /// A stranger's reset, directly after one of the address in question.
    After,
}

impl Asked {
    /// The order matters: a reset leaves a key behind.
    pub const ALL: [Asked; 9] = [
        Asked::SignIn,
        Asked::Name,
        Asked::App,
        Asked::Resend,
        Asked::Register,
        Asked::Message,
        Asked::NameMessage,
        Asked::Reset,
        Asked::After,
    ];

    /// Name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Asked::SignIn => "sign-in",
            Asked::Register => "register",
            Asked::Resend => "resend",
            Asked::Reset => "reset",
            Asked::Message => "sign-in by mail",
            Asked::App => "sign-in by app",
            Asked::Name => "sign-in by name",
            Asked::NameMessage => "mail by name",
            Asked::After => "after a reset",
        }
    }

    /// The request for an address.
    pub fn request(self, url: &str, email: &str) -> Vec<u8> {
        let name = email.split('@').next().unwrap_or_default();
        match self {
            Asked::Name => post(url, "/login", &format!("email={name}&password=wrong")),
            Asked::NameMessage => post(url, "/login/send", &format!("email={name}&with=email")),
            Asked::SignIn => post(url, "/login", &format!("email={email}&password=wrong")),
            Asked::Register => post(url, "/register", &format!("email={email}&password={PASSWORD}")),
            Asked::Resend => post(url, "/confirm", &format!("email={email}")),
            Asked::Message => post(url, "/login/send", &format!("email={email}&with=email")),
            Asked::App => post(url, "/login/app", &format!("email={email}&code=000000")),
            Asked::Reset | Asked::After => post(url, "/reset", &format!("email={email}")),
        }
    }
}

impl Site {
    /// Starts a site in `folder` with `count` people in each state.
    pub fn start(folder: &Path, count: usize) -> Site {
        let runtime = Runtime::new().expect("a runtime beside the thread that measures");
        let sink = runtime.block_on(Sink::start());
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let (profile, cost) = if cfg!(debug_assertions) { ("debug", 6) } else { ("release", 10) };
        let toml = format!(
            "[default]\naddress = '127.0.0.1'\nport = {port}\nsecret_key = '{SECRET}'\nlog_level = 'off'\n\
            [default.databases.latchkey]\nurl = 'sqlite://latchkey.db'\n\
            [default.latchkey]\npublic_url = '{url}'\npepper = ['a pepper that is long enough for a benchmark']\n\
            limits.enabled = false\nsign_in.methods = ['password', 'email_code', 'email_link', 'totp']\nsign_in.usernames = 'optional'\npassword.cost = {cost}\nmail.url = 'smtp://127.0.0.1:{}'\n",
            sink.port
        );
        std::fs::write(folder.join("Rocket.toml"), toml).expect("Rocket.toml is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.current_dir(folder).env("ROCKET_PROFILE", profile);
        let process = runtime.block_on(Process::start(&mut command, port));
        let database = runtime.block_on(database(&folder.join("latchkey.db")));
        let mut site = Site { process, url, sink: sink.clone(), runtime, database };
        site.settle(&sink, count);
        site
    }

    /// Address of the server.
    pub fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// Waits for something that runs beside the thread that measures.
    pub fn block_on<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// Opens another connection.
    pub fn connect(&self) -> Connection {
        Connection::open(self.process.address)
    }

    /// Creates an account and a registration through the pages, a key of the account, and the other people.
    fn settle(&mut self, sink: &Sink, count: usize) {
        let mut connection = self.connect();
        let mut ask = |request: Vec<u8>| {
            let (status, _) = connection.time(&request, Duration::ZERO);
            assert!(status < 400, "{}", connection.answer());
            connection.answer()
        };
        let registration = Asked::Register.request(&self.url, "maria@example.com");
        let mail = sink.expect("maria@example.com");
        ask(registration);
        let mail = self.runtime.block_on(mail).expect("the sink tells").text;
        let key = key(&mail, "/confirm/");
        let cookies = |answer: &str| {
            let set = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
            let pairs: Vec<_> = set.filter_map(|cookie| cookie.split(';').next()).collect();
            format!("Cookie: {}\r\n", pairs.join("; "))
        };
        let carried = cookies(&ask(get(&self.url, &format!("/confirm/{key}"), "")));
        let page = ask(get(&self.url, "/confirm/address", &carried));
        let action = between(&page, "action=\"/confirm/address", |c| c == '"').expect("a form");
        let confirm = post(&self.url, &format!("/confirm/address{action}"), &format!("password={PASSWORD}"));
        ask(with(confirm, &carried));
        let registration = Asked::Register.request(&self.url, &stranger(999_999));
        ask(registration);
        let reset = Asked::Reset.request(&self.url, "maria@example.com");
        ask(reset);
        self.drain();
        let keyring = Keyring::new(SECRET, &[]).expect("the site's keys");
        let app = keyring.seal(Random, "totp", &[7; 20]).expect("a sealed secret");
        for known in Known::ALL {
            self.runtime.block_on(known.people(&mut self.database, count, &app));
        }
    }

    /// Waits until the outbox is empty and the worker idle, so that no request is slowed by another's work.
    pub fn drain(&mut self) {
        const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM latchkey_outbox WHERE state = 'waiting')";
        self.runtime.block_on(async {
            while sqlx::query_scalar(WAITING).fetch_one(&mut self.database).await.expect("a flag") {
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_millis(3)).await;
        });
    }
}
