//! A036, A037: following a link spends nothing, whoever does it.

use reqwest::Method;

use crate::{
    common::{Capabilities, dump},
    fixture::{AttackFixture, V},
    tries::MAIL,
};

attacks! {
    MAIL => a036_a_scanner_that_follows_links_spends_nothing, a037_no_other_way_of_looking_spends_anything;
}

const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks",
    "BingPreview/1.0b",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "Barracuda Sentinel",
];

/// Live keys, and entries of the outbox.
async fn stored(fixture: &AttackFixture) -> Vec<String> {
    fixture.quiet().await;
    let rows = dump(&fixture.app.setting.database).await;
    rows.into_iter()
        .filter(|row| row.starts_with("latchkey_keys:") || row.starts_with("latchkey_outbox:"))
        .collect()
}

async fn a036_a_scanner_that_follows_links_spends_nothing(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let before = stored(fixture).await;
    for agent in AGENTS {
        let scanner = fixture.app.browser();
        let request = scanner.request(Method::GET, &link).header("User-Agent", agent);
        let page =
            scanner.follow(&link, scanner.send(request.header("X-Forwarded-For", "6.6.6.6")).await).await;
        assert_eq!(page.path(), fixture.strategy().path(), "{agent}: {page}");
        for path in page.links.iter().filter(|path| path.starts_with('/')) {
            scanner.get(path).await;
        }
        let nested = format!("/login?next={link}");
        scanner.get(&nested).await;
    }
    assert_eq!(before, stored(fixture).await);
    assert!(fixture.mails(V).await.is_empty(), "a scanner had more sent");
    fixture.recover(&link).await;
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a037_no_other_way_of_looking_spends_anything(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let before = stored(fixture).await;
    for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "PUT", "DELETE"] {
        for (name, value) in [
            ("Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
            ("X-Moz", "prefetch"),
            ("Range", "bytes=0-9"),
            ("X-HTTP-Method-Override", "POST"),
        ] {
            let scanner = fixture.app.browser();
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            scanner.send(scanner.request(method, &link).header(name, value)).await;
        }
    }
    assert_eq!(before, stored(fixture).await);
    fixture.recover(&link).await;
    fixture.unharmed(&["reset.completed"]).await;
}
