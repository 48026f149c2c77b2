//! Bad input gets a page of the site with a clear sentence, never a server error.

use reqwest::{Method, header};

use crate::common::{Answer, Browser, Capabilities, Field, Form, NEW, OLD, Page, Setting, Site};

for_both_databases! {
    a_bad_field_gets_a_page_that_says_so,
    a_form_of_another_kind_is_refused,
    what_was_typed_stays_but_no_password,
}
for_every_strategy! {
    a_bad_field_in_the_reset_gets_a_page_that_says_so,
}

/// Bad values of a field, as sent; no value leaves the field out, two repeat it.
fn bad(name: &str) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let one = |value: &[u8]| vec![value.to_vec()];
    let mut table = vec![
        ("missing", vec![]),
        ("repeated", vec![b"one%40example.com".to_vec(), b"two%40example.com".to_vec()]),
        ("a megabyte", one(&vec![b'a'; 1 << 20])),
        ("not UTF-8", one(b"%ff%fe%c3%28")),
        ("empty", one(b"")),
        ("NUL", one(b"a%00b")),
        ("CRLF", one(b"a%0d%0aBcc:%20x%40example.com")),
        ("a template", one(b"%7B%7B1234*5678%7D%7D")),
        ("a script", one(b"%3Cscript%3Ealert(1)%3C%2Fscript%3E")),
    ];
    if name.contains("password") {
        table.retain(|(what, _)| !["a script", "a template"].contains(what)); // as good as any password
    }
    if ["next", "remember", "within"].contains(&name) {
        table.retain(|(what, _)| ["repeated", "a megabyte", "not UTF-8"].contains(what));
    }
    table
}

fn encoded(fields: &[(String, String)], name: &str, values: &[Vec<u8>]) -> Vec<u8> {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut parts = Vec::new();
    for (field, value) in fields.iter().filter(|(field, _)| field != name) {
        parts.push(format!("{field}={}", escape(value)).into_bytes());
    }
    for value in values {
        parts.push([name.as_bytes(), b"=", value].concat());
    }
    parts.join(&b'&')
}

async fn send(browser: &Browser, to: &str, body: Vec<u8>) -> Answer {
    let form = "application/x-www-form-urlencoded";
    browser.send(browser.request(Method::POST, to).header(header::CONTENT_TYPE, form).body(body)).await
}

/// Tries every bad value in each field of the form on `page` that takes `typed`; other fields are valid.
async fn try_all(browser: &Browser, page: &Page, typed: &[(&str, &str)]) {
    let keys: Vec<_> = typed.iter().map(|(key, _)| *key).collect();
    let form: &Form = page.form_with(&keys);
    let sent = browser.sent(page, form, typed);
    // `username` exists only for password managers.
    let read = |field: &&Field| !["", "username"].contains(&&*field.name) && field.kind != "submit";
    for field in form.fields.iter().filter(read) {
        for (what, values) in bad(&field.name) {
            let answer = send(browser, &sent.to, encoded(&sent.fields, &field.name, &values)).await;
            let place = format!("{} of {} {what}", field.name, sent.to);
            assert!((400..500).contains(&answer.came_to()), "{place}: {}", answer.came_to());
            let page = browser.follow(&sent.to, answer).await;
            assert!(page.text.len() > 20, "{place}: {page}");
            assert!(!page.text.contains("7006652"), "{place}: {page}");
            assert!(!page.body.contains("<script>alert"), "{place}: {page}");
        }
    }
}

async fn a_bad_field_gets_a_page_that_says_so(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let nobody = app.browser();
    let word = ("password", OLD);
    try_all(&nobody, &nobody.get("/register").await, &[("email", "new@example.com"), word]).await;
    try_all(&nobody, &nobody.get("/login").await, &[("email", &ann.email), word]).await;
    try_all(&nobody, &nobody.get("/reset").await, &[("email", &ann.email)]).await;
    try_all(&nobody, &nobody.get("/confirm").await, &[("email", &ann.email)]).await;
    try_all(&nobody, &nobody.get("/reset/key").await, &[("key", "whatever")]).await;

    let own = app.signed_in(&ann).await;
    try_all(&own, &own.get("/account/email").await, &[("email", "new@example.com"), word]).await;
    try_all(&own, &own.get("/account/phone").await, &[("phone", "+4915112345678"), word]).await;
    try_all(&own, &own.get("/change").await, &[word, ("new_password", NEW)]).await;
    try_all(&own, &own.get("/account/delete").await, &[word]).await;
    let form = own.get("/account/phone").await;
    let page = own.submit(&form, &[("tel", "+4915112345678"), ("current-password", OLD)]).await;
    try_all(&own, &page, &[("code", "123456")]).await;
    assert!(own.is_signed_in().await && app.opens(&ann.email, OLD).await);
}

async fn a_bad_field_in_the_reset_gets_a_page_that_says_so(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    if setting.strategy.ends_with_password() {
        try_password(&app, &browser, &ready).await;
        browser.post(&app.spending(&browser, &ready, NEW)).await;
    } else {
        let mut page = browser.post(&app.spending(&browser, &ready, NEW)).await;
        if setting.strategy.mails_password() {
            let generated = app.mailbox.next(&ann.email).await.code();
            page = app.sign_in(&browser, &ann.email, &generated).await;
        }
        try_all(&browser, &page, &[("new_password", NEW)]).await;
        browser.submit(&page, &[("new_password", NEW)]).await;
    }
    assert!(browser.is_signed_in().await, "bad input cost the key");
}

/// Tries only the new password's field: a bad code would cost one of three tries.
async fn try_password(app: &Site, browser: &Browser, ready: &crate::common::Ready) {
    let sent = app.spending(browser, ready, NEW);
    for (what, values) in bad("new_password") {
        let answer = send(browser, &sent.to, encoded(&sent.fields, "new_password", &values)).await;
        assert!((400..500).contains(&answer.came_to()), "{what}: {}", answer.came_to());
        let page = browser.follow(&sent.to, answer).await;
        assert!(page.text.len() > 20, "{what}: {page}");
    }
}

async fn a_form_of_another_kind_is_refused(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    for kind in ["application/xml", "text/plain", "multipart/form-data; boundary=x", ""] {
        let body = r#"{"email": ["ann@example.com", "x@example.com"]}"#;
        let mut request = browser.request(Method::POST, "/reset").body(body);
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = browser.send(request).await;
        assert!((400..500).contains(&answer.came_to()), "{kind}: {}", answer.came_to());
        browser.follow("/reset", answer).await;
    }
    for body in [
        "email[]=a%40example.com",
        "email.x=a%40example.com",
        "email=a%40example.com%2Cb%40example.com",
        "=",
        "&&&",
        "email",
    ] {
        let answer = send(&browser, "/reset", body.into()).await;
        assert!((400..500).contains(&answer.came_to()), "{body}: {}", answer.came_to());
    }
}

async fn what_was_typed_stays_but_no_password(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    let form = browser.get("/register").await;
    let page = browser.submit(&form, &[("email", "ann@example.com"), ("password", "short")]).await;
    assert!((400..500).contains(&page.status), "{page}");
    assert_eq!(page.form_with(&["email"]).field("email").expect("a field").value, "ann@example.com");
    assert!(!page.body.contains("value=\"short\""));
    assert!(
        page.body.contains("href=\"#password\"") && page.body.contains("aria-invalid=\"true\""),
        "{}",
        page.body
    );
}
