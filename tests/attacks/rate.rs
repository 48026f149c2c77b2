//! A069 to A074, A111: nothing that X forges, floods or does at once gets past a limit, and no limit shuts V out.

use reqwest::Method;
use rocket::futures::future::join_all;
use serde_json::json;

use crate::{
    common::{Browser, Change, OTHER, Sent},
    scene::{Scene, V, X},
    tries::{EVERY, SITE, limited},
};

attacks! {
    EVERY.with(narrow) => a069_a_forged_address_escapes_no_limit;
    EVERY.with(behind_a_proxy) => a070_a_flood_of_requests_is_few_mails;
    EVERY.with(limited) => a071_every_spelling_of_an_address_has_one_count;
    EVERY.with(few_messages) => a111_no_flood_starves_the_owner;
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

fn behind_a_proxy() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.trusted_proxies", json!(["127.0.0.1"]))]].concat()
}

async fn a069_a_forged_address_escapes_no_limit(scene: &mut Scene) {
    let browser = scene.app.browser();
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
        assert_eq!(browser.send(request.form(&[("email", V)])).await.status, 200);
    }
    assert!(refused >= 6, "{refused} of twelve wrong passwords were refused");
    let mails = scene.mails(V).await;
    assert!((1..=4).contains(&mails.len()), "{} messages for twelve requests", mails.len());
    scene.unharmed(&["reset.issued", "sign_in.failed", "limit.reached"]).await;
}

async fn a070_a_flood_of_requests_is_few_mails(scene: &mut Scene) {
    let browser = scene.app.browser();
    for turn in 0..100 {
        let request =
            browser.request(Method::POST, "/reset").header("X-Forwarded-For", format!("10.1.0.{turn}"));
        assert_eq!(browser.send(request.form(&[("email", V)])).await.status, 200);
    }
    let mails = scene.mails(V).await;
    assert!((1..=5).contains(&mails.len()), "{} messages for a hundred requests", mails.len());
    scene.recover(&mails.last().expect("one").link()).await;
    scene.unharmed(&["reset.issued", "reset.completed", "limit.reached"]).await;
}

async fn a071_every_spelling_of_an_address_has_one_count(scene: &mut Scene) {
    let browser = scene.app.browser();
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
    let mails = scene.mails(V).await;
    assert!((1..=4).contains(&mails.len()), "{} messages for eight spellings", mails.len());
    scene.unharmed(&["reset.issued", "limit.reached"]).await;
}

async fn ask(browser: &Browser, times: usize) {
    for _ in 0..times {
        let answer = browser.send(browser.request(Method::POST, "/reset").form(&[("email", V)])).await;
        assert_eq!(answer.status, 303);
    }
}

async fn a111_no_flood_starves_the_owner(scene: &mut Scene) {
    let (thief, known) = (scene.app.browser(), scene.own.copy());
    // As many as reach the limit of V's address, and that of the client, which V has as well.
    ask(&thief, 12).await;
    scene.mails(V).await;
    ask(&known, 1).await;
    assert_eq!(scene.mails(V).await.len(), 1, "V asks in vain");

    scene.app.minutes_pass(61);
    ask(&known, 1).await;
    let older = scene.app.mailbox.next_key(V).await.link();
    ask(&thief, 1).await;
    let again = scene.mails(V).await;
    assert!(again.iter().all(|mail| mail.link() == older), "X supersedes V's key: {again:?}");
    ask(&known, 1).await;
    let link = scene.app.mailbox.next_key(V).await.link();
    scene.is_unusable(&scene.app.browser().get(&older).await).await;
    let (browser, password) = (scene.app.browser(), scene.password());
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    ask(&thief, 1).await;
    scene.quiet().await;
    let page = browser.post(&scene.app.spending(&browser, &ready, &password)).await;
    ask(&thief, 12).await;
    scene.quiet().await;
    let page = scene.app.finish(&browser, page, &scene.v, &password).await;
    assert!(browser.is_signed_in().await, "{page}");
    scene.now_has(&password).await;
    scene.unharmed(&["reset.issued", "reset.asked_again", "reset.completed", "limit.reached"]).await;
}

/// The status of a sign-in.
async fn guess(browser: &Browser, email: &str, password: &str) -> u16 {
    let fields = [("email", email), ("password", password), ("next", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    browser.post_only(&Sent { to: "/login".into(), fields }).await.status
}

async fn a072_who_guesses_does_not_shut_the_owner_out(scene: &mut Scene) {
    let known = scene.app.signed_in(&scene.v).await;
    let page = known.get("/logout").await;
    known.press(&page, "/logout").await;
    let thief = scene.app.browser();
    for turn in 0..20 {
        let status = guess(&thief, V, OTHER).await;
        assert_eq!(status, if turn < 5 { 422 } else { 429 }, "guess {turn}");
    }
    assert_eq!(guess(&thief, V, &scene.v.password).await, 429, "who guesses is slowed down, also when right");
    let own = scene.strategy().path();
    for _ in 0..20 {
        let fields = [("code", "123456"), ("new_password", OTHER)];
        let request = thief.request(Method::POST, &own).form(&fields);
        assert_eq!(thief.send(request).await.status, 410, "a code without a key is tried");
    }
    assert_eq!(guess(&known, V, &scene.v.password).await, 303, "V is shut out of a browser of V's own");
    let password = scene.password();
    let link = scene.key().await;
    scene.app.recover(&known, &scene.v, &link, &password).await;
    scene.app.minutes_pass(61);
    scene.now_has(&password).await;
    scene.unharmed(&["reset.issued", "reset.completed", "sign_in.failed", "limit.reached"]).await;
}

async fn a073_guesses_at_once_are_counted_one_by_one(scene: &mut Scene) {
    let thief = scene.app.browser();
    let passwords: Vec<_> = (0..40).map(|turn| format!("{OTHER} {turn}")).collect();
    let wrong = join_all(passwords.iter().map(|password| guess(&thief, V, password))).await;
    let compared = wrong.iter().filter(|status| **status != 429).count();
    assert_eq!(compared, 5, "guesses of forty at once that were compared: {wrong:?}");
    let right = join_all((0..10).map(|_| guess(&thief, V, &scene.v.password))).await;
    assert!(right.iter().all(|status| *status == 429), "the right one was let in: {right:?}");
    assert!(!thief.is_signed_in().await);
    scene.unharmed(&["sign_in.failed", "limit.reached"]).await;
}

async fn a074_one_guess_at_each_account_is_many_guesses(scene: &mut Scene) {
    let thief = scene.app.browser();
    let mut told = Vec::new();
    for turn in 0..20 {
        let nobody = format!("nobody{turn}@example.com");
        let email = [V, X, &nobody][turn.min(2)];
        // A browser without cookies: nothing but where it is tells that it is the same.
        let browser = scene.app.browser();
        assert_eq!(guess(&browser, email, OTHER).await, if turn < 6 { 422 } else { 429 }, "guess {turn}");
    }
    for email in [V, X, "nobody@example.com"] {
        let fields = [("email", email), ("password", &*scene.v.password), ("next", "")];
        let answer = thief.send(thief.request(Method::POST, "/login").form(&fields)).await;
        told.push((answer.status, answer.text()));
    }
    assert!(told[0].0 == 429 && told.iter().all(|one| *one == told[0]), "{told:?}");
    assert!(!told[0].1.contains(V), "{}", told[0].1);
    scene.unharmed(&["sign_in.failed", "limit.reached"]).await;
}
