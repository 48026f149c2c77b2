//! A069 to A071, A111: no forged address, no other spelling, and no flood gets past a limit, and no limit starves V.

use reqwest::Method;
use serde_json::json;

use crate::{
    common::{Browser, Change},
    scene::{Scene, V},
    tries::{EVERY, limited},
};

attacks! {
    EVERY.with(narrow) => a069_a_forged_address_escapes_no_limit;
    EVERY.with(behind_a_proxy) => a070_a_flood_of_requests_is_few_mails;
    EVERY.with(limited) => a071_every_spelling_of_an_address_has_one_count;
    EVERY.with(few_messages) => a111_no_flood_starves_the_owner;
}

fn narrow() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.sign_ins_per_client", json!(6))]].concat()
}

fn few_messages() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.messages_per_client", json!(10))]].concat()
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
        assert_eq!(answer.status, 200, "{spelling}");
    }
    let mails = scene.mails(V).await;
    assert!((1..=4).contains(&mails.len()), "{} messages for eight spellings", mails.len());
    scene.unharmed(&["reset.issued", "limit.reached"]).await;
}

async fn ask(browser: &Browser, times: usize) {
    for _ in 0..times {
        let answer = browser.send(browser.request(Method::POST, "/reset").form(&[("email", V)])).await;
        assert_eq!(answer.status, 200);
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
    assert!(scene.mails(V).await.is_empty(), "X supersedes V's key");
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
    scene.unharmed(&["reset.issued", "reset.completed", "limit.reached"]).await;
}
