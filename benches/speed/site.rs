//! The site: the release binary with no limits, on SQLite or PostgreSQL, with made-up people and one account that came
//! by the front door.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, RequestBuilder, Url,
    cookie::{CookieStore, Jar},
};
use rocket::tokio::time::{Instant, sleep};

use super::{
    between::{between, key},
    load::{Connection, Load, get, post, with},
    process::{Process, free_port},
    sink::Sink,
};

const EMAIL: &str = "maria@example.com";
const OTHER: &str = "noah@example.com";
const PASSWORD: &str = "violet otter builds a kite";
const SECRET: &str = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
/// Where the site's database is if nothing else is said.
pub const SQLITE: &str = "sqlite://latchkey.db";
/// Connections of a load for which nothing else is said.
pub const CONNECTIONS: usize = 16;
/// How many people a small site has.
pub const FEW: usize = 1_000;

pub struct Site {
    pub processes: Vec<Process>,
    pub url: String,
    /// Of each browser of hers that is signed in, what it sends.
    cookies: Vec<String>,
}

impl Site {
    /// A site of `accounts` people behind a proxy on this machine, seeded and started: clients are who it says they are.
    pub async fn behind_a_proxy(folder: &Path, sink: &Sink, database: &str, accounts: usize) -> Site {
        let port = Site::configure(folder, sink, database);
        let file = folder.join("Rocket.toml");
        let toml = std::fs::read_to_string(&file).expect("Rocket.toml is there");
        let toml = toml.replacen("limits.enabled", "trusted_proxies = ['127.0.0.1']\nlimits.enabled", 1);
        std::fs::write(file, toml).expect("Rocket.toml is written");
        Site::seed(folder, accounts, &[]);
        let processes = vec![Process::start(&mut command(folder, &[]), port).await];
        Site { processes, url: format!("http://127.0.0.1:{port}"), cookies: Vec::new() }
    }

    /// Writes the configuration of a site in `folder` whose mail goes to `sink`, and says on which port it will listen.
    pub fn configure(folder: &Path, sink: &Sink, database: &str) -> u16 {
        let port = free_port();
        let (url, sink) = (format!("http://127.0.0.1:{port}"), sink.port);
        let toml = format!(
            "[default]\naddress = '127.0.0.1'\nport = {port}\nsecret_key = '{SECRET}'\n\
            [default.databases.latchkey]\nurl = '{database}'\n\
            [default.latchkey]\npublic_url = '{url}'\npepper = ['a pepper that is long enough for a benchmark']\n\
            limits.enabled = false\nmail.url = 'smtp://127.0.0.1:{sink}'\n"
        );
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(folder.join("Rocket.toml"), toml).expect("Rocket.toml is written");
        port
    }

    /// Fills the database of a configured site with people and what they left behind: how long that took.
    pub fn seed(folder: &Path, accounts: usize, others: &[&str]) -> Duration {
        let begun = Instant::now();
        let mut seed = command(folder, &["seed", "--accounts", &accounts.to_string()]);
        assert!(seed.args(others).status().expect("latchkey runs").success());
        begun.elapsed()
    }

    /// A small site, seeded: its processes, which share the database, are started.
    pub async fn small(folder: &Path, sink: &Sink, database: &str, replicas: usize) -> Site {
        Site::configure(folder, sink, database);
        Site::seed(folder, FEW, &["--events", "3000", "--messages", "1000", "--keys", "1000"]);
        Site::start(folder, sink, database, replicas).await
    }

    /// Starts a site whose mail goes to `sink`, on `database`, a new one if there is none.
    pub async fn start(folder: &Path, sink: &Sink, database: &str, replicas: usize) -> Site {
        let port = Site::configure(folder, sink, database);
        let mut processes = vec![Process::start(&mut command(folder, &[]), port).await];
        while processes.len() < replicas {
            let port = free_port();
            let mut beside = command(folder, &[]);
            processes.push(Process::start(beside.env("ROCKET_PORT", port.to_string()), port).await);
        }
        Site { processes, url: format!("http://127.0.0.1:{port}"), cookies: Vec::new() }
    }

    /// Two people register and confirm; the first signs in with as many browsers as there are connections, and stays
    /// signed in however often the other does.
    pub async fn settle(&mut self, sink: &Sink) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.cookies.push(self.register(sink, EMAIL).await);
        while self.cookies.len() < CONNECTIONS {
            self.cookies.push(self.sign_in().await);
        }
        self.register(sink, OTHER).await;
    }

    /// The cookies of somebody new.
    async fn register(&self, sink: &Sink, email: &str) -> String {
        let (jar, client) = browser();
        let url = |path: &str| format!("{}{path}", self.url);
        let ours = |request: RequestBuilder| request.header("Origin", &self.url);
        let form = [("email", email), ("password", PASSWORD)];
        let mail = sink.expect(email);
        text(ours(client.post(url("/register"))).form(&form)).await;
        let mail = mail.await.expect("the sink tells").text;
        let key = key(&mail, "/confirm/");
        let page = text(client.get(url(&format!("/confirm/{key}")))).await;
        let action =
            between(&page, "action=\"/confirm/address", |c| c == '"').expect("a form to confirm with");
        let action = url(&format!("/confirm/address{action}"));
        let home = text(ours(client.post(action)).form(&[("password", PASSWORD)])).await;
        assert!(home.contains(email), "not signed in: {home}");
        self.sent(&jar)
    }

    /// The cookies of one more browser of hers.
    async fn sign_in(&self) -> String {
        let (jar, client) = browser();
        let form = [("email", EMAIL), ("password", PASSWORD)];
        text(client.post(format!("{}/login", self.url)).header("Origin", &self.url).form(&form)).await;
        self.sent(&jar)
    }

    /// What a browser with this jar sends, as a line of the head.
    fn sent(&self, jar: &Jar) -> String {
        let cookies = jar.cookies(&self.url.parse::<Url>().expect("a URL")).expect("a session");
        format!("Cookie: {}\r\n", cookies.to_str().expect("ASCII"))
    }

    /// Makes the one who registered an admin, signed in anew.
    pub async fn promote(&mut self, folder: &Path) {
        let done = command(folder, &["user", "role", EMAIL, "--add", "admin"]).status();
        assert!(done.expect("latchkey runs").success());
        self.cookies = vec![self.sign_in().await];
    }

    /// What is at `path` for whoever is signed in.
    pub async fn read(&self, path: &str) -> String {
        let cookie = self.cookies[0].trim_end().trim_start_matches("Cookie: ");
        let client = Client::builder().no_proxy().build().expect("a client");
        text(client.get(format!("{}{path}", self.url)).header("Cookie", cookie)).await
    }

    /// One after another, what is at `path` for whoever is signed in.
    pub fn page(&self, path: &str) -> Load {
        Load { connections: 1, ..self.load(vec![get(&self.url, path, &self.cookies[0])], &[200]) }
    }

    fn load(&self, requests: Vec<Vec<u8>>, statuses: &'static [u16]) -> Load {
        let (addresses, requests) = (self.addresses(), requests.into());
        Load { addresses, requests, statuses, connections: CONNECTIONS }
    }

    fn addresses(&self) -> Arc<[SocketAddr]> {
        self.processes.iter().map(|process| process.address).collect()
    }

    pub fn reset_page(&self) -> Load {
        self.load(vec![get(&self.url, "/reset", "")], &[200])
    }

    /// The account's own page, for each of the browsers that are signed in in turn.
    pub fn account_page(&self) -> Load {
        self.load(self.cookies.iter().map(|cookie| get(&self.url, "/account", cookie)).collect(), &[200])
    }

    /// Requests for a reset, for each of some addresses in turn.
    pub fn reset_requests(&self, emails: impl Iterator<Item = String>) -> Load {
        self.load(emails.map(|email| post(&self.url, "/reset", &format!("email={email}"))).collect(), &[303])
    }

    /// The request of a client at `address` for a reset.
    pub fn reset_request(&self, email: &str, address: Ipv4Addr) -> Vec<u8> {
        let line = format!("X-Forwarded-For: {address}\r\n");
        with(post(&self.url, "/reset", &format!("email={email}")), &line)
    }

    /// Requests for a reset of each of some addresses, all of one client.
    pub fn reset_flood(&self, emails: impl Iterator<Item = String>, connections: usize) -> Load {
        let stranger = Ipv4Addr::new(203, 0, 113, 7);
        let requests = emails.map(|email| self.reset_request(&email, stranger)).collect();
        Load { connections, ..self.load(requests, &[303]) }
    }

    /// Requests for a reset: every other one for somebody, the rest for addresses that nobody has.
    pub fn mixed_requests(&self) -> Load {
        self.reset_requests((0..PEOPLE).flat_map(|number| [person(number), stranger(number)]))
    }

    pub fn sign_ins(&self) -> Load {
        self.load(vec![post(&self.url, "/login", &format!("email={OTHER}&password={PASSWORD}"))], &[303])
    }

    /// Sign-ins with a wrong password, of which some are refused because too many wait.
    pub fn flood(&self) -> Load {
        let wrong = post(&self.url, "/login", &format!("email={OTHER}&password=wrong"));
        self.load(vec![wrong], &[303, 503])
    }

    /// What is asked for most.
    pub fn hot(&self) -> [(&'static str, Load); 4] {
        [
            ("reset page", self.reset_page()),
            ("signed-in page", self.account_page()),
            ("reset POST", self.mixed_requests()),
            ("sign-in", self.sign_ins()),
        ]
    }

    /// Waits until the outbox is empty and no password waits to be hashed.
    pub async fn drained(&self) {
        let (begun, metrics) = (Instant::now(), get(&self.url, "/metrics", ""));
        let mut connection = Connection::open(self.processes[0].address).await;
        loop {
            assert_eq!(connection.ask(&metrics).await, 200, "{}", connection.answer());
            let text = connection.answer();
            let waits = ["latchkey_outbox_waiting{", "latchkey_hash_waiting "];
            let waiting = text.lines().filter(|line| waits.iter().any(|name| line.starts_with(name)));
            if waiting.filter(|line| !line.ends_with(" 0")).count() == 0 {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(300),
                "there is work left after five minutes: {text}"
            );
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// A sum over the processes.
    pub fn sum(&self, of: impl Fn(&Process) -> f64) -> f64 {
        self.processes.iter().map(of).sum()
    }
}

/// How many people of a small site are let in.
pub const PEOPLE: usize = FEW / 50 * 49;

/// Somebody who was made up and is let in, which each fiftieth is not.
pub fn person(number: usize) -> String {
    format!("person{}@example.com", number / 49 * 50 + number % 49 + 1)
}

/// An address that nobody has.
pub fn stranger(number: usize) -> String {
    format!("stranger{number}@example.com")
}

/// The release binary with `arguments`, in `folder`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder);
    command
}

/// A browser, and what it keeps.
fn browser() -> (Arc<Jar>, Client) {
    let jar = Arc::new(Jar::default());
    let client = Client::builder().no_proxy().cookie_provider(jar.clone()).build().expect("a client");
    (jar, client)
}

/// The page that answers.
pub async fn text(request: RequestBuilder) -> String {
    let answer = request.send().await.expect("the site answers");
    let (status, place) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await.expect("a page");
    assert!(status.is_success(), "{status} at {place}: {text}");
    text
}
