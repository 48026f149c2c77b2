//! A059, A060: `next` leads to a path of this site, or to its front page.

use crate::{fixture::AttackFixture, raw::escaped, tries::SITE};

attacks! {
    SITE => a059_next_cannot_leave_the_site, a060_no_encoding_leads_elsewhere_or_splits_a_header;
}

const CLASSICS: [&str; 14] = [
    "//evil.example",
    "https://evil.example",
    "http://evil.example/account",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\\\evil.example",
    "%09//evil.example",
    "\t//evil.example",
    " //evil.example",
    "////evil.example",
    "https:evil.example",
    "https:/evil.example",
    "///evil.example/..",
    "/..//evil.example",
];

const ENCODED: [&str; 14] = [
    ".evil.example",
    "@evil.example",
    ":80@evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "//evil\u{3002}example",
    "/a\r\nSet-Cookie: x=1",
    "/a%0d%0aSet-Cookie:x=1",
    "/a\u{2028}Set-Cookie: x=1",
    "javascript:alert(1)",
    "data:text/html,x",
    "/./\\evil.example",
    "/%2f%2fevil.example/%2e%2e",
];

async fn inside(fixture: &AttackFixture, away: &str) {
    let browser = fixture.app.browser();
    let form = browser.get("/login").await;
    let typed = [("username", &*fixture.v.email), ("current-password", &fixture.v.password), ("next", away)];
    let answer = browser.post_only(&browser.fill(&form, &typed)).await;
    let to = answer.location();
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    assert!(answer.status == 422 || ours, "{away:?} leads to {to:?}");
    let cookies = answer.headers.get_all("set-cookie").iter();
    assert!(cookies.into_iter().all(|cookie| !cookie.as_bytes().starts_with(b"x=")), "{away:?}");
    let page = fixture.app.browser().get(&format!("/login?next={}", escaped(away))).await;
    assert!(page.status < 500 && !page.links.iter().any(|link| link.contains("evil")), "{page}");
}

async fn a059_next_cannot_leave_the_site(fixture: &mut AttackFixture) {
    for away in CLASSICS {
        inside(fixture, away).await;
    }
    fixture.unharmed(&[]).await;
}

async fn a060_no_encoding_leads_elsewhere_or_splits_a_header(fixture: &mut AttackFixture) {
    for away in ENCODED {
        inside(fixture, away).await;
    }
    fixture.unharmed(&[]).await;
}
