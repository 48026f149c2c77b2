//! A093 to A097, A099: headers of every answer, effects of signing out, and requests no client library sends.

use reqwest::Method;
use serde_json::json;

use crate::{
    common::{Capabilities, OLD, host},
    fixture::AttackFixture,
    raw::{came_to, wire},
    tries::{EVERY, SITE},
};

attacks! {
    SITE => a093_over_https_cookies_are_bound_to_the_host, a094_every_answer_carries_the_headers,
        a095_a_copied_cookie_ends_with_signing_out, a097_programs_find_where_to_change_a_password,
        a099_no_odd_request_gets_through;
    EVERY => a096_nothing_may_be_kept_by_a_cache;
}

async fn a093_over_https_cookies_are_bound_to_the_host(fixture: &mut AttackFixture) {
    fixture
        .restart(&[
            ("latchkey.public_url", json!("https://id.example.com")),
            ("latchkey.trusted_proxies", json!(["127.0.0.1"])),
        ])
        .await;
    let browser = fixture.app.browser();
    let answer = browser.ask(Method::GET, "/login").await;
    assert!(answer.headers.contains_key("strict-transport-security"));
    let fields = [("email", &*fixture.v.email), ("password", &fixture.v.password), ("remember", "on")];
    let answer = browser.send(browser.request(Method::POST, "/login").form(&fields)).await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(cookies.len() >= 2, "{cookies:?}");
    for cookie in cookies {
        let cookie = cookie.to_str().expect("ASCII");
        for part in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie} has no {part}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let url = format!("http://127.0.0.1:{}", fixture.app.config.port());
    fixture.restart(&[("latchkey.public_url", json!(url)), ("latchkey.trusted_proxies", json!(null))]).await;
    fixture.unharmed(&[]).await;
}

async fn a094_every_answer_carries_the_headers(fixture: &mut AttackFixture) {
    let nobody = fixture.app.browser();
    let odd = [
        "/nowhere",
        "/assets/latchkey.css",
        "/assets/latchkey.js",
        "/assets/none",
        "/reset/zzz",
        "/%00",
        "/healthz",
    ];
    let places: Vec<_> = fixture.app.routes.iter().map(|(_, uri)| uri.replace(['<', '>', '?'], "")).collect();
    for place in places.iter().map(String::as_str).chain(odd) {
        for (browser, method) in [
            (&fixture.own, Method::GET),
            (&nobody, Method::GET),
            (&nobody, Method::POST),
            (&nobody, Method::PUT),
        ] {
            let answer = browser.send(browser.request(method.clone(), place)).await;
            if answer.text() == host::ERROR {
                continue; // an application's own, outside the base
            }
            let header =
                |name| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let policy = header("content-security-policy");
            for part in
                ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
            {
                assert!(policy.contains(part), "{method} {place}: {} {policy}", answer.status);
            }
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("cross-origin-opener-policy", "same-origin"),
                ("referrer-policy", "same-origin"),
            ] {
                assert_eq!(header(name), value, "{method} {place}: {}", answer.status);
            }
        }
    }
    fixture.unharmed(&[]).await;
}

async fn a095_a_copied_cookie_ends_with_signing_out(fixture: &mut AttackFixture) {
    let browser = fixture.app.signed_in(&fixture.v).await;
    let copy = browser.copy();
    let page = browser.get("/account").await;
    let answer = browser.post_only(&browser.sent(&page, page.form_to("/logout"), &[])).await;
    let clear = answer.headers.get("clear-site-data").and_then(|value| value.to_str().ok());
    assert!(clear.is_some_and(|clear| clear.contains("cache")), "{clear:?}");
    assert!(!browser.is_signed_in().await && !copy.is_signed_in().await);
    fixture.unharmed(&[]).await;
}

async fn a096_nothing_may_be_kept_by_a_cache(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.own.copy();
    let own = fixture.strategy().path();
    for place in [
        &*link,
        &own,
        "/account",
        "/reset",
        "/login",
        "/register",
        "/reset/key",
        "/nowhere",
        "/account/sessions",
    ] {
        let answer = browser.ask(Method::GET, place).await;
        let kept = answer.headers.get("cache-control").and_then(|value| value.to_str().ok());
        assert!(kept.is_some_and(|kept| kept.contains("no-store")), "{place}: {kept:?}");
    }
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a097_programs_find_where_to_change_a_password(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let answer = browser.ask(Method::GET, "/.well-known/change-password").await;
    assert!([302, 303, 307].contains(&answer.status) && answer.location().ends_with("/change"));
    let unknown = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(browser.ask(Method::GET, unknown).await.status, 404);
    fixture.unharmed(&[]).await;
}

async fn a099_no_odd_request_gets_through(fixture: &mut AttackFixture) {
    let body = format!("email={}&password={}", fixture.v.email, OLD.replace(' ', "+"));
    let (length, form) = (body.len(), "Content-Type: application/x-www-form-urlencoded\r\nConnection: close");
    for request in [
        "TRACE /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(),
        "FROB /reset HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(),
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(),
        format!(
            "POST /account/delete HTTP/1.1\r\nHost: a\r\n{form}\r\nContent-Length: 3\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
        format!("POST /account/delete HTTP/1.1\r\nHost: a\r\n{form}\r\nContent-Length: -1\r\n\r\n{body}"),
        format!(
            "POST /login HTTP/1.1\r\nHost: a\r\n{form}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n"
        ),
        "GET /login\r\n\r\n".into(),
        "\r\n\r\n\0\0\0".into(),
    ] {
        let answer = wire(&fixture.app, request.as_bytes()).await;
        let refused = came_to(&answer).is_none_or(|status| (400..500).contains(&status));
        let given = answer.to_lowercase().replace("set-cookie: latchkey_refused=", "");
        assert!(refused && !given.contains("set-cookie"), "{request:?}: {answer}");
    }
    fixture.unharmed(&[]).await;
}
