//! The site: the release binary on SQLite, with no limits, and one account that came by the front door.

use std::{path::Path, process::Command, sync::Arc, time::Duration};

use reqwest::{
    Client, RequestBuilder, Url,
    cookie::{CookieStore, Jar},
};
use rocket::tokio::time::{Instant, sleep};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    between::between,
    load::{Load, get, post},
    process::{Process, free_port},
    sink::Sink,
};

const EMAIL: &str = "maria@example.com";
const PASSWORD: &str = "violet otter builds a kite";
const SECRET: &str = "hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk=";
/// Connections of every load.
pub const CONNECTIONS: usize = 16;

pub struct Site {
    pub process: Process,
    pub url: String,
    database: SqliteConnectOptions,
    cookie: String,
}

impl Site {
    /// Writes the configuration of a site in `folder` whose mail goes to `sink`, and says on which port it will listen.
    pub fn configure(folder: &Path, sink: &Sink) -> u16 {
        let port = free_port();
        let (url, sink) = (format!("http://127.0.0.1:{port}"), sink.port);
        let toml = format!(
            "[default]\naddress = '127.0.0.1'\nport = {port}\nsecret_key = '{SECRET}'\n\
            [default.latchkey]\npublic_url = '{url}'\npepper = ['a pepper that is long enough for a benchmark']\n\
            limits.enabled = false\nmail.url = 'smtp://127.0.0.1:{sink}'\n"
        );
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(folder.join("Rocket.toml"), toml).expect("Rocket.toml is written");
        port
    }

    /// Starts a site whose mail goes to `sink`, on the database in `folder`, a new one if there is none.
    pub async fn start(folder: &Path, sink: &Sink) -> Site {
        let port = Site::configure(folder, sink);
        let url = format!("http://127.0.0.1:{port}");
        let process = Process::start(&mut command(folder, &[]), port).await;
        let database = SqliteConnectOptions::new().filename(folder.join("latchkey.db")).read_only(true);
        Site { process, url, database, cookie: String::new() }
    }

    /// Registers, confirms, and stays signed in.
    pub async fn settle(&mut self, sink: &Sink) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let jar = Arc::new(Jar::default());
        let client = Client::builder().no_proxy().cookie_provider(jar.clone()).build().expect("a client");
        let url = |path: &str| format!("{}{path}", self.url);
        let ours = |request: RequestBuilder| request.header("Origin", &self.url);
        let form = [("email", EMAIL), ("password", PASSWORD)];
        text(ours(client.post(url("/register"))).form(&form)).await;
        let key = loop {
            match between(&sink.last(), "/confirm/", |c| !c.is_ascii_alphanumeric() && !"-_".contains(c)) {
                Some(key) => break key,
                None => sleep(Duration::from_millis(5)).await,
            }
        };
        let page = text(client.get(url(&format!("/confirm/{key}")))).await;
        let action =
            between(&page, "action=\"/confirm/address", |c| c == '"').expect("a form to confirm with");
        let action = url(&format!("/confirm/address{action}"));
        let home = text(ours(client.post(action)).form(&[("password", PASSWORD)])).await;
        assert!(home.contains(EMAIL), "not signed in: {home}");
        let cookies = jar.cookies(&self.url.parse::<Url>().expect("a URL")).expect("a session");
        self.cookie = format!("Cookie: {}\r\n", cookies.to_str().expect("ASCII"));
    }

    /// Makes the one who registered an admin, signed in anew.
    pub async fn promote(&mut self, folder: &Path) {
        let done = command(folder, &["user", "role", EMAIL, "--add", "admin"]).status();
        assert!(done.expect("latchkey runs").success());
        let jar = Arc::new(Jar::default());
        let client = Client::builder().no_proxy().cookie_provider(jar.clone()).build().expect("a client");
        let form = [("email", EMAIL), ("password", PASSWORD)];
        text(client.post(format!("{}/login", self.url)).header("Origin", &self.url).form(&form)).await;
        let cookies = jar.cookies(&self.url.parse::<Url>().expect("a URL")).expect("a session");
        self.cookie = format!("Cookie: {}\r\n", cookies.to_str().expect("ASCII"));
    }

    /// What is at `path` for whoever is signed in.
    pub async fn read(&self, path: &str) -> String {
        let cookie = self.cookie.trim_end().trim_start_matches("Cookie: ");
        let client = Client::builder().no_proxy().build().expect("a client");
        text(client.get(format!("{}{path}", self.url)).header("Cookie", cookie)).await
    }

    /// One after another, what is at `path` for whoever is signed in.
    pub fn page(&self, path: &str) -> Load {
        Load { connections: 1, ..self.load(vec![get(&self.url, path, &self.cookie)], 200) }
    }

    fn load(&self, requests: Vec<Vec<u8>>, status: u16) -> Load {
        let requests = requests.into();
        Load { address: self.process.address, requests, status, connections: CONNECTIONS }
    }

    pub fn reset_page(&self) -> Load {
        self.load(vec![get(&self.url, "/reset", "")], 200)
    }

    /// The account's own page, signed in.
    pub fn account_page(&self) -> Load {
        self.load(vec![get(&self.url, "/account", &self.cookie)], 200)
    }

    /// Requests for a reset: every other one for the account, the rest for addresses that nobody has.
    pub fn reset_requests(&self) -> Load {
        let known = post(&self.url, "/reset", &format!("email={EMAIL}"));
        let pair = |number: usize| {
            [known.clone(), post(&self.url, "/reset", &format!("email=stranger-{number}@example.com"))]
        };
        self.load((0..1000).flat_map(pair).collect(), 200)
    }

    pub fn sign_ins(&self) -> Load {
        self.load(vec![post(&self.url, "/login", &format!("email={EMAIL}&password={PASSWORD}"))], 303)
    }

    /// Sign-ins with a wrong password.
    pub fn flood(&self) -> Load {
        self.load(vec![post(&self.url, "/login", &format!("email={EMAIL}&password=wrong"))], 422)
    }

    /// Waits until the outbox is empty: how long that took.
    pub async fn drained(&self) -> Duration {
        const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'waiting'";
        let begun = Instant::now();
        let mut database = SqliteConnection::connect_with(&self.database).await.expect("the site's database");
        loop {
            let waiting: i64 = sqlx::query_scalar(WAITING).fetch_one(&mut database).await.expect("a count");
            if waiting == 0 {
                return begun.elapsed();
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{waiting} messages wait after twenty seconds"
            );
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The release binary with `arguments`, in `folder`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).current_dir(folder);
    command
}

/// The page that answers.
pub async fn text(request: RequestBuilder) -> String {
    let answer = request.send().await.expect("the site answers");
    let (status, place) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await.expect("a page");
    assert!(status.is_success(), "{status} at {place}: {text}");
    text
}
