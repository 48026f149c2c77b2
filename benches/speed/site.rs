//! The site: the release binary without limits, on SQLite or PostgreSQL, with generated people and two accounts that
//! registered through its pages.

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
    load::{CONNECTIONS, Connection, Load, get, post, with},
    process::{Process, free_port},
    sink::Sink,
};

pub const EMAIL: &str = "maria@example.com";
pub const OTHER: &str = "noah@example.com";
pub const PASSWORD: &str = "violet otter builds a kite";
const SECRET: &str = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
/// Default URL of the site's database.
pub const SQLITE: &str = "sqlite://latchkey.db";
/// People on a small site.
pub const FEW: usize = 1_000;

pub struct Site {
    pub processes: Vec<Process>,
    pub url: String,
    /// Header line with the cookies of each browser in which the first account is signed in.
    cookies: Vec<String>,
}

impl Site {
    /// A site of `accounts` people behind a trusted proxy on this machine, seeded and started.
    pub async fn behind_a_proxy(folder: &Path, sink: &Sink, database: &str, accounts: usize) -> Site {
        let port = Site::configure(folder, sink, database);
        let file = folder.join("Rocket.toml");
        let toml = std::fs::read_to_string(&file).expect("Rocket.toml is there");
        let toml = toml.replacen("limits.enabled", "trusted_proxies = ['127.0.0.1']\nlimits.enabled", 1);
        std::fs::write(file, toml).expect("Rocket.toml is written");
        // PostgreSQL gives a statement too little time for the millions of events that come with so many people.
        Site::seed(folder, accounts, if database == SQLITE { &[] } else { &["--events", "100000"] });
        let processes = vec![Process::start(&mut command(folder, &[]), port).await];
        Site { processes, url: url(port), cookies: Vec::new() }
    }

    /// Writes the configuration of a site in `folder` that sends its mail to `sink`, and returns its port.
    pub fn configure(folder: &Path, sink: &Sink, database: &str) -> u16 {
        let port = free_port();
        let (url, sink) = (url(port), sink.port);
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

    /// Fills the database of a configured site with people and their data; returns the time that took.
    pub fn seed(folder: &Path, accounts: usize, others: &[&str]) -> Duration {
        let begun = Instant::now();
        let mut seed = command(folder, &["seed", "--accounts", &accounts.to_string()]);
        assert!(seed.args(others).status().expect("latchkey runs").success());
        begun.elapsed()
    }

    /// A small site, seeded, with `replicas` processes on one database.
    pub async fn small(folder: &Path, sink: &Sink, database: &str, replicas: usize) -> Site {
        Site::configure(folder, sink, database);
        Site::seed(folder, FEW, &["--events", "3000", "--messages", "1000", "--keys", "1000"]);
        Site::start(folder, sink, database, replicas).await
    }

    /// Starts a small site on SQLite, and [settles](Self::settle) it.
    pub async fn settled(folder: &Path, sink: &Sink) -> Site {
        let mut site = Site::small(folder, sink, SQLITE, 1).await;
        site.settle(sink).await;
        site
    }

    /// Starts a site that sends its mail to `sink`, on `database`, which is created if missing.
    pub async fn start(folder: &Path, sink: &Sink, database: &str, replicas: usize) -> Site {
        let port = Site::configure(folder, sink, database);
        let mut processes = vec![Process::start(&mut command(folder, &[]), port).await];
        while processes.len() < replicas {
            let port = free_port();
            let mut beside = command(folder, &[]);
            processes.push(Process::start(beside.env("ROCKET_PORT", port.to_string()), port).await);
        }
        Site { processes, url: url(port), cookies: Vec::new() }
    }

    /// Registers and confirms two people. The first signs in with as many browsers as there are connections, and stays
    /// signed in while the other signs in repeatedly.
    pub async fn settle(&mut self, sink: &Sink) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.cookies.push(self.register(sink, EMAIL).await);
        while self.cookies.len() < CONNECTIONS {
            self.cookies.push(self.sign_in().await);
        }
        self.register(sink, OTHER).await;
    }

    /// Registers and confirms a person; returns the cookies.
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

    /// Signs in with another browser of the first account; returns its cookies.
    async fn sign_in(&self) -> String {
        let (jar, client) = browser();
        let form = [("email", EMAIL), ("password", PASSWORD)];
        text(client.post(format!("{}/login", self.url)).header("Origin", &self.url).form(&form)).await;
        self.sent(&jar)
    }

    /// Header line with the cookies of this jar.
    fn sent(&self, jar: &Jar) -> String {
        let cookies = jar.cookies(&self.url.parse::<Url>().expect("a URL")).expect("a session");
        format!("Cookie: {}\r\n", cookies.to_str().expect("ASCII"))
    }

    /// Makes the first account an admin, and signs in again.
    pub async fn promote(&mut self, folder: &Path) {
        let done = command(folder, &["user", "role", EMAIL, "--add", "admin"]).status();
        assert!(done.expect("latchkey runs").success());
        self.cookies = vec![self.sign_in().await];
    }

    /// Page at `path` for the signed-in account.
    pub async fn read(&self, path: &str) -> String {
        let cookie = self.cookies[0].trim_end().trim_start_matches("Cookie: ");
        let client = Client::builder().no_proxy().build().expect("a client");
        text(client.get(format!("{}{path}", self.url)).header("Cookie", cookie)).await
    }

    /// Requests for `path` by the signed-in account, one after another.
    pub fn page(&self, path: &str) -> Load {
        Load { connections: 1, ..self.load(vec![get(&self.url, path, &self.cookies[0])], &[200]) }
    }

    pub fn load(&self, requests: Vec<Vec<u8>>, statuses: &'static [u16]) -> Load {
        let (addresses, requests) = (self.addresses(), requests.into());
        Load { addresses, requests, statuses, connections: CONNECTIONS }
    }

    fn addresses(&self) -> Arc<[SocketAddr]> {
        self.processes.iter().map(|process| process.address).collect()
    }

    pub fn reset_page(&self) -> Load {
        self.load(vec![get(&self.url, "/reset", "")], &[200])
    }

    /// Requests for the account page, by each signed-in browser in turn.
    pub fn account_page(&self) -> Load {
        self.load(self.cookies.iter().map(|cookie| get(&self.url, "/account", cookie)).collect(), &[200])
    }

    /// Requests for `path` at another server on the same database, by each signed-in browser in turn.
    pub fn signed_in_at(&self, other: &Process, path: &str) -> Load {
        let requests = self.cookies.iter().map(|cookie| get("http://other", path, cookie)).collect();
        Load { addresses: [other.address].into(), ..self.load(requests, &[200]) }
    }

    /// Requests for a reset, by each address in turn.
    pub fn reset_requests(&self, emails: impl Iterator<Item = String>) -> Load {
        self.load(emails.map(|email| post(&self.url, "/reset", &format!("email={email}"))).collect(), &[303])
    }

    /// A request for a reset by a client at `address`.
    pub fn reset_request(&self, email: &str, address: Ipv4Addr) -> Vec<u8> {
        let line = format!("X-Forwarded-For: {address}\r\n");
        with(post(&self.url, "/reset", &format!("email={email}")), &line)
    }

    /// Requests for resets of many addresses, all by one client.
    pub fn reset_flood(&self, emails: impl Iterator<Item = String>, connections: usize) -> Load {
        let stranger = Ipv4Addr::new(203, 0, 113, 7);
        let requests = emails.map(|email| self.reset_request(&email, stranger)).collect();
        Load { connections, ..self.load(requests, &[303]) }
    }

    /// Requests for a reset, half of them for accounts and half for unknown addresses.
    pub fn mixed_requests(&self) -> Load {
        self.reset_requests((0..PEOPLE).flat_map(|number| [person(number), stranger(number)]))
    }

    pub fn sign_ins(&self) -> Load {
        self.load(vec![post(&self.url, "/login", &format!("email={OTHER}&password={PASSWORD}"))], &[303])
    }

    /// Sign-ins with a wrong password, some of which are refused because too many wait.
    pub fn flood(&self) -> Load {
        let wrong = post(&self.url, "/login", &format!("email={OTHER}&password=wrong"));
        self.load(vec![wrong], &[303, 503])
    }

    /// The most frequent requests.
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

    /// Sums a value over the processes.
    pub fn sum(&self, of: impl Fn(&Process) -> f64) -> f64 {
        self.processes.iter().map(of).sum()
    }
}

/// People of a small site who may sign in.
pub const PEOPLE: usize = FEW / 50 * 49;

/// A generated person who may sign in, unlike one in fifty.
pub fn person(number: usize) -> String {
    format!("person{}@example.com", number / 49 * 50 + number % 49 + 1)
}

/// An address without an account.
pub fn stranger(number: usize) -> String {
    format!("stranger{number}@example.com")
}

/// Address of a site, by a name: passkeys are for no IP address.
fn url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The release binary with `arguments`, in `folder`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder);
    command
}

/// A browser and its cookies.
fn browser() -> (Arc<Jar>, Client) {
    let jar = Arc::new(Jar::default());
    let client = Client::builder().no_proxy().cookie_provider(jar.clone()).build().expect("a client");
    (jar, client)
}

/// The page in the answer to a request, which must succeed.
pub async fn text(request: RequestBuilder) -> String {
    let answer = request.send().await.expect("the site answers");
    let (status, place) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await.expect("a page");
    assert!(status.is_success(), "{status} at {place}: {text}");
    text
}
