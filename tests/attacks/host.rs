//! A004 to A006: every link starts with `public_url`, whatever host and path a request names.

use reqwest::Method;

use crate::{
    common::{Browser, Message, Site},
    fixture::{AttackFixture, V},
    raw::{altered, escaped, status, wire},
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a004_the_host_header_makes_no_link, a005_no_header_makes_a_link;
    SITE => a006_no_header_makes_a_link_in_any_other_mail;
}

const HOSTS: [&str; 6] = [
    "evil.example",
    "evil.example:443",
    "127.0.0.1.evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1:1",
    "localhost",
];

const HEADERS: [(&str, &str); 16] = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Host", "127.0.0.1, evil.example"),
    ("X-Forwarded-Proto", "gopher"),
    ("X-Forwarded-Port", "444"),
    ("X-Forwarded-Prefix", "//evil.example"),
    ("X-Forwarded-Server", "evil.example"),
    ("X-Host", "evil.example"),
    ("X-Original-URL", "//evil.example/reset"),
    ("X-Rewrite-URL", "//evil.example/reset"),
    ("X-Real-IP", "6.6.6.6"),
    ("X-Forwarded-For", "6.6.6.6"),
    ("Forwarded", "host=evil.example;proto=https;for=6.6.6.6"),
    ("Forwarded", "host=evil.example, host=evil.example"),
    ("Referer", "https://evil.example/"),
    ("Base-URL", "https://evil.example/"),
    ("From", "x@evil.example"),
];

/// Panics unless each link in `mails` is the site's own and no forged value is repeated.
fn ours(site: &Site, mails: &[Message]) {
    assert!(!mails.is_empty(), "no message came");
    for mail in mails {
        let links = mail.text.lines().map(str::trim).filter(|line| line.contains("://"));
        let start = format!("{}/", site.url);
        assert!(
            links.clone().count() > 0 && links.clone().all(|link| link.starts_with(&start)),
            "{}",
            mail.text
        );
        assert!(!mail.text.contains("evil") && !mail.text.contains("6.6.6.6"), "{}", mail.text);
    }
}

/// Requests a reset for V with `headers` in place of a browser's own.
async fn ask(browser: &Browser, headers: &[(&str, &str)]) {
    let request = browser.request(Method::POST, "/reset").form(&[("email", V)]);
    let answer = browser.send(altered(browser, request, headers)).await;
    assert_eq!(answer.status, 303, "{headers:?}");
    assert!(!answer.text().contains("evil") && !answer.location().contains("evil"), "{headers:?}");
}

async fn a004_the_host_header_makes_no_link(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for host in HOSTS {
        ask(&browser, &[("Host", host)]).await;
        let page = browser.request(Method::GET, "/reset");
        let answer = browser.send(altered(&browser, page, &[("Host", host)])).await;
        assert!(!answer.text().contains("evil") && !answer.location().contains("evil"), "{host}");
        ours(&fixture.app, &fixture.mails(V).await);
    }
    let body = format!("email={}", escaped(V));
    for first in ["POST http://evil.example/reset HTTP/1.1\r\nHost: evil.example", "POST /reset HTTP/1.0"] {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let request =
            format!("{first}\r\n{kind}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let answer = wire(&fixture.app, request.as_bytes()).await;
        assert!(status(&answer).is_none_or(|status| status < 500) && !answer.contains("evil"), "{answer}");
        let mails = fixture.mails(V).await;
        assert!(
            mails.is_empty() || {
                ours(&fixture.app, &mails);
                true
            }
        );
    }
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a005_no_header_makes_a_link(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for header in HEADERS {
        ask(&browser, &[header]).await;
    }
    ask(&browser, &HEADERS).await;
    ours(&fixture.app, &fixture.mails(V).await);
    let evil = browser.request(Method::POST, "/reset").form(&[("email", V)]);
    let answer = browser.send(altered(&browser, evil, &[("Origin", "https://evil.example")])).await;
    assert_eq!(answer.status, 403);
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a006_no_header_makes_a_link_in_any_other_mail(fixture: &mut AttackFixture) {
    let forged = [&[("Host", "evil.example")], &HEADERS[..]].concat();
    let (app, browser) = (&fixture.app, fixture.app.browser());
    let post = async |browser: &Browser, place: &str, fields: &[(&str, &str)]| {
        let request = browser.request(Method::POST, place).form(fields);
        let answer = browser.send(altered(browser, request, &forged)).await;
        assert!(answer.status < 400 && !answer.text().contains("evil"), "{place}: {}", answer.status);
    };
    post(&browser, "/register", &[("email", "young@example.com"), ("password", "seven quiet herons")]).await;
    post(&browser, "/confirm", &[("email", "young@example.com")]).await;
    ours(app, &fixture.mails("young@example.com").await);
    post(&browser, "/register", &[("email", V), ("password", "seven quiet herons")]).await;
    ours(app, &fixture.mails(V).await);
    let changing = [("email", "other@example.com"), ("password", &*fixture.v.password)];
    post(&fixture.own, "/account/email", &changing).await;
    ours(app, &fixture.mails("other@example.com").await);
    app.latchkey(&["user", "add", "root@example.com", "--role", "admin"]);
    let admin = app.browser();
    let page = admin.get(&app.mailbox.next("root@example.com").await.link()).await;
    admin.submit(&page, &[("new_password", "seven quiet herons")]).await;
    app.sign_in(&admin, "root@example.com", "seven quiet herons").await;
    let person = admin.get(&format!("/admin/people?q={V}")).await.links;
    let person = person.iter().find(|link| link.starts_with("/admin/people/")).expect("V is found");
    post(&admin, &format!("{person}/send-reset"), &[]).await;
    ours(app, &fixture.mails(V).await);
    fixture.unharmed(&["account.invited", "account.reset_sent", "reset.issued"]).await;
}
