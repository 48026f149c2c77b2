//! A087 to A089: interrupted and malformed requests, and those that cannot be counted or timed, are refused
//! at no cost.

use std::time::Duration;

use rocket::tokio::time::sleep;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

use crate::{
    common::{Browser, Capabilities, Change, Engine, Page, Sent, Wire, execute, texts},
    fixture::{AttackFixture, V},
    raw::{came_to, status, wire},
    tries::{EVERY, limited},
};

attacks! {
    EVERY.with(impatient) => a087_without_a_database_no_step_is_half_done;
    EVERY => a088_nothing_malformed_breaks_the_server;
    EVERY.with(limited) => a089_without_counts_or_time_nothing_is_let_in;
}

/// Waiting for SQLite's single writer times out after a second.
fn impatient() -> Vec<Change<'static>> {
    vec![("databases.latchkey.connect_timeout", json!(1))]
}

/// Ways to keep a site from its database.
enum Outage {
    /// The connection to PostgreSQL is down.
    Wire(Wire),
    /// Another writer holds a lock on the SQLite file.
    Lock(SqliteConnection),
}

impl Outage {
    async fn is_on(&mut self, on: bool) {
        match self {
            Outage::Wire(wire) => wire.is_down(on),
            Outage::Lock(connection) => {
                let order = if on { "BEGIN IMMEDIATE" } else { "ROLLBACK" };
                sqlx::raw_sql(order).execute(connection).await.expect("the lock is free");
            }
        }
    }

    /// Sends the form without a database, when it must be refused and change nothing, and once more later.
    async fn refuses(&mut self, fixture: &AttackFixture, browser: &Browser, sent: &Sent) -> Page {
        fixture.quiet().await;
        self.is_on(true).await;
        let copy = browser.copy();
        let answer = copy.post_only(sent).await;
        self.is_on(false).await;
        assert_eq!(answer.status, 503, "{}", sent.to);
        if !browser.jar().names().iter().any(|name| name == "latchkey_browser") {
            // The cookie of a browser has no value by itself.
            copy.with_jar(|jar| jar.remove("latchkey_browser"));
        }
        assert_eq!(copy.jar().values(), browser.jar().values(), "{} gives something", sent.to);
        browser.post(sent).await
    }
}

async fn a087_without_a_database_no_step_is_half_done(fixture: &mut AttackFixture) {
    let database = fixture.app.setting.database.clone();
    let mut outage = match fixture.app.setting.engine {
        Engine::Sqlite => {
            Outage::Lock(SqliteConnection::connect(&database).await.expect("the database opens"))
        }
        Engine::Postgres => {
            let (wire, url) = Wire::to(&database).await;
            fixture.restart(&[("databases.latchkey.url", json!(url))]).await;
            Outage::Wire(wire)
        }
    };
    let (browser, password, own) = (fixture.app.browser(), fixture.password(), fixture.strategy().path());
    let form = browser.get("/reset").await;
    let asked = browser.fill(&form, &[("email", V)]);
    outage.refuses(fixture, &browser, &asked).await;
    let link = fixture.app.mailbox.next_key(V).await.link();
    assert!(fixture.mails(V).await.is_empty(), "one request, two messages");
    let mut page = browser.get(&link).await;
    let mut code = None;
    if fixture.strategy().takes_code() {
        let send = browser.sent(&page, page.form_to(&format!("{own}/send")), &[]);
        page = outage.refuses(fixture, &browser, &send).await;
        let to = if fixture.strategy().needs_phone() { &fixture.v.phone } else { V };
        code = Some(fixture.app.mailbox.next_code(to).await);
    }
    let sent = match &code {
        Some(code) => browser.fill(&page, &[("one-time-code", code), ("new-password", &password)]),
        None if fixture.strategy().ends_with_password() => {
            browser.fill(&page, &[("new-password", &password)])
        }
        None => browser.sent(&page, page.form_to(&own), &[]),
    };
    page = outage.refuses(fixture, &browser, &sent).await;
    if fixture.strategy().mails_password() {
        let generated = fixture.app.mailbox.next_code(V).await;
        page = browser.get("/login").await;
        let login = browser.fill(&page, &[("username", V), ("current-password", &generated)]);
        page = outage.refuses(fixture, &browser, &login).await;
    }
    if !fixture.strategy().ends_with_password() {
        let set = browser.fill(&page, &[("new-password", &password)]);
        page = outage.refuses(fixture, &browser, &set).await;
    }
    assert!(browser.is_signed_in().await, "what was tried in vain cost the key: {page}");
    fixture.was_out_of_service();
    fixture.now_has(&password).await;
    let notices = fixture.mails(V).await.iter().filter(|mail| mail.is_notice()).count();
    assert_eq!(notices, 1 + usize::from(fixture.strategy().signs_in_once()), "notices");
    if let Outage::Wire(_) = outage {
        fixture.restart(&[("databases.latchkey.url", json!(database))]).await;
    }
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}

async fn a088_nothing_malformed_breaks_the_server(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let sent = fixture.app.spending(&browser, &ready, &password);
    let (url, cookies) = (&fixture.app.url, browser.jar().header().expect("cookies"));
    let ours = format!("Host: {}\r\nOrigin: {url}\r\nConnection: close\r\n", &url["http://".len()..]);
    let form = format!("{ours}Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookies}\r\n");
    // A button sends no fields, and a body sent instead is not read.
    let step = if sent.fields.is_empty() { "/reset/key" } else { &*sent.to };
    for to in [step, "/reset", "/login", "/register"] {
        for body in [
            &b"new_password=%ff%fe&email=%c3%28"[..],
            b"new_password=\xff\xfe&email=\xc3\x28",
            b"\0",
            b"%",
            b"=&=&&",
        ] {
            let head = format!("POST {to} HTTP/1.1\r\n{form}Content-Length: {}\r\n\r\n", body.len());
            let answer = wire(&fixture.app, &[head.as_bytes(), body].concat()).await;
            assert!(
                came_to(&answer).is_some_and(|status| (400..500).contains(&status)),
                "{to} {body:?}: {answer}"
            );
        }
        for body in ["zz\r\nemail", "ffffffffffffffffff\r\nemail", "-5\r\nemail", "5\r\nemail5\r\n"] {
            let bytes =
                format!("POST {to} HTTP/1.1\r\n{form}Transfer-Encoding: chunked\r\n\r\n{body}\r\n0\r\n\r\n");
            let answer = wire(&fixture.app, bytes.as_bytes()).await;
            let refused = came_to(&answer).is_none_or(|status| (400..500).contains(&status));
            assert!(refused, "{to} {body:?}: {answer}");
        }
    }
    let long = "x".repeat(1 << 20);
    for (line, header) in [
        ("/login".into(), [b"X-Long: ", long.as_bytes()].concat()),
        ("/login".into(), [b"Cookie: latchkey_session=", long.as_bytes()].concat()),
        ("/account".into(), b"Cookie: latchkey_session=\xff\xfe; \xc3\x28=%ff%00; =; ;;".to_vec()),
        (sent.to.clone(), b"Cookie: latchkey_reset=\xff\xfe%00".to_vec()),
        ("/login".into(), b"Accept-Language: \xff\xfe{{1234*5678}}".to_vec()),
        ("/login".into(), b"Range: bytes=9-1".to_vec()),
        ("/reset/\0".into(), b"X: y".to_vec()),
        ("/reset/%00".into(), b"X: y".to_vec()),
        ("/reset/%ff".into(), b"X: y".to_vec()),
        ("/account/sessions/%00".into(), b"X: y".to_vec()),
        ("/..%2f..%2fetc/passwd".into(), b"X: y".to_vec()),
        ("/%7B%7B1234*5678%7D%7D".into(), b"X: y".to_vec()),
        (format!("/reset/{long}"), b"X: y".to_vec()),
    ] {
        let head = format!("GET {line} HTTP/1.1\r\n{ours}");
        let answer = wire(&fixture.app, &[head.as_bytes(), &header, b"\r\n\r\n"].concat()).await;
        let place = &line[..line.len().min(40)];
        assert!(status(&answer).is_none_or(|status| status < 500), "{place}: {answer}");
        assert!(!answer.contains("7006652"), "{place}");
    }
    let garbled = fixture.own.copy();
    garbled.with_jar(|jar| jar.names().iter().for_each(|name| jar.put(name, "garbage%ff%00")));
    assert!(!garbled.is_signed_in().await);

    let page = browser.post(&sent).await;
    let page = fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await, "malformed requests cost the key: {page}");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a089_without_counts_or_time_nothing_is_let_in(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let sent = fixture.app.spending(&browser, &ready, &password);
    let database = fixture.app.setting.database.clone();
    fixture.quiet().await;
    execute(&database, "ALTER TABLE latchkey_rate_limits RENAME TO counts_of_before").await;
    let thief = fixture.app.browser();
    let reset = Sent { to: "/reset".into(), fields: vec![("email".into(), V.into())] };
    let form = thief.get("/login").await;
    let login = thief.fill(&form, &[("username", V), ("current-password", &fixture.v.password)]);
    for sent in [&reset, &login] {
        assert_eq!(thief.post_only(sent).await.status, 503, "{}", sent.to);
    }
    assert!(!thief.is_signed_in().await);
    if fixture.strategy().takes_code() {
        assert_eq!(browser.post_only(&sent).await.status, 503, "a code is tried uncounted");
    }
    execute(&database, "ALTER TABLE counts_of_before RENAME TO latchkey_rate_limits").await;
    fixture.was_out_of_service();
    let page = browser.post(&sent).await;
    let page = fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await, "what was refused cost the key: {page}");
    fixture.now_has(&password).await;

    let link = fixture.key().await;
    fixture.quiet().await;
    let day = Duration::from_secs(24 * 60 * 60);
    fixture.app.clock.advance(day);
    fixture.is_unusable(&fixture.app.browser().get(&link).await).await;
    let keys = "SELECT purpose FROM latchkey_keys WHERE purpose = 'reset'";
    for _ in 0..1000 {
        if texts(&database, keys).await.is_empty() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let tomorrow = fixture.key().await;
    let ahead = fixture.app.signed_in(&fixture.v).await;
    fixture.quiet().await;
    fixture.app.clock.turn_back(day);
    assert!(!ahead.is_signed_in().await, "a session of a wrong clock outlives its correction");
    for link in [&link, &tomorrow] {
        fixture.is_unusable(&fixture.app.browser().get(link).await).await;
    }
    // The audit log is ordered by time, so the scene ends a day later, when V's session is over.
    fixture.app.clock.advance(day);
    fixture.own = fixture.app.signed_in(&fixture.v).await;
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}
