//! An example of an application that attaches Latchkey below `/auth`, run as its README tells.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use reqwest::Method;
use rocket::tokio::{net::TcpStream, time::sleep};
use tempfile::TempDir;

use super::{Answer, Browser, Mailbox, OLD, free_port};

/// The site of an example whose configuration names it.
const NAMED: &str = "localhost:8000";

/// A running example, in a folder of its own.
pub struct Example {
    server: Child,
    binary: &'static str,
    folder: TempDir,
    site: String,
    /// Its messages.
    pub mailbox: Mailbox,
}

impl Example {
    /// Starts an example's binary (`CARGO_BIN_EXE_…`) with its configuration.
    pub async fn start(binary: &'static str, rocket_toml: &str) -> Example {
        Self::start_in(tempfile::tempdir().expect("a folder"), binary, rocket_toml).await
    }

    /// The same in a folder that has its other files. Where its configuration has `localhost:8000`,
    /// that is the site.
    pub async fn start_in(folder: TempDir, binary: &'static str, rocket_toml: &str) -> Example {
        let port = free_port();
        let host = if rocket_toml.contains(NAMED) { "localhost" } else { "127.0.0.1" };
        let rocket_toml = rocket_toml.replace(NAMED, &format!("localhost:{port}"));
        std::fs::write(folder.path().join("Rocket.toml"), rocket_toml).expect("a file is written");
        let mut command = command(binary, folder.path());
        command.env("ROCKET_PORT", port.to_string()).stdout(Stdio::null());
        let server = command.spawn().expect("the example runs");
        let site = format!("http://{host}:{port}");
        let mailbox = Mailbox::at(Browser::new(&site, &site), "/auth/dev/mailbox");
        let example = Example { server, binary, folder, site, mailbox };
        for _ in 0..1000 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return example;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("{binary} did not answer in ten seconds");
    }

    /// Its address.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// The folder that it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command of the binary beside the server.
    pub fn run(&self, arguments: &[&str]) -> Output {
        command(self.binary, self.folder()).args(arguments).output().expect("the example runs")
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.site, &self.site)
    }

    /// Registers `email` with `fields` beside it, opens the link in the mail, and confirms; the browser is signed in.
    pub async fn register(&self, browser: &Browser, email: &str, fields: &[(&str, &str)]) {
        let fields = [&[("email", email), ("password", OLD)], fields].concat();
        self.post(browser, "/auth/register", &fields).await;
        let arrived = browser.ask(Method::GET, &self.mailbox.next(email).await.link()).await;
        let page = browser.ask(Method::GET, arrived.location()).await.text();
        self.post(browser, form(&page, "/auth/confirm/address"), &[]).await;
    }

    /// Signs `email` in, which leads on to `next`.
    pub async fn sign_in(&self, browser: &Browser, email: &str, next: &str) {
        let fields = [("email", email), ("password", OLD), ("next", next)];
        assert_eq!(self.post(browser, "/auth/login", &fields).await.location(), next);
    }

    /// Sends a form that leads on to another page.
    pub async fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = browser.send(browser.request(Method::POST, path).form(fields)).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        answer
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Returns the address of the form on a page that is sent to `path`. A [`Page`](super::Page) would be one at the base that
/// all tests share.
pub fn form<'p>(page: &'p str, path: &str) -> &'p str {
    let action = page.split("action=\"").find(|part| part.starts_with(path));
    action.and_then(|part| part.split('"').next()).unwrap_or_else(|| panic!("no form for {path}: {page}"))
}

fn command(binary: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder).env("ROCKET_PROFILE", "debug");
    command
}
