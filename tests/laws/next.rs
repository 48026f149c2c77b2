//! After signing in people come back to where they were, and never to another site.

use crate::common::{OLD, Setting};

for_both_databases! {
    next_leads_back,
    next_cannot_leave_the_site,
}

const AWAY: [&str; 24] = [
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
    ".evil.example",
    "@evil.example",
    ":80@evil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "//evil\u{3002}example",
    "/a\r\nSet-Cookie: x=1",
    "/a%0d%0aSet-Cookie:x=1",
    "javascript:alert(1)",
    "data:text/html,x",
    "/..//evil.example",
    "/./\\evil.example",
];

async fn next_leads_back(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get("/account/email").await;
    assert_eq!(page.path(), "/login", "{page}");
    let page = browser.submit(&page, &[("username", &ann.email), ("current-password", OLD)]).await;
    assert_eq!(page.path(), "/account/email", "{page}");
}

async fn next_cannot_leave_the_site(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    for away in AWAY {
        let browser = app.browser();
        let form = browser.get("/login").await;
        let sent =
            browser.fill(&form, &[("username", &ann.email), ("current-password", OLD), ("next", away)]);
        let answer = browser.post_only(&sent).await;
        let to = answer.location().to_owned();
        let inside = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\')
            || to.starts_with(&format!("{}/", app.url));
        assert!(answer.status >= 400 || inside, "{away:?} leads to {to:?}");
        assert!(
            answer.headers.get_all("set-cookie").iter().all(|cookie| !cookie.as_bytes().starts_with(b"x="))
        );
        let query = form_urlencoded(away);
        let page = app.browser().get(&format!("/login?next={query}")).await;
        assert!(page.status < 500 && !page.links.iter().any(|link| link.contains("evil")), "{page}");
    }
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
