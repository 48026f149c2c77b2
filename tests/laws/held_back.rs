//! A form whose last byte is sent only after a change: the checks at its start no longer count.

use std::time::Duration;

use reqwest::Method;
use rocket::tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use serde_json::json;

use crate::{
    admin::{admin, place},
    common::{Browser, NEW, OLD, Sent, Setting, Strategy},
};

for_both_databases! {
    an_admin_of_before_changes_nothing,
    a_policy_of_before_sets_no_password,
    nobody_holds_a_form_back_for_long,
}

/// Sends `sent` except for its last byte, runs `meanwhile`, then sends the rest; returns the status of the answer.
async fn held_back(browser: &Browser, sent: &Sent, meanwhile: impl AsyncFnOnce()) -> u16 {
    // The server reads the beginning of a form for a method before it checks who may send it.
    let padded = [&sent.fields[..], &[("more".to_owned(), "x".repeat(4000))]].concat();
    let request = browser.request(Method::POST, &sent.to).form(&padded).build().expect("a request");
    let body = request.body().and_then(|body| body.as_bytes()).expect("a form has a body");
    let (last, most) = body.split_last().expect("a form is not empty");
    let url = request.url();
    let path = &url.as_str()[url.origin().ascii_serialization().len()..];
    let mut head = format!("POST {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().expect("text"));
    }
    let address = (url.host_str().expect("a host"), url.port().expect("a port"));
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(&[head.as_bytes(), b"\r\n", most].concat()).await.expect("the server reads");
    sleep(Duration::from_millis(500)).await;
    meanwhile().await;
    // A server that has answered already may not read any more.
    let _ = stream.write_all(&[*last]).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let status = answer.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&answer)))
}

async fn an_admin_of_before_changes_nothing(setting: Setting) {
    let app = setting.app().await;
    let (root, browser) = admin(&app).await;
    let ann = app.account("ann@example.com").await;
    let to = format!("{}/add-role", place(&browser, &ann.email).await);
    let sent = Sent { to, fields: vec![("role".to_owned(), "admin".to_owned())] };
    let demote = async || _ = app.latchkey(&["user", "role", &root.email, "--remove", "admin"]);
    assert_eq!(held_back(&browser, &sent, demote).await, 403);
    let own = app.signed_in(&ann).await;
    assert_eq!(own.ask(Method::GET, "/admin").await.status, 403, "the role was given all the same");
}

async fn a_policy_of_before_sets_no_password(setting: Setting) {
    let mut app = setting.app_with(&[("latchkey.reset.in_flight", json!("revoke"))]).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let sent = app.spending(&browser, &ready, NEW);
    let switch = async || app.switch(Strategy::SecondKey, &[]).await;
    assert_eq!(held_back(&browser, &sent, switch).await, 410);
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, NEW).await);
}

async fn nobody_holds_a_form_back_for_long(setting: Setting) {
    let app = setting.app().await;
    let sent =
        Sent { to: "/reset".to_owned(), fields: vec![("email".to_owned(), "a@example.com".to_owned())] };
    let long = async || sleep(Duration::from_secs(12)).await;
    assert_eq!(held_back(&app.browser(), &sent, long).await, 408);
}
