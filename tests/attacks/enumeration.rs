//! A046, A047, A067, A068, A127: no answer reveals who has an account: status, headers and body are the same for all.

use reqwest::Method;

use crate::{
    common::{
        Answer, Browser, Capabilities, Message, NEW, OLD, Sent,
        passkeys::authenticator::{Answer as Answered, PRESENT},
        texts,
    },
    enrolment::with_passkeys,
    fixture::{AttackFixture, V, X},
    forger::Forger,
    tries::{CODES, EVERY, SITE, limited},
};

attacks! {
    EVERY => a046_no_state_of_an_account_shows;
    EVERY.with(limited) => a047_a_limit_answers_known_and_unknown_alike;
    SITE => a067_a_taken_address_answers_alike;
    CODES => a068_the_second_step_tells_nothing_of_who_is_named;
    SITE.with(with_passkeys) => a127_nothing_tells_of_a_factor_before_the_password;
}

/// Addresses as long as V's without a working password: disabled, unconfirmed, deleted, invited, unknown.
const CLOSED: [&str; 5] =
    ["barred@example.com", "unborn@example.com", "erased@example.com", "bidden@example.com", NOBODY];
const NOBODY: &str = "nobody@example.com";
/// Open accounts: one without a phone, and one whose owner has just said "this wasn't me".
const PHONELESS: &str = "landed@example.com";
const HELD: &str = "seized@example.com";

/// Creates them, if missing; returns the kinds of events without an account that this causes.
async fn states(fixture: &AttackFixture) -> &'static [&'static str] {
    let app = &fixture.app;
    let there = "SELECT email FROM latchkey_accounts WHERE email_key = 'landed@example.com'";
    if !texts(&app.setting.database, there).await.is_empty() {
        return &[];
    }
    for address in [CLOSED[0], CLOSED[2], PHONELESS, HELD] {
        app.account(address).await;
    }
    app.latchkey(&["user", "disable", CLOSED[0]]);
    app.register(&app.browser(), CLOSED[1], OLD).await;
    let browser = app.browser();
    app.sign_in(&browser, CLOSED[2], OLD).await;
    browser.submit(&browser.get("/account/delete").await, &[("current-password", OLD)]).await;
    app.latchkey(&["user", "add", CLOSED[3]]);
    let browser = app.browser();
    app.sign_in(&browser, HELD, OLD).await;
    let form = browser.get("/change").await;
    browser.submit(&form, &[("current-password", OLD), ("new-password", NEW)]).await;
    let page = browser.get(&app.mailbox.next_notice(HELD).await.link()).await;
    browser.press(&page, "/reset/not-me").await;
    &["account.invited"]
}

/// An answer without its date, its random request id, and the address that was typed.
pub fn shown(answer: &Answer, address: &str) -> (u16, Vec<(String, String)>, String) {
    let mask =
        |text: &str| text.replace(address, "<address>").replace(&address.replace('@', "%40"), "<address>");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "x-request-id");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), mask(&String::from_utf8_lossy(value.as_bytes()))))
        .map(|(name, value)| if name == "set-cookie" { (name, without_value(&value)) } else { (name, value) })
        .collect();
    headers.sort();
    (answer.status, headers, mask(&answer.text()))
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').expect("name=value");
    let value = rest.split(';').next().unwrap_or_default();
    format!("{name}={} characters{}", value.len(), &rest[value.len()..])
}

/// The answer to a filled-in form, and that of the page it redirects to.
async fn told(browser: &Browser, sent: &Sent, address: &str) -> Vec<(u16, Vec<(String, String)>, String)> {
    let answer = browser.post_only(sent).await;
    let mut told = vec![shown(&answer, address)];
    if !answer.location().is_empty() {
        told.push(shown(&browser.ask(Method::GET, answer.location()).await, address));
    }
    told
}

/// A page without the time of day that it names.
fn timeless(page: &str) -> String {
    let is_of_time = |character: char| character.is_ascii_digit() || character == ':';
    let parts = page.split(" UTC").map(|part| part.trim_end_matches(is_of_time));
    parts.collect::<Vec<_>>().join("<time>")
}

/// Panics unless the form at `place` gives the same answer for each address.
async fn alike(fixture: &AttackFixture, place: &str, addresses: &[&str], password: Option<&str>) {
    let more: Vec<_> = password.map(|password| ("password", password)).into_iter().collect();
    alike_when(fixture, place, addresses, &more, None).await;
}

/// The same for each identity, with more fields, and pressing the button `by` instead of the first one.
pub async fn alike_when(
    fixture: &AttackFixture,
    place: &str,
    named: &[&str],
    more: &[(&str, &str)],
    by: Option<&str>,
) {
    let mut first = None;
    for address in named {
        let fields = [&[("email", *address)], more].concat();
        let browser = fixture.app.browser();
        let form = browser.get(place).await;
        let sent = match by {
            Some(by) => browser.fill_for(&form, by, &fields),
            None => browser.fill(&form, &fields),
        };
        let answer = told(&browser, &sent, address).await;
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "{place} tells {address} apart");
    }
}

async fn a046_no_state_of_an_account_shows(fixture: &mut AttackFixture) {
    let made = states(fixture).await;
    let every = [&CLOSED[..], &[V, PHONELESS, HELD]].concat();
    alike(fixture, "/reset", &every, None).await;
    alike(fixture, "/confirm", &every, None).await;
    alike(fixture, "/login", &every, Some("copper kettles sing in winter")).await;
    alike(fixture, "/login", &[&CLOSED[..], &[HELD]].concat(), Some(OLD)).await;
    assert!(fixture.mails(V).await.iter().any(Message::is_key), "whoever has an account gets in by mail");
    for silent in [CLOSED[0], CLOSED[2], NOBODY] {
        let mails = fixture.mails(silent).await;
        let since = mails.iter().filter(|mail| mail.is_key()).count();
        assert_eq!(since, 0, "{silent} got {mails:?}");
    }
    fixture.unharmed(&[made, &["reset.issued", "sign_in.failed"]].concat()).await;
}

async fn a047_a_limit_answers_known_and_unknown_alike(fixture: &mut AttackFixture) {
    // By then, tries counted for V's address at registration are forgotten.
    fixture.next_day().await;
    let browsers = [fixture.app.browser(), fixture.app.browser()];
    for turn in 0..20 {
        let mut answers = Vec::new();
        for (browser, address) in browsers.iter().zip([V, NOBODY]) {
            let sent = Sent { to: "/reset".into(), fields: vec![("email".into(), address.into())] };
            let told = told(browser, &sent, address).await;
            // One asks after the other, perhaps in the next minute.
            let told = told.into_iter().map(|(status, headers, body)| (status, headers, timeless(&body)));
            answers.push(told.collect::<Vec<_>>());
        }
        assert_eq!(answers[0], answers[1], "request {turn} tells them apart");
    }
    fixture.unharmed(&["reset.issued", "limit.reached"]).await;
}

async fn a067_a_taken_address_answers_alike(fixture: &mut AttackFixture) {
    let made = states(fixture).await;
    let every = [&CLOSED[..], &[V, PHONELESS, HELD]].concat();
    alike(fixture, "/register", &every, Some(NEW)).await;
    let mut first = None;
    for address in every {
        let thief = fixture.app.signed_in(&fixture.x).await;
        let form = thief.get("/account/email").await;
        let sent = thief.fill(&form, &[("email", address), ("current-password", OLD)]);
        let answer = shown(&thief.post_only(&sent).await, address);
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "tells {address} apart");
    }
    let told = fixture.mails(V).await;
    assert!(told.len() == 2 && told[0].subject == told[1].subject, "V is told of both: {told:?}");
    let unknown = fixture.mails(NOBODY).await;
    assert!(unknown.iter().all(|mail| mail.subject != told[0].subject), "{unknown:?}");
    let keys = ["/confirm/", "/account/email/"];
    assert!(!told.iter().any(|mail| keys.iter().any(|key| mail.text.contains(key))), "{told:?}");
    assert!(fixture.app.opens(X, OLD).await && !fixture.app.opens(V, NEW).await);
    fixture.unharmed(&[made, &["sign_in.failed"]].concat()).await;
}

async fn a068_the_second_step_tells_nothing_of_who_is_named(fixture: &mut AttackFixture) {
    let made = states(fixture).await;
    let own = fixture.strategy().path();
    for address in [V, PHONELESS, NOBODY] {
        let browser = fixture.app.browser();
        browser.submit(&browser.get("/reset").await, &[("email", address)]).await;
        fixture.is_unusable(&browser.get(&own).await).await;
        for step in ["", "/send"] {
            for form in ["", "?form=", "?form=00000000-0000-0000-0000-000000000000"] {
                let fields = [("code", "123456"), ("new_password", NEW)];
                let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
                let sent = Sent { to: format!("{own}{step}{form}"), fields };
                fixture.is_unusable(&browser.post(&sent).await).await;
            }
        }
    }
    fixture.mails(V).await;
    let browser = fixture.app.browser();
    let page = browser.get(&fixture.key().await).await;
    let form = browser.press(&page, &format!("{own}/send")).await;
    for page in [page, form] {
        let digits = fixture.v.phone.trim_start_matches('+');
        let told = (3..=digits.len()).any(|most| page.body.contains(&digits[digits.len() - most..]));
        assert!(!told && !page.body.contains(&digits[..5]), "more than the last two digits: {}", page.body);
        let ends = page.text.contains(&digits[digits.len() - 2..]);
        assert!(ends || !fixture.strategy().needs_phone(), "{page}");
    }
    fixture.unharmed(&[made, &["reset.issued", "reset.code_sent"]].concat()).await;
}

async fn a127_nothing_tells_of_a_factor_before_the_password(fixture: &mut AttackFixture) {
    const KEYED: &str = "hassky@example.com";
    fixture.guard().await;
    let app = &fixture.app;
    let (key, _) = Forger::of(app, &app.account(KEYED).await).await;
    app.account(PHONELESS).await;
    let every = [V, KEYED, PHONELESS, NOBODY];
    for place in ["/reset", "/confirm"] {
        alike(fixture, place, &every, None).await;
    }
    for password in ["copper kettles sing in winter", "x"] {
        alike(fixture, "/login", &every, Some(password)).await;
    }
    // Nor does an answer in the name of a passkey, known or not, even to whoever knows its id and handle.
    let of_x = app.signed_in(&fixture.x).await;
    let mut forger = Forger::new(&of_x.get("/account/factors/passkey").await);
    let changes: [fn(&mut Answered); 3] =
        [|_| (), |it| it.data.flags = PRESENT, |it| it.client["origin"] = "http://localhost:8001".into()];
    for (case, change) in changes.into_iter().enumerate() {
        let mut told = Vec::new();
        for id in [key.id(), forger.id()] {
            let browser = app.browser();
            let page = browser.get("/login/passkey").await;
            let answer = forger.altered(&page, |it| {
                it.rename(id);
                it.user_handle.clone_from(&key.answer.user_handle);
                change(it);
            });
            let page = browser.submit(&page, &[("answer", &answer)]).await;
            told.push((page.status, page.title, page.text));
        }
        assert_eq!(told[0], told[1], "case {case} tells a passkey that is known");
    }
    fixture.unharmed(&["reset.issued", "sign_in.failed"]).await;
}
