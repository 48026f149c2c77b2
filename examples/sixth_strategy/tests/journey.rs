//! The example as its README tells: link, code, new password; and neither the link nor a wrong code is enough.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use latchkey_testing::{Answer, Browser, NEW, OLD, free_port};
use reqwest::Method;
use rocket::tokio::{net::TcpStream, time::sleep};

const EMAIL: &str = "ann@example.com";
const PAGE: &str = "/auth/reset/code-then-password";

struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the example in a folder of its own, with its configuration.
async fn start(folder: &Path, port: u16) -> Example {
    std::fs::write(folder.join("Rocket.toml"), include_str!("../Rocket.toml")).expect("a file is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-sixth-strategy"));
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
async fn the_link_and_the_code_lead_back_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let _example = start(folder.path(), port).await;
    let site = format!("http://127.0.0.1:{port}");
    let browser = Browser::new(&site, &site);

    post(&browser, "/auth/register", &[("email", EMAIL), ("password", OLD)]).await;
    let confirm = mailed(&browser, &format!("{site}/auth/confirm/")).await;
    let page = browser.ask(Method::GET, &format!("/auth/confirm/{confirm}")).await;
    let page = browser.ask(Method::GET, page.location()).await.text();
    post(&browser, &action(&page, "/auth/confirm/address"), &[]).await;

    let thief = browser.other();
    let browser = browser.other();
    post(&browser, "/auth/reset", &[("email", EMAIL)]).await;
    let key = mailed(&browser, &format!("{site}/auth/reset/")).await;
    let link = format!("/auth/reset/{key}");

    // The link alone: the form for the code can be sent, but opens nothing.
    assert_eq!(thief.ask(Method::GET, &link).await.location(), PAGE);
    let page = thief.ask(Method::GET, PAGE).await.text();
    let submit = action(&page, &format!("{PAGE}/code")).replace("/code?", "?");
    let refused = send(&thief, &submit, &[("code", ""), ("password", NEW)]).await;
    assert_eq!(refused.location(), PAGE);
    assert_eq!(thief.ask(Method::GET, "/").await.text(), "hello, stranger");

    assert_eq!(browser.ask(Method::GET, &link).await.location(), PAGE);
    let page = browser.ask(Method::GET, PAGE).await.text();
    post(&browser, &action(&page, &format!("{PAGE}/code")), &[]).await;
    let page = browser.ask(Method::GET, PAGE).await.text();
    let submit = action(&page, &format!("{PAGE}?form="));
    post(&browser, &submit, &[("code", "00000000"), ("password", NEW)]).await;
    let wrong = browser.ask(Method::GET, PAGE).await.text();
    assert!(wrong.contains("You have 2 tries left."), "{wrong}");
    let code = code(&browser).await;
    let weak = post(&browser, &submit, &[("code", &code), ("password", "12345678")]).await;
    assert_eq!(weak.location(), PAGE);
    let done = post(&browser, &submit, &[("code", &code), ("password", NEW)]).await;
    assert_eq!(done.location(), "/auth/account");
    assert_eq!(browser.ask(Method::GET, "/").await.text(), format!("hello, {EMAIL}"));
    assert_eq!(browser.other().ask(Method::GET, &link).await.status, 410);
}

/// Returns the address of the form that begins so.
fn action(page: &str, begin: &str) -> String {
    let action = page.split("action=\"").find(|part| part.starts_with(begin));
    let action = action.unwrap_or_else(|| panic!("no form to {begin} on {page}"));
    action.split('"').next().unwrap_or_default().to_owned()
}

async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    browser.send(browser.request(Method::POST, path).form(fields)).await
}

async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = send(browser, path, fields).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    answer
}

/// Returns the key that follows `begin` in the newest message that has it.
async fn mailed(browser: &Browser, begin: &str) -> String {
    found(browser, |mailbox| {
        let (_, rest) = mailbox.split_once(begin)?;
        Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
    })
    .await
}

/// Returns the newest code, which stands alone on its line.
async fn code(browser: &Browser) -> String {
    found(browser, |mailbox| {
        let (_, rest) = mailbox.split_once("Your code for")?;
        let is_code = |line: &&str| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_alphanumeric());
        rest.lines().map(str::trim).find(is_code).map(str::to_owned)
    })
    .await
}

/// Waits until the development mailbox holds what is looked for.
async fn found(browser: &Browser, look: impl Fn(&str) -> Option<String>) -> String {
    for _ in 0..200 {
        let mailbox = browser.ask(Method::GET, "/auth/dev/mailbox").await.text();
        if let Some(found) = look(&mailbox) {
            return found;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no message came");
}
