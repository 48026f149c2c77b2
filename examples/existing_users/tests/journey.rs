//! The example as its README tells: somebody known of old registers, and sees what is known of them.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use latchkey_testing::{Answer, Browser, OLD, free_port, texts};
use reqwest::Method;
use rocket::tokio::{net::TcpStream, time::sleep};

struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the example in a folder of its own, with its configuration.
async fn start(folder: &std::path::Path, port: u16) -> Example {
    std::fs::write(folder.join("Rocket.toml"), include_str!("../Rocket.toml")).expect("a file is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-existing-users"));
    command.current_dir(folder).env("ROCKET_PORT", port.to_string()).env("ROCKET_PROFILE", "debug");
    let example = Example(command.stdout(Stdio::null()).spawn().expect("the example runs"));
    for _ in 0..1000 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return example;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("the example did not answer in ten seconds");
}

/// Registers with an address, and confirms it.
async fn join(browser: &Browser, site: &str, email: &str, name: &str) {
    post(browser, "/auth/register", &[("email", email), ("password", OLD), ("field.name", name)]).await;
    let link = mailed(browser, site, email).await;
    let page = browser.ask(Method::GET, &link).await;
    let page = browser.ask(Method::GET, page.location()).await.text();
    let action =
        page.split("action=\"").find(|part| part.starts_with("/auth/confirm/address")).expect("a form");
    post(browser, action.split('"').next().expect("an address"), &[]).await;
}

#[rocket::async_test]
async fn users_of_old_are_linked_with_their_accounts() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let _example = start(folder.path(), port).await;
    let site = format!("http://127.0.0.1:{port}");
    let ann = Browser::new(&site, &site);
    join(&ann, &site, "Ann@example.com", "Somebody").await;
    assert_eq!(ann.ask(Method::GET, "/profile").await.text(), "Ann sings alto");

    let bob = ann.other();
    join(&bob, &site, "bob@example.com", "Bob").await;
    assert_eq!(bob.ask(Method::GET, "/profile").await.text(), "Bob sings a voice not yet known");

    let database = format!("sqlite://{}", folder.path().join("choir.db").display());
    let users = "SELECT email FROM users WHERE account_id IS NOT NULL ORDER BY email";
    assert_eq!(texts(&database, users).await, ["ann@example.com", "bob@example.com"]);
    // Its owner could still restore the account: the link stays as long.
    post(&bob, "/auth/account/delete", &[("password", OLD)]).await;
    assert_eq!(texts(&database, users).await.len(), 2);
    assert_eq!(bob.ask(Method::GET, "/profile").await.status, 303);
}

async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.send(browser.request(Method::POST, path).form(fields)).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    answer
}

/// Returns the link in the message to `email` in the development mailbox.
async fn mailed(browser: &Browser, site: &str, email: &str) -> String {
    let begin = format!("{site}/auth/confirm/");
    for _ in 0..200 {
        let mailbox = browser.ask(Method::GET, "/auth/dev/mailbox").await.text();
        let theirs = mailbox.split_once(email).and_then(|(_, rest)| rest.split_once(&begin));
        if let Some((_, rest)) = theirs {
            let key: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
            return format!("/auth/confirm/{key}");
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no message came");
}
