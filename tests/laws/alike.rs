//! No answer tells who has an account: status, headers and body are the same, whoever is named.

use crate::common::{Answer, Browser, Message, NEW, OLD, Sent, Setting, Site};

for_every_strategy! {
    an_unknown_address_answers_alike,
    the_limit_answers_alike,
}
for_both_databases! {
    a_failed_sign_in_answers_alike,
    a_taken_address_registers_alike,
    asking_for_the_confirmation_again_answers_alike,
    changing_to_a_taken_address_answers_alike,
}

/// Four addresses of the same length: with an account, disabled, registered but unconfirmed, unknown.
async fn four(app: &Site) -> [&'static str; 4] {
    let addresses = ["known@example.com", "ended@example.com", "young@example.com", "nobod@example.com"];
    app.person("known").await;
    app.person("ended").await;
    app.latchkey(&["user", "disable", "ended@example.com"]);
    app.register(&app.browser(), "young@example.com", OLD).await;
    addresses
}

/// An answer without its date, without the id that is drawn for it, and without the address that was typed.
fn shown(answer: &Answer, address: &str) -> (u16, Vec<(String, String)>, String) {
    let mask =
        |text: &str| text.replace(address, "<address>").replace(&address.replace('@', "%40"), "<address>");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "x-request-id");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), mask(&String::from_utf8_lossy(value.as_bytes()))))
        .map(|(name, value)| if name == "set-cookie" { (name, without_value(&value)) } else { (name, value) })
        .collect();
    headers.sort();
    (answer.status, headers, mask(&answer.text()))
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').expect("name=value");
    let value = rest.split(';').next().unwrap_or_default();
    format!("{name}={} characters{}", value.len(), &rest[value.len()..])
}

async fn typed(app: &Site, place: &str, fields: &[(&str, &str)]) -> (Browser, Sent) {
    let browser = app.browser();
    let form = browser.get(place).await;
    let sent = browser.fill(&form, fields);
    (browser, sent)
}

/// Panics unless filling the form at `place` with each address gets the same answer.
async fn alike(app: &Site, place: &str, addresses: &[&str], password: Option<&str>) {
    let mut first = None;
    for address in addresses {
        let mut fields = vec![("email", *address)];
        fields.extend(password.map(|password| ("password", password)));
        let (browser, sent) = typed(app, place, &fields).await;
        let answer = shown(&browser.post_only(&sent).await, address);
        assert!(answer.0 < 500, "{answer:?}");
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "{place} tells {address} apart");
    }
}

async fn an_unknown_address_answers_alike(setting: Setting) {
    let app = setting.app().await;
    let addresses = four(&app).await;
    app.account("phone@example.com").await;
    alike(&app, "/reset", &addresses, None).await;
    alike(&app, "/reset", &["known@example.com", "phone@example.com"], None).await;
    assert!(!app.mailbox.next("known@example.com").await.link().is_empty());
    for silent in ["ended@example.com", "nobod@example.com"] {
        let rest = app.mailbox.rest(silent).await;
        assert!(!rest.iter().any(Message::is_key), "{rest:?}");
    }
}

async fn the_limit_answers_alike(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    app.person("known").await;
    let mut answers = Vec::new();
    for address in ["known@example.com", "nobod@example.com"] {
        let (browser, sent) = typed(&app, "/reset", &[("email", address)]).await;
        for turn in 0..12 {
            let answer = shown(&browser.post_only(&sent).await, address);
            match address {
                "known@example.com" => answers.push(answer),
                _ => assert_eq!(answers[turn], answer, "request {turn} tells them apart"),
            }
        }
    }
}

async fn a_failed_sign_in_answers_alike(setting: Setting) {
    let app = setting.app().await;
    let addresses = four(&app).await;
    alike(&app, "/login", &addresses, Some(NEW)).await;
    alike(&app, "/login", &addresses[1..], Some(OLD)).await;
}

async fn a_taken_address_registers_alike(setting: Setting) {
    let app = setting.app().await;
    let addresses = four(&app).await;
    alike(&app, "/register", &addresses, Some(NEW)).await;
    let told = app.mailbox.next("known@example.com").await;
    assert!(
        told.subject != app.mailbox.next("nobod@example.com").await.subject,
        "the owner is told something else"
    );
    assert!(app.opens("known@example.com", OLD).await && !app.opens("known@example.com", NEW).await);
}

async fn asking_for_the_confirmation_again_answers_alike(setting: Setting) {
    let app = setting.app().await;
    let addresses = four(&app).await;
    alike(&app, "/confirm", &addresses, None).await;
}

async fn changing_to_a_taken_address_answers_alike(setting: Setting) {
    let app = setting.app().await;
    four(&app).await;
    let ann = app.person("ann").await;
    let mut first = None;
    for address in ["known@example.com", "young@example.com", "nobod@example.com"] {
        let browser = app.signed_in(&ann).await;
        let form = browser.get("/account/email").await;
        let sent = browser.fill(&form, &[("email", address), ("current-password", OLD)]);
        let answer = shown(&browser.post_only(&sent).await, address);
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "tells {address} apart");
    }
}
