//! Every link starts with `public_url`, whatever a request says; every page has protective headers.

use reqwest::{Method, header};
use serde_json::json;

use crate::common::{Binary, Browser, OLD, Setting, based};

for_both_databases! {
    no_header_changes_a_link,
    another_name_of_the_machine_leads_to_the_site,
    forged_addresses_do_not_escape_the_limit,
    a_proxy_may_spell_an_address_in_any_way,
    every_answer_is_guarded,
    the_first_page_is_small,
    another_servers_file_is_not_kept_under_a_name,
    what_somebody_alone_may_know_is_not_packed,
    over_https_cookies_are_bound_to_the_host,
    programs_find_where_to_change_a_password,
}

const FORGED: [(&str, &str); 10] = [
    ("Host", "evil.example"),
    ("Host", "evil.example:443"),
    ("Host", "127.0.0.1.evil.example"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "gopher"),
    ("X-Forwarded-Port", "444"),
    ("X-Forwarded-Prefix", "//evil.example"),
    ("Forwarded", "host=evil.example;proto=https"),
    ("X-Real-IP", "6.6.6.6"),
    ("Referer", "https://evil.example/"),
];

async fn no_header_changes_a_link(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    for (name, value) in FORGED {
        let mut request =
            browser.request(Method::POST, "/reset").form(&[("email", &ann.email)]).build().expect("one");
        let name = header::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        request.headers_mut().insert(name, value.parse().expect("a value"));
        let answer = browser.send(reqwest::RequestBuilder::from_parts(browser.client(), request)).await;
        assert!(answer.status < 500 && !answer.text().contains("evil"), "{value}");
        assert!(!answer.location().contains("evil"), "{value}");
    }
    for message in app.mailbox.rest(&ann.email).await {
        assert!(message.link().starts_with(&format!("{}{}", app.url, based("/reset/"))), "{}", message.text);
        assert!(!message.text.contains("evil") && !message.text.contains("6.6.6.6"), "{}", message.text);
    }
}

async fn another_name_of_the_machine_leads_to_the_site(setting: Setting) {
    let app = setting.app().await;
    let port = app.config.port();
    let browser = Browser::new(&format!("http://localhost:{port}"), &app.url);
    let answer = browser.ask(Method::GET, "/login?next=/account").await;
    assert!((300..400).contains(&answer.status), "{}", answer.status);
    assert_eq!(answer.location(), format!("{}{}?next=/account", app.url, based("/login")));
}

async fn forged_addresses_do_not_escape_the_limit(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", json!(true))]).await;
    let ann = app.account("ann@example.com").await;
    let browser = app.browser();
    let mut refused = false;
    for turn in 0..60 {
        let address = format!("10.0.{}.{}", turn / 250, turn % 250);
        let mut request = browser.request(Method::POST, "/login");
        for name in ["X-Real-IP", "X-Forwarded-For", "CF-Connecting-IP", "True-Client-IP"] {
            request = request.header(name, &address);
        }
        let request = request.header("Forwarded", format!("for={address}"));
        let fields = [("email", &*ann.email), ("password", "not the password at all"), ("next", "")];
        refused |= browser.send(request.form(&fields)).await.status == 429;
    }
    assert!(refused, "sixty wrong passwords and no limit");
}

async fn a_proxy_may_spell_an_address_in_any_way(setting: Setting) {
    let app =
        setting.app_with(&[("latchkey.trusted_proxies", json!(["127.0.0.0/8", "::ffff:10.0.0.9"]))]).await;
    let ann = app.account("ann@example.com").await;
    for (said, address) in [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("\"[2001:DB8::7]\"", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("198.51.100.9:1, 203.0.113.7:2", "203.0.113.7"),
        ("198.51.100.9, 203.0.113.7, 10.0.0.9:8080", "203.0.113.7"),
        ("203.0.113.7, fe80::1%eth0", "127.0.0.1"),
    ] {
        let browser = app.browser();
        let request = browser.request(Method::POST, "/reset").header("X-Forwarded-For", said);
        browser.send(request.form(&[("email", &*ann.email)])).await;
        let text = app.mailbox.next(&ann.email).await.text;
        assert!(text.contains(&format!("from {address} ")), "{said}: {text}");
    }
}

async fn every_answer_is_guarded(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    for place in [
        "/account",
        "/login",
        "/nowhere",
        "/assets/latchkey.css",
        "/assets/latchkey.js",
        "/healthz",
        "/reset/zzz",
    ] {
        let answer = browser.ask(Method::GET, place).await;
        let header = |name: &str| {
            answer.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{place}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{place}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{place}");
        assert_eq!(header("referrer-policy"), "same-origin", "{place}");
    }
}

async fn over_https_cookies_are_bound_to_the_host(setting: Setting) {
    let changes = [
        ("latchkey.public_url", json!("https://id.example.com")),
        ("latchkey.trusted_proxies", json!("none")),
    ];
    let app = setting.app_with(&changes).await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let answer = browser.ask(Method::GET, "/login").await;
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    for cookie in cookies.map(|cookie| cookie.to_str().expect("ASCII")) {
        assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
    }
    assert!(
        browser.jar().names().iter().all(|name| name.starts_with("__Host-")),
        "{:?}",
        browser.jar().names()
    );
    assert!(answer.headers.contains_key("strict-transport-security"));
}

async fn programs_find_where_to_change_a_password(setting: Setting) {
    let app = setting.app().await;
    let answer = app.browser().ask(Method::GET, "/.well-known/change-password").await;
    assert!([302, 303, 307].contains(&answer.status));
    assert!(answer.location().ends_with("/change"), "{}", answer.location());
    let unknown = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(app.browser().ask(Method::GET, unknown).await.status, 404);
}

/// Number of bytes that a browser receives for `place`, and whether it may cache them forever.
async fn fetched(browser: &Browser, place: &str) -> (usize, bool) {
    let answer = browser.send(browser.request(Method::GET, place).header("Accept-Encoding", "gzip")).await;
    assert_eq!(answer.status, 200, "{place}");
    let kept = answer.headers[header::CACHE_CONTROL].to_str().expect("ASCII").contains("immutable");
    let head: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    (head + answer.body.len(), kept)
}

async fn the_first_page_is_small(setting: Setting) {
    // In its own folder: pages from a folder of templates may differ each time, and are not compressed.
    let site = Binary::start(&setting, setting.config(&[])).await;
    for first in ["/login", "/reset", "/register"] {
        let browser = site.browser();
        let page = browser.get(first).await;
        let files: Vec<_> = page.body.split('"').filter(|part| part.starts_with("/assets/")).collect();
        assert!(files.len() <= 2, "{first}: more than three requests: {files:?}");
        let (mut bytes, _) = fetched(&browser, first).await;
        for file in files {
            let (more, kept) = fetched(&browser, file).await;
            assert!(kept, "{file} is asked for again and again");
            bytes += more;
        }
        assert!(bytes <= 8192, "{first}: {bytes} bytes");
    }
    site.end("TERM").await;
}

async fn another_servers_file_is_not_kept_under_a_name(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    for place in ["/assets/latchkey.css", "/assets/latchkey.css?v=000000000000", "/assets/latchkey.js?v="] {
        assert!(!fetched(&browser, place).await.1, "{place} is kept for ever");
    }
}

async fn what_somebody_alone_may_know_is_not_packed(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.signed_in(&ann).await;
    for place in ["/account", "/reset", "/login?again=1"] {
        let request = browser.request(Method::GET, place).header("Accept-Encoding", "gzip");
        let answer = browser.send(request).await;
        let packed = answer.headers.contains_key(header::CONTENT_ENCODING);
        assert!(!packed || !String::from_utf8_lossy(&answer.body).contains("ann@"), "{place}");
        assert!(!packed || place == "/reset", "{place} is packed");
    }
}
