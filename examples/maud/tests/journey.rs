//! The example as its README tells: one layout around its pages and Latchkey's, with a navigation that knows who is signed in.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use latchkey_testing::{Answer, Browser, OLD, free_port};
use reqwest::Method;
use rocket::tokio::{net::TcpStream, time::sleep};

const EMAIL: &str = "ann@example.com";
const LAYOUT: &str = "<a class=\"name\" href=\"/\">Notes</a>";

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
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-maud"));
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

/// Asks for a page, which is in the layout.
async fn page(browser: &Browser, path: &str, status: u16) -> String {
    let answer = browser.ask(Method::GET, path).await;
    let text = answer.text();
    assert_eq!(answer.status, status, "{path}: {text}");
    assert!(text.contains(LAYOUT), "{path} is not in the layout: {text}");
    text
}

#[rocket::async_test]
async fn all_pages_are_in_one_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let _example = start(folder.path(), port).await;
    let site = format!("http://127.0.0.1:{port}");
    let browser = Browser::new(&site, &site);

    let home = page(&browser, "/", 200).await;
    assert!(
        home.contains("href=\"/auth/login?next=/\"") && home.contains("href=\"/auth/register\""),
        "{home}"
    );
    assert!(page(&browser, "/auth/register", 200).await.contains("<title>Create an account · Notes</title>"));
    page(&browser, "/auth/nowhere", 404).await;

    post(&browser, "/auth/register", &[("email", EMAIL), ("password", OLD)]).await;
    let link = mailed(&browser, &site).await;
    let arrived = browser.ask(Method::GET, &link).await;
    page(&browser, arrived.location(), 200).await;
    let confirm = browser.ask(Method::GET, arrived.location()).await.text();
    let action =
        confirm.split("action=\"").find(|part| part.starts_with("/auth/confirm/address")).expect("a form");
    post(&browser, action.split('"').next().expect("an address"), &[]).await;

    let notes = page(&browser, "/notes", 200).await;
    assert!(notes.contains("The notes of ann@example.com") && notes.contains("Sign out"), "{notes}");
    let account = page(&browser, "/auth/account", 200).await;
    assert!(account.contains("action=\"/auth/logout\"") && account.contains(EMAIL), "{account}");
    assert_eq!(post(&browser, "/auth/logout", &[]).await.location(), "/auth/login");
    assert!(page(&browser, "/auth/login", 200).await.contains("Sign in</a>"));
    assert_eq!(browser.ask(Method::GET, "/notes").await.location(), "/auth/login?next=/notes");
}

async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.send(browser.request(Method::POST, path).form(fields)).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    answer
}

/// Returns the link in the first message of the development mailbox.
async fn mailed(browser: &Browser, site: &str) -> String {
    let begin = format!("{site}/auth/confirm/");
    for _ in 0..200 {
        let mailbox = browser.ask(Method::GET, "/auth/dev/mailbox").await.text();
        if let Some((_, rest)) = mailbox.split_once(&begin) {
            let key: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
            return format!("/auth/confirm/{key}");
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no message came");
}
