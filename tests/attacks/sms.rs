//! A075 to A078: texts stay within the site's budget, and a misbehaving gateway harms nobody.

use std::time::Duration;

use rocket::tokio::time::{Instant, sleep};
use serde_json::{Value, json};

use crate::{
    common::{Browser, Capabilities, Change, Message, OLD, Page, Sent, texts},
    enumeration::shown,
    fixture::{AttackFixture, V},
    listener::Listener,
    log,
    tries::{SMS, limited},
};

attacks! {
    SMS.with(limited) => a075_only_countries_that_are_named_get_few_texts, a076_the_site_has_a_budget,
        a076_numbers_that_are_verified_leave_a_reserve;
    SMS => a077_a_gateway_that_fails_is_told_from_one_that_sends, a078_a_gateway_that_hangs_holds_nobody_up;
}

/// Time within which an answer must come, even on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Mobile numbers of twenty countries, the last in Germany.
const NUMBERS: [&str; 20] = [
    "+12125550123",
    "+393123456789",
    "+33612345678",
    "+447400123456",
    "+34612345678",
    "+48512345678",
    "+31612345678",
    "+41781234567",
    "+436641234567",
    "+4532123456",
    "+46701234567",
    "+4740612345",
    "+358412345678",
    "+420601123456",
    "+36201234567",
    "+79123456789",
    "+818012345678",
    "+61412345678",
    "+2348021234567",
    "+4915112345670",
];

/// Settings for texts through `server`, which behaves as `path` says.
fn by(server: &Listener, path: &str) -> Vec<Change<'static>> {
    vec![
        ("latchkey.sms.url", json!(format!("http://127.0.0.1:{}{path}", server.port))),
        ("latchkey.sms.fields", json!({ "to": "{to}", "text": "{text}" })),
        ("latchkey.sms.countries", json!(["DE"])),
        ("latchkey.sms.timeout", json!("2s")),
    ]
}

/// The next text as its recipient gets it.
fn texted(server: &Listener) -> Message {
    let given = server.next();
    let field = |name: &str| {
        let fields = given["form"].as_array().expect("fields");
        let found = fields.iter().find(|field| field[0] == name).map(|field| &field[1]);
        found.and_then(Value::as_str).expect("a text").to_owned()
    };
    Message { channel: "sms".into(), to: field("to"), subject: String::new(), text: field("text") }
}

/// True if `browser`, in which somebody is signed in, may have a code sent to `number`.
async fn verified(browser: &Browser, number: &str) -> bool {
    let form = browser.get("/account/phone").await;
    let page = browser.submit(&form, &[("tel", number), ("current-password", OLD)]).await;
    assert!(page.path() == "/account/phone/code" || page.status == 422, "{page}");
    page.path() == "/account/phone/code"
}

/// The list of failing messages.
fn failing(fixture: &AttackFixture) -> String {
    fixture.app.told(&["outbox", "list", "--state", "failing"])
}

/// Place of the button that sends a code.
fn place(fixture: &AttackFixture) -> String {
    format!("{}/send", fixture.strategy().path())
}

/// Opens a new key of V's, requested by `browser` itself; returns the form of the button that sends a code.
async fn button(fixture: &AttackFixture, browser: &Browser) -> Sent {
    browser.submit(&browser.get("/reset").await, &[("email", V)]).await;
    let page = browser.get(&fixture.app.mailbox.next_key(V).await.link()).await;
    browser.sent(&page, page.form_to(&place(fixture)), &[])
}

async fn a075_only_countries_that_are_named_get_few_texts(fixture: &mut AttackFixture) {
    let server = Listener::start("gateway.py", &[]);
    fixture.restart(&by(&server, "/200")).await;
    fixture.next_day().await; // the texts to the first phones were sent on another day
    let thief = fixture.app.signed_in(&fixture.x).await;
    for number in NUMBERS {
        assert_eq!(verified(&thief, number).await, number.starts_with("+49"), "{number}");
    }
    let mut taken = 1;
    for turn in 0..12 {
        taken += u32::from(verified(&thief, &format!("+49151123456{turn:02}")).await);
    }
    assert_eq!(taken, 10, "texts to numbers that one account named");
    for name in ["ann", "bob", "cleo"] {
        let other = fixture.app.signed_in(&fixture.app.account(&format!("{name}@example.com")).await).await;
        for turn in 0..12 {
            taken += u32::from(verified(&other, &format!("+49151{}23456{turn:02}", name.len())).await);
        }
    }
    assert_eq!(taken, 30, "texts that one client asked for");
    for _ in 0..20 {
        assert_eq!(fixture.app.ask_reset(V).await.status, 200);
    }
    fixture.quiet().await;
    for _ in 0..taken {
        let text = texted(&server);
        assert!(text.to.starts_with("+49"), "{text:?}");
    }
    assert!(server.is_quiet(), "more texts than were taken");
    fixture.unharmed(&["reset.issued", "limit.reached"]).await;
}

async fn a076_the_site_has_a_budget(fixture: &mut AttackFixture) {
    let (server, logged) = (Listener::start("gateway.py", &[]), log::begin());
    let budget = [("latchkey.limits.texts_per_day", json!(5))];
    fixture.restart(&[by(&server, "/200"), budget.to_vec()].concat()).await;
    fixture.next_day().await; // the texts to the first phones were sent on another day
    let browser = fixture.app.browser();
    let mut last: Option<Page> = None;
    for turn in 0..9 {
        let sent = match &last {
            Some(page) if turn % 3 != 0 => browser.sent(page, page.form_to(&place(fixture)), &[]),
            _ => button(fixture, &browser).await,
        };
        fixture.app.minutes_pass(2);
        let page = browser.post(&sent).await;
        let told = page.text.contains("budget") || page.text.contains("today");
        let none = page.text.contains("No code was sent");
        assert!(page.status < 500 && none == (turn >= 5) && !told, "text {turn}: {page}");
        last = Some(page);
    }
    fixture.quiet().await;
    for _ in 0..5 {
        assert_eq!(texted(&server).to, fixture.v.phone);
    }
    assert!(server.is_quiet(), "more texts than the budget");
    let alert = "the site's budget of text messages for today is used up";
    assert!(log::since(logged).iter().any(|line| line.contains(alert)), "nobody is told");
    let mut answers = Vec::new();
    for address in [V, "nobody@example.com"] {
        let browser = fixture.app.browser();
        let form = browser.get("/reset").await;
        let sent = browser.fill(&form, &[("email", address)]);
        answers.push(shown(&browser.post_only(&sent).await, address));
    }
    assert!(answers[0].0 == 303 && answers[0] == answers[1], "{answers:?}");
    fixture.unharmed(&["reset.issued", "reset.code_sent", "limit.reached"]).await;
}

async fn a076_numbers_that_are_verified_leave_a_reserve(fixture: &mut AttackFixture) {
    let few = [("latchkey.limits.texts_per_day", json!(8)), ("latchkey.limits.texts_per_client", json!(999))];
    fixture.restart(&few).await;
    fixture.next_day().await; // the texts to the first phones were sent on another day
    let mut taken = 0;
    for name in ["ann", "bob"] {
        let other = fixture.app.signed_in(&fixture.app.account(&format!("{name}@example.com")).await).await;
        for turn in 0..8 {
            taken += u32::from(verified(&other, &format!("+49151{}23456{turn:02}", name.len())).await);
        }
    }
    assert_eq!(taken, 6, "a quarter of eight is left");
    let link = fixture.key().await;
    fixture.recover(&link).await;
    fixture.unharmed(&["reset.issued", "reset.code_sent", "reset.completed", "limit.reached"]).await;
}

async fn a077_a_gateway_that_fails_is_told_from_one_that_sends(fixture: &mut AttackFixture) {
    let server = Listener::start("gateway.py", &[]);
    let browser = fixture.app.browser();
    let mut answers = Vec::new();
    for path in ["/200", "/302", "/404", "/200/refused", "/huge"] {
        let success = [("latchkey.sms.success", json!(r#""status":\s*"0""#))];
        fixture.restart(&[by(&server, path), success.to_vec()].concat()).await;
        let page = browser.post(&button(fixture, &browser).await).await;
        answers.push((page.status, page.title.clone(), page.path().to_owned()));
        fixture.quiet().await;
        assert_eq!(texted(&server).to, fixture.v.phone);
        assert!(server.is_quiet(), "{path}: a redirect was followed, or the text went out twice");
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "an answer tells of the gateway: {answers:?}"
    );
    let outcome = "SELECT state FROM latchkey_outbox WHERE kind = 'sms' ORDER BY id DESC LIMIT 5";
    let outcomes = texts(&fixture.app.setting.database, outcome).await;
    assert_eq!(outcomes, ["given_up", "given_up", "given_up", "given_up", "sent"]);

    fixture.restart(&by(&server, "/200")).await;
    let form = browser.post(&button(fixture, &browser).await).await;
    let (code, password) = (texted(&server).code(), fixture.password());
    browser.submit(&form, &[("one-time-code", &code), ("new-password", &password)]).await;
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.code_sent", "reset.completed"]).await;
}

async fn a078_a_gateway_that_hangs_holds_nobody_up(fixture: &mut AttackFixture) {
    let server = Listener::start("gateway.py", &[]);
    fixture.restart(&by(&server, "/stall")).await;
    let thief = fixture.app.signed_in(&fixture.x).await;
    for turn in 0..24 {
        let begun = Instant::now();
        assert!(verified(&thief, &format!("+49151123456{turn:02}")).await);
        assert!(begun.elapsed() < AT_ONCE, "text {turn}: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    assert_eq!(fixture.app.ask_reset(V).await.status, 200);
    assert_eq!(fixture.app.health().await["status"], "ok");
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    fixture.app.mailbox.next_key(V).await; // mail goes on meanwhile
    while !failing(fixture).contains("not responding") {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", failing(fixture));
        assert!(verified(&thief, "+4915112345670").await);
        sleep(Duration::from_millis(300)).await;
    }
    // Expired texts are not retried.
    fixture.app.minutes_pass(6);
    fixture.unharmed(&["reset.issued"]).await;
}
