//! A061, A062: a key leaves the address before anything is shown or loaded, and no secret is printed.

use reqwest::{Method, header};
use serde_json::json;

use crate::{
    common::{Binary, Browser, Page, Setting, alone, based, live},
    fixture::{AttackFixture, V},
    log,
    raw::{status, wire},
    tries::{MAIL, note},
};

attacks! {
    MAIL => a061_a_key_is_in_no_address_that_a_page_tells;
}
for_every_strategy! {
    a062_no_secret_is_in_any_log,
}

/// Opens a link from a message: neither the browser's later requests nor any page contain its key.
async fn opened(browser: &Browser, link: &str) -> Page {
    let key = link.rsplit_once('/').expect("a link with a key").1;
    let first = browser.ask(Method::GET, link).await;
    assert_eq!(first.status, 303, "the key stays in the address");
    assert!(!first.location().contains(key) && !first.text().contains(key), "{}", first.location());
    assert_eq!(first.headers.get(header::REFERRER_POLICY).expect("a policy"), "same-origin");
    let page = browser.get(first.location()).await;
    is_clean(&page, key);
    for place in loaded(&page) {
        let request = browser.request(Method::GET, &place).header(header::REFERER, &page.place);
        assert_eq!(browser.send(request).await.status, 200, "{place}");
    }
    page
}

/// Panics if a page reveals the key to sites that it links to or loads from.
fn is_clean(page: &Page, key: &str) {
    assert!(!page.place.contains(key) && !page.body.contains(key), "the key is in {page}");
    for link in &page.links {
        let ours = link.starts_with(['/', '#']) && !link.starts_with("//");
        assert!(ours && !link.contains(key), "{link} leads away from {page}");
    }
}

/// Files that a browser loads with a page.
fn loaded(page: &Page) -> Vec<String> {
    page.body.split('"').filter(|part| part.starts_with(&based("/assets/"))).map(str::to_owned).collect()
}

async fn a061_a_key_is_in_no_address_that_a_page_tells(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let key = link.rsplit_once('/').expect("a key").1;
    let page = opened(&fixture.app.browser(), &link).await;
    assert!(!loaded(&page).is_empty(), "a page loads its style: {}", page.body);
    let before = fixture.app.seen.statuses().len();
    fixture.recover(&link).await;
    let asked = &fixture.app.seen.statuses()[before..];
    let with_key = asked.iter().filter(|(place, _)| place.contains(key)).count();
    assert_eq!(with_key, 1, "the key is in one address, that of the link: {asked:?}");
    let notice = fixture.app.mailbox.next_notice(V).await;
    opened(&fixture.app.browser(), &notice.link()).await;
    a_mangled_link_tells_nothing(fixture).await;
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}

/// However mangled a link is, no page, redirect or line of the log contains a part of its key.
async fn a_mangled_link_tells_nothing(fixture: &AttackFixture) {
    let link = fixture.key().await;
    let key = link.rsplit_once('/').expect("a key").1;
    let (head, tail) = key.split_at(20);
    let begun = log::begin();
    let all: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for place in ["/reset", "/reset/not-me", "/account/email", "/confirm"] {
        for path in [
            format!("{place}/{key}."),
            format!("{place}/{head}%20{tail}"),
            format!("{place}/{head}"),
            format!("{place}/{all}"),
            format!("{place}/x{key}"),
            format!("{place}/{key}/{key}"),
            format!("{place}//{key}"),
            format!("/{place}/{key}"),
            format!("{place}/-/{key}"),
            format!("{place}/%2e%2e/{key}"),
            format!("{}/{key}", place.to_uppercase()),
            format!("/%72{}/{key}", &place[2..]),
            format!("{place}?{key}"),
            format!("/{key}"),
        ] {
            let host = fixture.app.url.trim_start_matches("http://");
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let answer = wire(&fixture.app, request.as_bytes()).await;
            assert!(status(&answer).is_some_and(|status| status < 500), "{path}: {answer}");
            let told = [head, tail].iter().any(|part| answer.contains(part));
            assert!(!told, "{path}: {answer}");
        }
    }
    for line in log::since(begun) {
        let told = [head, tail, &all[..60]].iter().any(|part| line.contains(part));
        assert!(!told, "{line}");
    }
}

async fn a062_no_secret_is_in_any_log(setting: Setting) {
    for level in ["normal", "debug"] {
        let server = Binary::start(&setting, setting.config(&[("log_level", json!(level))])).await;
        let mut secrets = live(&server, level).await;
        secrets.push("hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk".into());
        let (code, printed) = server.end("TERM").await;
        assert_eq!(code, Some(0), "{printed}");
        assert!(printed.len() > 100, "something is printed: {printed}");
        for secret in &secrets {
            let line = printed.lines().find(|line| alone(line, secret));
            assert!(line.is_none(), "{secret} is printed: {line:?}");
        }
        let line = printed.lines().find(|line| line.contains("@example.com"));
        assert!(line.is_none(), "an address in full: {line:?}");
    }
    note("a062", setting.strategy.name(), setting.engine);
}
