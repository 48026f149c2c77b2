//! A021 to A024, A034, A035: a typed code has few tries, one browser and one flow, and cannot be left out.

use crate::{
    common::{Browser, Capabilities, Message, Person, Sent, Strategy},
    fixture::{AttackFixture, V},
    tries::{CODES, SMS, limited},
};

attacks! {
    SMS => a021_three_wrong_codes_end_the_code;
    CODES => a023_a_code_of_another_flow_is_wrong, a034_the_second_step_cannot_be_skipped,
        a035_a_key_mints_three_codes_at_most;
    CODES.with(limited) => a022_another_code_gives_no_more_tries;
    SMS.with(limited) => a024_many_accounts_give_no_more_tries;
}

const STEPS: [&str; 2] = ["reset.issued", "reset.code_sent"];
const TRIED: [&str; 3] = ["reset.issued", "reset.code_sent", "code.failed"];

/// `sent` with another code.
fn with_code(sent: &Sent, code: &str) -> Sent {
    let mut sent = sent.clone();
    for (name, value) in &mut sent.fields {
        if name == "code" {
            code.clone_into(value);
        }
    }
    sent
}

fn code(sent: &Sent) -> String {
    sent.fields.iter().find(|(name, _)| name == "code").expect("a code").1.clone()
}

async fn a021_three_wrong_codes_end_the_code(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let right = fixture.app.spending(&browser, &ready, "what X would like to set");
    let wrong = if code(&right) == "111111" { "222222" } else { "111111" };
    for sent in [&with_code(&right, wrong), &with_code(&right, wrong), &with_code(&right, wrong), &right] {
        let page = browser.post(sent).await;
        assert!((400..500).contains(&page.status) && !browser.is_signed_in().await, "{page}");
    }
    fixture.unharmed(&TRIED).await;
}

/// The link of a key that `browser` requested itself: it may request again while it uses one.
async fn asked_by(fixture: &AttackFixture, browser: &Browser) -> String {
    browser.submit(&browser.get("/reset").await, &[("email", V)]).await;
    fixture.app.mailbox.next_key(V).await.link()
}

async fn a022_another_code_gives_no_more_tries(fixture: &mut AttackFixture) {
    fixture.next_day().await;
    let to = if fixture.strategy().needs_phone() { fixture.v.phone.clone() } else { V.into() };
    let browser = fixture.app.browser();
    let send = format!("{}/send", fixture.strategy().path());
    let (mut again, mut right) = (None, None);
    for round in 0..10 {
        if round % 3 == 0 {
            let page = browser.get(&asked_by(fixture, &browser).await).await;
            again = Some(browser.sent(&page, page.form_to(&send), &[]));
        }
        fixture.app.minutes_pass(2);
        let form = browser.post(again.as_ref().expect("asked for")).await;
        let code = fixture.app.mailbox.next_code(&to).await;
        let typed = [("one-time-code", &*code), ("new-password", "what X would like to set")];
        let sent = browser.fill(&form, &typed);
        for wrong in ["1111111", "2222222"] {
            let page = browser.post(&with_code(&sent, wrong)).await;
            assert!((400..500).contains(&page.status), "{page}");
        }
        right = Some(sent);
    }
    let tried = fixture.events().await.iter().filter(|kind| *kind == "code.failed").count();
    assert_eq!(tried, 10, "wrong codes of twenty that were compared");
    let page = browser.post(&right.expect("ten codes")).await;
    assert!((400..500).contains(&page.status) && !browser.is_signed_in().await, "codes go on: {page}");
    fixture.unharmed(&[&TRIED[..], &["limit.reached"]].concat()).await;
}

async fn a023_a_code_of_another_flow_is_wrong(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (of_v, of_x) = (fixture.key().await, app.key(&fixture.x).await.link());
    let (first, second) = (app.browser(), app.browser());
    let own = app.prepare(&first, &of_v, &fixture.v).await;
    let foreign = app.prepare(&second, &of_x, &fixture.x).await;
    let own = app.spending(&first, &own, "what X would like to set");
    let foreign = app.spending(&second, &foreign, "what X would like to set");
    let page = first.post(&with_code(&own, &code(&foreign))).await;
    assert!((400..500).contains(&page.status), "X's code in V's flow: {page}");
    let page = second.post(&with_code(&foreign, &code(&own))).await;
    assert!((400..500).contains(&page.status), "V's code in X's flow: {page}");
    let thief = app.browser();
    thief.get(&of_v).await;
    let page = thief.post(&own).await;
    assert!(
        (400..500).contains(&page.status) && !thief.is_signed_in().await,
        "V's code in X's browser: {page}"
    );
    fixture.may_write_to_x().await;
    fixture.unharmed(&TRIED).await;
}

async fn a024_many_accounts_give_no_more_tries(fixture: &mut AttackFixture) {
    let mut people = Vec::new();
    for name in ["ann", "bob", "cleo", "dan"] {
        people.push(fixture.app.person(name).await);
    }
    fixture.next_day().await;
    let wrong = "what X would like to set";
    for person in &people {
        let (browser, sent) = spending(fixture, person, wrong).await;
        for guess in 0..5 {
            let page = browser.post(&with_code(&sent, &format!("{guess}{guess}7{guess}7{guess}7"))).await;
            assert!((400..500).contains(&page.status), "{page}");
        }
    }
    // Nobody has guessed at this code: it is the client whose tries are used up.
    let (browser, sent) = spending(fixture, &fixture.v, wrong).await;
    let page = browser.post(&sent).await;
    assert!((400..500).contains(&page.status) && !browser.is_signed_in().await, "{page}");
    fixture.app.minutes_pass(61);
    let link = fixture.key().await;
    fixture.recover(&link).await;
    fixture.unharmed(&["reset.issued", "reset.code_sent", "reset.completed", "limit.reached"]).await;
}

/// A browser that holds a key of `person`, and the form that would spend it.
async fn spending(fixture: &AttackFixture, person: &Person, password: &str) -> (Browser, Sent) {
    let (link, browser) = (fixture.app.key(person).await.link(), fixture.app.browser());
    let ready = fixture.app.prepare(&browser, &link, person).await;
    let sent = fixture.app.spending(&browser, &ready, password);
    (browser, sent)
}

async fn a034_the_second_step_cannot_be_skipped(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let page = browser.get(&link).await;
    let own = fixture.strategy().path();
    let action = &page.form_to(&format!("{own}/send")).action;
    let query = action.split_once('?').expect("the form's key").1;
    for path in Strategy::all().iter().map(|strategy| strategy.path()) {
        for code in [None, Some(""), Some("000000"), Some("AAAAAAAA"), Some("null")] {
            let mut fields = vec![("new_password".to_owned(), "what X would like to set".to_owned())];
            fields.extend(code.map(|code| ("code".to_owned(), code.to_owned())));
            let page = browser.post(&Sent { to: format!("{path}?{query}"), fields }).await;
            assert!((400..500).contains(&page.status), "{path} {code:?}: {page}");
        }
    }
    assert!(!browser.is_signed_in().await);
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a035_a_key_mints_three_codes_at_most(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let page = browser.get(&link).await;
    let send = format!("{}/send", fixture.strategy().path());
    let sent = browser.sent(&page, page.form_to(&send), &[]);
    for turn in 0..50 {
        let page = browser.post(&sent).await;
        assert!(page.status < 500, "{page}");
        if turn < 4 {
            fixture.quiet().await;
            fixture.app.minutes_pass(2);
        }
    }
    let to = if fixture.strategy().needs_phone() { &fixture.v.phone } else { &fixture.v.email };
    let codes: Vec<_> =
        fixture.mails(to).await.iter().filter(|mail| !mail.is_key()).map(Message::code).collect();
    assert!((1..=3).contains(&codes.len()), "{} codes for one key", codes.len());
    let form = browser.get(&fixture.strategy().path()).await;
    if let Some(older) = codes.first().filter(|_| codes.len() > 1 && form.asks(&["code"])) {
        let page =
            browser.submit(&form, &[("code", older), ("new_password", "what X would like to set")]).await;
        assert!((400..500).contains(&page.status), "an older code is taken: {page}");
    }
    fixture.quiet().await;
    fixture.app.minutes_pass(30);
    fixture.is_unusable(&browser.get(&link).await).await;
    let tried: &[&str] =
        if fixture.events().await.iter().any(|kind| kind == "code.failed") { &TRIED } else { &STEPS };
    fixture.unharmed(tried).await;
}
