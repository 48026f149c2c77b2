//! The example as its README tells: JSON, a page for every address, our commands in its binary, and a policy that is
//! switched while it runs.

use std::time::Duration;

use latchkey_testing::{Browser, example::Example};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use rocket::{
    serde::json::{Value, from_slice, json},
    tokio::time::sleep,
};

const EMAIL: &str = "ann@example.com";
const TOML: &str = include_str!("../Rocket.toml");

async fn me(browser: &Browser) -> (u16, Value) {
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let answer = browser.send(browser.request(Method::GET, "/api/me").headers(json)).await;
    (answer.status, from_slice(&answer.body).expect("JSON"))
}

#[rocket::async_test]
async fn a_page_talks_json_and_its_binary_has_our_commands() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-spa"), TOML).await;
    let browser = example.browser();
    assert!(browser.ask(Method::GET, "/any/where").await.text().contains("<title>Notes</title>"));
    let (status, refused) = me(&browser).await;
    assert_eq!((status, &refused["sign_in"]), (401, &json!("/auth/login?next=/api/me")));
    example.register(&browser, EMAIL, &[]).await;
    let note = browser.request(Method::POST, "/api/notes").json(&json!({ "text": "milk" }));
    assert_eq!(browser.send(note).await.status, 201);
    assert_eq!(me(&browser).await, (200, json!({ "email": EMAIL, "notes": ["milk"] })));

    let listed = example.run(&["user", "list"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains(EMAIL), "{listed:?}");
    assert!(example.run(&["user", "role", EMAIL, "--add", "editor"]).status.success());
    assert!(example.run(&["check"]).status.success(), "an application has keys of its own");
    assert_eq!(example.run(&["user", "disable", EMAIL]).status.code(), Some(0));
    assert_eq!(me(&browser).await.0, 401);
}

#[rocket::async_test]
async fn a_policy_is_in_force_when_the_file_is_saved() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-spa"), TOML).await;
    let ask = async |email: &'static str| {
        let browser = example.browser();
        example.register(&browser, email, &[]).await;
        example.post(&browser, "/auth/reset", &[("email", email)]).await;
        let link = example.mailbox.next_key(email).await.link();
        example.browser().ask(Method::GET, &link).await.location().to_owned()
    };
    assert_eq!(ask("ann@example.com").await, "/auth/reset/set-then-login");
    let file = example.folder().join("Rocket.toml");
    std::fs::write(&file, format!("{TOML}\n[default.latchkey.reset]\nstrategy = \"second_kye\"\n"))
        .expect("saved");
    sleep(Duration::from_millis(500)).await;
    std::fs::write(&file, format!("{TOML}\n[default.latchkey.reset]\nstrategy = \"second_key\"\n"))
        .expect("saved");
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(ask("bob@example.com").await, "/auth/reset/second-key");
}
