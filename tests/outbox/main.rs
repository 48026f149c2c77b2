//! The worker beside real servers: what one causes keeps nobody else waiting, and what hangs holds up nothing else.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

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

/// A mail server that takes a second for each mail: as long as a slot of the worker is taken.
fn slow() -> Listener {
    Listener::start("mail_server.py", &["--pause", "1"])
}

/// Mail goes to `server`, and clients are who they say they are.
fn by(server: &Listener) -> Vec<Change<'static>> {
    vec![
        ("latchkey.mail.url", json!(format!("smtp://127.0.0.1:{}", server.port))),
        ("latchkey.trusted_proxies", json!(["127.0.0.1"])),
    ]
}

/// Somebody at `address` asks for a reset of `email`.
async fn ask(site: &Site, address: &str, email: &str) {
    let browser = site.browser();
    let request = browser.request(Method::POST, "/reset").header("X-Forwarded-For", address);
    let answer = browser.send(request.form(&[("email", email)])).await;
    assert!(answer.status < 400, "{}", answer.status);
}

/// Whom a mail is to.
fn to(mail: &Value) -> &str {
    mail["to"][0].as_str().expect("a recipient")
}
