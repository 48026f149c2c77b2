//! The interface for a host application: guards for its own routes, and events.

use std::sync::{Arc, Mutex};

use latchkey::{Has, Role, core::events, store::events::Event};
use reqwest::Method;
use rocket::{get, routes};

use crate::common::{NEW, OLD, Setting};

for_both_databases! {
    a_route_of_the_host_asks_for_a_role,
    a_subscriber_hears_what_happens,
    a_route_of_the_host_that_panics_harms_nothing,
}

struct Editor;

impl Role for Editor {
    const NAME: &'static str = "editor";
}

#[get("/drafts")]
fn drafts(editor: Has<'_, Editor>) -> String {
    format!("the drafts of {}", editor.email())
}

async fn a_route_of_the_host_asks_for_a_role(setting: Setting) {
    let app = setting.hosted(|rocket| rocket.mount(common::based("/"), routes![drafts])).await;
    let ann = app.person("ann").await;
    let nobody = app.browser().ask(Method::GET, "/drafts").await;
    assert_eq!(nobody.location(), format!("/login?next={}", common::based("/drafts")));
    assert_eq!(app.signed_in(&ann).await.ask(Method::GET, "/drafts").await.status, 403);
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let browser = app.signed_in(&ann).await;
    assert_eq!(browser.ask(Method::GET, "/drafts").await.text(), "the drafts of ann@example.com");
    app.latchkey(&["user", "role", &ann.email, "--remove", "editor"]);
    assert_ne!(
        browser.ask(Method::GET, "/drafts").await.status,
        200,
        "a role that was taken away still opens"
    );
}

async fn a_subscriber_hears_what_happens(setting: Setting) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    let listen = move |event: Event| {
        let hears = hears.clone();
        async move {
            hears.lock().expect("unpoisoned").push((event.kind, event.policy));
            panic!("a subscriber's own fault");
        }
    };
    let app = setting.hosted(move |rocket| rocket.attach(events::subscribe(listen.clone()))).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    app.stop().await;
    let heard = heard.lock().expect("unpoisoned").clone();
    let kinds: Vec<_> = heard.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["account.confirmed", "reset.issued", "reset.completed"]);
    assert_eq!(heard[2].1.as_deref(), Some("set_then_login"));
}

#[get("/drafts/broken")]
fn broken() -> &'static str {
    panic!("a route's own fault")
}

async fn a_route_of_the_host_that_panics_harms_nothing(setting: Setting) {
    let app = setting.hosted(|rocket| rocket.mount(common::based("/"), routes![broken])).await;
    let ann = app.account("ann@example.com").await;
    for _ in 0..4 {
        let answer = app.browser().ask(Method::GET, "/drafts/broken").await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("own fault"), "{}", answer.text());
        for header in ["content-security-policy", "x-content-type-options", "x-request-id"] {
            assert!(answer.headers.contains_key(header), "{header}");
        }
    }
    assert!(app.opens(&ann.email, OLD).await);
}
