//! The example as its README tells: a route leads to sign-in, and back once there is an account.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use latchkey_testing::{Answer, Browser, OLD, free_port};
use reqwest::Method;
use rocket::tokio::{net::TcpStream, time::sleep};

const EMAIL: &str = "ann@example.com";

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
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-plain"));
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

#[rocket::async_test]
async fn a_route_leads_to_sign_in_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let _example = start(folder.path(), port).await;
    let site = format!("http://127.0.0.1:{port}");
    let browser = Browser::new(&site, &site);
    assert_eq!(browser.ask(Method::GET, "/").await.text(), "hello, stranger");

    post(&browser, "/auth/register", &[("email", EMAIL), ("password", OLD)]).await;
    let link = mailed(&browser, &site).await;
    let page = browser.ask(Method::GET, &link).await;
    let page = browser.ask(Method::GET, page.location()).await.text();
    let action =
        page.split("action=\"").find(|part| part.starts_with("/auth/confirm/address")).expect("a form");
    post(&browser, action.split('"').next().expect("an address"), &[]).await;
    assert_eq!(browser.ask(Method::GET, "/").await.text(), format!("hello, {EMAIL}"));

    let other = browser.other();
    let sign_in = other.ask(Method::GET, "/notes").await;
    assert_eq!(sign_in.location(), "/auth/login?next=/notes");
    let fields = [("email", EMAIL), ("password", OLD), ("next", "/notes")];
    assert_eq!(post(&other, "/auth/login", &fields).await.location(), "/notes");
    assert_eq!(other.ask(Method::GET, "/notes").await.text(), format!("the notes of {EMAIL}"));
    assert_eq!(other.ask(Method::GET, "/drafts").await.status, 403);
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
