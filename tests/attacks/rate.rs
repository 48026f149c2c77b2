//! A069 to A074, A111: no forgery, flood or race by X gets past a limit, and no limit shuts V out.

use reqwest::Method;
use rocket::futures::future::join_all;
use serde_json::json;

use crate::{
    common::{Browser, Capabilities, Change, OTHER, Sent},
    fixture::{AttackFixture, V, X},
    tries::{EVERY, SITE, limited},
};

attacks! {
    EVERY.with(narrow) => a069_a_forged_address_escapes_no_limit;
    EVERY.with(behind_a_proxy) => a070_a_flood_of_requests_is_few_mails;
    EVERY.with(limited) => a071_every_spelling_of_an_address_has_one_count;
    EVERY.with(few_messages) => a111_no_flood_starves_the_owner;
    EVERY.with(few_messages_behind_a_proxy) => a111_no_flood_starves_the_owner_in_a_new_browser;
    SITE.with(few_texts) => a111_no_flood_starves_the_owner_of_texts;
    EVERY.with(few_guesses_behind_a_proxy) => a072_the_owner_gets_back_in_by_a_new_browser;
    EVERY.with(few_guesses) => a072_who_guesses_does_not_shut_the_owner_out;
    SITE.with(few_guesses) => a073_guesses_at_once_are_counted_one_by_one;
    SITE.with(narrow) => a074_one_guess_at_each_account_is_many_guesses;
}

fn narrow() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.sign_ins_per_client", json!(6))]].concat()
}

fn few_messages() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.messages_per_client", json!(10))]].concat()
}

fn few_guesses() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.sign_ins_per_address", json!(5))]].concat()
}

fn few_messages_behind_a_proxy() -> Vec<Change<'static>> {
    [behind_a_proxy(), few_messages(), vec![("latchkey.mail.to_unknown", json!(false))]].concat()
}

fn few_texts() -> Vec<Change<'static>> {
    let few =
        [("latchkey.limits.texts_per_number", json!(2)), ("latchkey.limits.texts_per_client", json!(999))];
    [limited(), few.to_vec(), vec![("latchkey.reset.channel", json!("sms"))]].concat()
}

fn few_guesses_behind_a_proxy() -> Vec<Change<'static>> {
    let few = vec![("latchkey.limits.codes_per_client", json!(3))];
    [behind_a_proxy(), narrow(), few_guesses(), few].concat()
}

fn behind_a_proxy() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.trusted_proxies", json!(["127.0.0.1"]))]].concat()
}

async fn a069_a_forged_address_escapes_no_limit(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let mut refused = 0;
    for turn in 0..12 {
        let address = format!("10.0.0.{turn}");
        let mut request = browser.request(Method::POST, "/login");
        for name in ["X-Real-IP", "X-Forwarded-For", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP"] {
            request = request.header(name, &address);
        }
        let request = request.header("Forwarded", format!("for={address}"));
        let email = format!("nobody{turn}@example.com");
        let fields = [("email", &*email), ("password", "not the password at all"), ("next", "")];
        refused += u32::from(browser.send(request.form(&fields)).await.status == 429);
        let request = browser.request(Method::POST, "/reset").header("X-Forwarded-For", &address);
        assert_eq!(browser.send(request.form(&[("email", V)])).await.status, 303);
    }
    assert!(refused >= 6, "{refused} of twelve wrong passwords were refused");
    let mails = fixture.mails(V).await;
    assert!((1..=4).contains(&mails.len()), "{} messages for twelve requests", mails.len());
    fixture.unharmed(&["reset.issued", "sign_in.failed", "limit.reached"]).await;
}

async fn a070_a_flood_of_requests_is_few_mails(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for turn in 0..100 {
        let request =
            browser.request(Method::POST, "/reset").header("X-Forwarded-For", format!("10.1.0.{turn}"));
        assert_eq!(browser.send(request.form(&[("email", V)])).await.status, 303);
    }
    let mails = fixture.mails(V).await;
    assert!((1..=5).contains(&mails.len()), "{} messages for a hundred requests", mails.len());
    fixture.recover(&mails.last().expect("one").link()).await;
    fixture.unharmed(&["reset.issued", "reset.completed", "limit.reached"]).await;
}

async fn a071_every_spelling_of_an_address_has_one_count(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    for spelling in [
        "victim@example.com",
        "VICTIM@EXAMPLE.COM",
        " victim@example.com ",
        "Victim@example.com",
        "victim@eXample.com",
        "\tvictim@example.com",
        "victim@\u{ff45}xample.com",
        "viCtim@EXAMPLE.com",
    ] {
        let answer = browser.send(browser.request(Method::POST, "/reset").form(&[("email", spelling)])).await;
        assert_eq!(answer.status, 303, "{spelling}");
    }
    let mails = fixture.mails(V).await;
    assert!((1..=4).contains(&mails.len()), "{} messages for eight spellings", mails.len());
    fixture.unharmed(&["reset.issued", "limit.reached"]).await;
}

async fn ask(browser: &Browser, times: usize) {
    for _ in 0..times {
        let answer = browser.send(browser.request(Method::POST, "/reset").form(&[("email", V)])).await;
        assert_eq!(answer.status, 303);
    }
}

async fn a111_no_flood_starves_the_owner(fixture: &mut AttackFixture) {
    let (thief, known) = (fixture.app.browser(), fixture.own.copy());
    // Enough to reach the limit of V's address, and that of the client, which V shares.
    ask(&thief, 12).await;
    fixture.mails(V).await;
    ask(&known, 1).await;
    assert_eq!(fixture.mails(V).await.len(), 1, "V asks in vain");

    fixture.app.minutes_pass(61);
    ask(&known, 1).await;
    let older = fixture.app.mailbox.next_key(V).await.link();
    ask(&thief, 1).await;
    let again = fixture.mails(V).await;
    assert!(again.iter().all(|mail| mail.link() == older), "X supersedes V's key: {again:?}");
    ask(&known, 1).await;
    let link = fixture.app.mailbox.next_key(V).await.link();
    fixture.is_unusable(&fixture.app.browser().get(&older).await).await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    ask(&thief, 1).await;
    fixture.quiet().await;
    let page = browser.post(&fixture.app.spending(&browser, &ready, &password)).await;
    ask(&thief, 12).await;
    fixture.quiet().await;
    let page = fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await, "{page}");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.asked_again", "reset.completed", "limit.reached"]).await;
}

/// V's browser has no cookie, as anybody's: strangers have used up the limits of V's address and of V's network.
async fn a111_no_flood_starves_the_owner_in_a_new_browser(fixture: &mut AttackFixture) {
    let (here, elsewhere) = ("198.51.100.7", "203.0.113.7");
    let ask_for = async |browser: &Browser, email: &str| {
        let answer = browser.send(browser.request(Method::POST, "/reset").form(&[("email", email)])).await;
        assert!(answer.status < 500, "{}", answer.status);
    };
    let mut newest = None;
    for turn in 0..4 {
        let (thief, new) = (fixture.app.browser().at(here), fixture.app.browser().at(elsewhere));
        for other in 0..12 {
            ask_for(&thief, V).await;
            ask_for(&thief, &format!("nobody{other}@example.com")).await;
        }
        ask_for(&new, V).await;
        let mails = fixture.mails(V).await;
        newest = mails.iter().rev().find(|mail| mail.is_key()).map(|key| key.link()).or(newest);
        let page = new.get(newest.as_ref().expect("a key")).await;
        assert_eq!(page.path(), fixture.strategy().path(), "V has no key in turn {turn}: {page}");
        if turn < 3 {
            fixture.app.minutes_pass(9);
        }
    }
    fixture.recover(&newest.expect("a key")).await;
    fixture.unharmed(&["reset.issued", "reset.completed", "limit.reached"]).await;
}

async fn a111_no_flood_starves_the_owner_of_texts(fixture: &mut AttackFixture) {
    let phone = fixture.v.phone.clone();
    let mut newest = None;
    for turn in 0..4 {
        for _ in 0..3 {
            ask(&fixture.app.browser(), 1).await;
        }
        let texts = fixture.mails(&phone).await;
        newest = texts.last().map(|text| text.link()).or(newest);
        let page = fixture.app.browser().get(newest.as_ref().expect("a text")).await;
        assert_eq!(page.path(), fixture.strategy().path(), "V has no key in turn {turn}: {page}");
        fixture.app.minutes_pass(if turn < 3 { 6 } else { 0 });
    }
    fixture.recover(&newest.expect("a text")).await;
    fixture.unharmed(&["reset.issued", "reset.completed", "limit.reached"]).await;
}

async fn a072_the_owner_gets_back_in_by_a_new_browser(fixture: &mut AttackFixture) {
    let here = "198.51.100.7";
    let thief = fixture.app.browser().at(here);
    for email in [[V; 8], ["nobody@example.com"; 8]].concat() {
        guess(&thief, email, OTHER).await;
    }
    let new = fixture.app.browser().at("203.0.113.7");
    assert_eq!(guess(&new, V, &fixture.v.password).await, 429, "who guesses is slowed down");
    let (link, password) = (fixture.key().await, fixture.password());
    fixture.app.recover(&new, &fixture.v, &link, &password).await;
    // Also from the address of the guesses.
    fixture.app.minutes_pass(61);
    fixture.now_has(&password).await;
    for _ in 0..8 {
        guess(&thief, "nobody@example.com", OTHER).await;
    }
    let (link, password) = (fixture.key().await, fixture.password());
    fixture.app.recover(&fixture.app.browser().at(here), &fixture.v, &link, &password).await;
    fixture.app.minutes_pass(61);
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.completed", "sign_in.failed", "limit.reached"]).await;
}

/// Status of the answer to a sign-in.
async fn guess(browser: &Browser, email: &str, password: &str) -> u16 {
    let fields = [("email", email), ("password", password), ("next", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    browser.post_only(&Sent { to: "/login".into(), fields }).await.came_to()
}

async fn a072_who_guesses_does_not_shut_the_owner_out(fixture: &mut AttackFixture) {
    let known = fixture.app.signed_in(&fixture.v).await;
    let page = known.get("/logout").await;
    known.press(&page, "/logout").await;
    let thief = fixture.app.browser();
    for turn in 0..20 {
        let status = guess(&thief, V, OTHER).await;
        assert_eq!(status, if turn < 5 { 422 } else { 429 }, "guess {turn}");
    }
    assert_eq!(
        guess(&thief, V, &fixture.v.password).await,
        429,
        "who guesses is slowed down, also when right"
    );
    let own = fixture.strategy().path();
    for _ in 0..20 {
        let fields = [("code", "123456"), ("new_password", OTHER)];
        let request = thief.request(Method::POST, &own).form(&fields);
        assert_eq!(thief.send(request).await.status, 410, "a code without a key is tried");
    }
    assert_eq!(guess(&known, V, &fixture.v.password).await, 303, "V is shut out of a browser of V's own");
    let password = fixture.password();
    let link = fixture.key().await;
    fixture.app.recover(&known, &fixture.v, &link, &password).await;
    fixture.app.minutes_pass(61);
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "reset.completed", "sign_in.failed", "limit.reached"]).await;
}

async fn a073_guesses_at_once_are_counted_one_by_one(fixture: &mut AttackFixture) {
    let thief = fixture.app.browser();
    let passwords: Vec<_> = (0..40).map(|turn| format!("{OTHER} {turn}")).collect();
    let wrong = join_all(passwords.iter().map(|password| guess(&thief, V, password))).await;
    let compared = wrong.iter().filter(|status| **status != 429).count();
    assert_eq!(compared, 5, "guesses of forty at once that were compared: {wrong:?}");
    let right = join_all((0..10).map(|_| guess(&thief, V, &fixture.v.password))).await;
    assert!(right.iter().all(|status| *status == 429), "the right one was let in: {right:?}");
    assert!(!thief.is_signed_in().await);
    fixture.unharmed(&["sign_in.failed", "limit.reached"]).await;
}

async fn a074_one_guess_at_each_account_is_many_guesses(fixture: &mut AttackFixture) {
    let thief = fixture.app.browser();
    let mut told = Vec::new();
    for turn in 0..20 {
        let nobody = format!("nobody{turn}@example.com");
        let email = [V, X, &nobody][turn.min(2)];
        // A browser without cookies: only its address identifies it.
        let browser = fixture.app.browser();
        assert_eq!(guess(&browser, email, OTHER).await, if turn < 6 { 422 } else { 429 }, "guess {turn}");
    }
    for email in [V, X, "nobody@example.com"] {
        let fields = [("email", email), ("password", &*fixture.v.password), ("next", "")];
        let answer = thief.send(thief.request(Method::POST, "/login").form(&fields)).await;
        told.push((answer.status, answer.text()));
    }
    assert!(told[0].0 == 429 && told.iter().all(|one| *one == told[0]), "{told:?}");
    assert!(!told[0].1.contains(V), "{}", told[0].1);
    fixture.unharmed(&["sign_in.failed", "limit.reached"]).await;
}
