//! Limits refill evenly: nobody gets twice as much at a boundary, and nobody is left without a live key.

use crate::common::{Browser, Capabilities, Change, OLD, OTHER, Setting, TestApp};

for_every_strategy! {
    however_many_ask_the_newest_key_is_live,
}

for_both_databases! {
    what_is_used_up_comes_back_evenly,
    however_many_texts_others_ask_for_the_newest_key_is_live,
    all_forms_together_send_what_one_sends,
    a_refusal_by_one_limit_uses_up_nothing_of_another,
}

fn limited(changes: &[Change<'static>]) -> Vec<Change<'static>> {
    let many =
        [("latchkey.limits.enabled", true.into()), ("latchkey.limits.messages_per_client", 9_999.into())];
    [&many, changes].concat()
}

async fn guess(app: &TestApp, times: usize) -> Vec<u16> {
    let (browser, mut statuses) = (app.browser(), Vec::new());
    for _ in 0..times {
        statuses.push(app.sign_in(&browser, "ann@example.com", OTHER).await.status);
    }
    statuses
}

async fn what_is_used_up_comes_back_evenly(setting: Setting) {
    let app = setting.app_with(&limited(&[("latchkey.limits.sign_ins_per_address", 6.into())])).await;
    assert_eq!(guess(&app, 1).await, [422]);
    // With a fixed window from the first guess, this is the end of one and the start of another.
    app.minutes_pass(55);
    assert_eq!(guess(&app, 7).await, [422, 422, 422, 422, 422, 422, 429]);
    app.minutes_pass(6);
    assert_eq!(guess(&app, 1).await, [429], "twice as many around a boundary");
    app.minutes_pass(5);
    assert_eq!(guess(&app, 2).await, [422, 429], "one in ten minutes");
    app.minutes_pass(61);
    assert_eq!(guess(&app, 7).await, [422, 422, 422, 422, 422, 422, 429]);
}

/// Requests a message to `email` from every form, as a person with an account can.
async fn go_round(app: &TestApp, thief: &Browser, email: &str) {
    let form = thief.get("/account/email").await;
    thief.submit(&form, &[("email", email), ("current-password", OLD)]).await;
    app.register(&app.browser(), email, OTHER).await;
    let form = app.browser().get("/confirm").await;
    app.browser().submit(&form, &[("email", email)]).await;
    app.ask_reset(email).await;
}

/// Whatever strangers request, the owner always has a valid key or can get one.
async fn asked_for_without_end(app: &TestApp, email: &str, to: &str) {
    let thief = app.account("thief@example.com").await;
    let mut newest = None;
    for turn in 0..13 {
        let browser = app.signed_in(&thief).await;
        for _ in 0..3 {
            go_round(app, &browser, email).await;
        }
        app.ask_reset(email).await;
        let come = app.mailbox.rest(to).await;
        newest = come.iter().rev().find(|message| message.is_key()).map(|key| key.link()).or(newest);
        let page = app.browser().get(newest.as_ref().expect("a key")).await;
        assert_eq!(page.path(), app.setting.strategy.path(), "no key is live in turn {turn}: {page}");
        app.minutes_pass(7);
    }
}

async fn however_many_ask_the_newest_key_is_live(setting: Setting) {
    let app = setting.app_with(&limited(&[])).await;
    let ann = app.person("ann").await;
    asked_for_without_end(&app, &ann.email, &ann.email).await;
}

async fn however_many_texts_others_ask_for_the_newest_key_is_live(setting: Setting) {
    let texts = [
        ("latchkey.reset.channel", "sms".into()),
        ("latchkey.limits.texts_per_number", 2.into()),
        ("latchkey.limits.texts_per_client", 9_999.into()),
    ];
    let app = setting.app_with(&limited(&texts)).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    asked_for_without_end(&app, &ann.email, &ann.phone).await;
}

async fn all_forms_together_send_what_one_sends(setting: Setting) {
    let app = setting.app_with(&limited(&[])).await;
    let ann = app.account("ann@example.com").await;
    let thief = app.account("thief@example.com").await;
    app.minutes_pass(24 * 60);
    let browser = app.signed_in(&thief).await;
    app.mailbox.rest(&ann.email).await;
    for _ in 0..4 {
        go_round(&app, &browser, &ann.email).await;
    }
    let come = app.mailbox.rest(&ann.email).await;
    assert!((1..=4).contains(&come.len()), "{} messages", come.len());
    app.minutes_pass(24 * 60);
    let browser = app.signed_in(&thief).await;
    // One form first, then the others: at most one more message of each kind.
    for _ in 0..6 {
        app.ask_reset(&ann.email).await;
    }
    go_round(&app, &browser, &ann.email).await;
    go_round(&app, &browser, &ann.email).await;
    let come = app.mailbox.rest(&ann.email).await;
    assert!((4..=6).contains(&come.len()), "{} messages", come.len());
}

async fn a_refusal_by_one_limit_uses_up_nothing_of_another(setting: Setting) {
    let few = [
        ("latchkey.limits.sign_ins_per_address", 2.into()),
        ("latchkey.limits.sign_ins_per_client", 4.into()),
    ];
    let app = setting.app_with(&limited(&few)).await;
    assert_eq!(guess(&app, 9).await[..3], [422, 422, 429]);
    let other = app.sign_in(&app.browser(), "bob@example.com", OTHER).await;
    assert_eq!(other.status, 422, "guesses that nobody looked at count against the network: {other}");
}
