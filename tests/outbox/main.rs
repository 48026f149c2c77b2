//! The worker with real servers: no client delays others, and a hanging server holds up nothing else.

#[macro_use]
extern crate latchkey_testing as common;

use common::script;

mod hang;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../transport/listener.rs"]
mod listener;
mod pipe;
mod share;

use reqwest::Method;
use serde_json::{Value, json};

use common::{Change, Site};
use listener::Listener;

/// A mail server that takes a second for each mail, and so occupies a slot of the worker for that time.
fn slow() -> Listener {
    Listener::start("mail_server.py", &["--pause", "1"])
}

/// Sends mail to `server`, and trusts the addresses that clients claim.
fn by(server: &Listener) -> Vec<Change<'static>> {
    vec![
        ("latchkey.mail.url", json!(format!("smtp://127.0.0.1:{}", server.port))),
        ("latchkey.trusted_proxies", json!(["127.0.0.1"])),
    ]
}

/// Requests a reset of `email` from the client `address`.
async fn ask(site: &Site, address: &str, email: &str) {
    let browser = site.browser();
    let request = browser.request(Method::POST, "/reset").header("X-Forwarded-For", address);
    let answer = browser.send(request.form(&[("email", email)])).await;
    assert!(answer.status < 400, "{}", answer.status);
}

/// Recipient of a mail.
fn to(mail: &Value) -> &str {
    mail["to"][0].as_str().expect("a recipient")
}
