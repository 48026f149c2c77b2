//! A021, A023, A111 again, for the code beside a reset link: X asks in V's name, and guesses, or uses up tries.

use serde_json::json;

use crate::{
    common::{Browser, Capabilities, Change},
    fixture::{AttackFixture, V},
    tries::{EVERY, SITE, limited},
};

attacks! {
    EVERY.with(from_anywhere) => a021_no_code_of_a_link_is_guessed_across_requests;
    EVERY => a023_the_code_in_vs_mail_is_of_no_use_to_x;
    SITE.with(limited) => a111_no_guesses_take_vs_codes_away;
}

/// Limits by address alone: X has as many clients as tries.
fn from_anywhere() -> Vec<Change<'static>> {
    [limited(), vec![("latchkey.limits.codes_per_client", json!(1000))]].concat()
}

async fn ask(browser: &Browser, email: &str) {
    browser.submit(&browser.get("/reset").await, &[("email", email)]).await;
}

/// Status of the answer to a typed code.
async fn guess(browser: &Browser, code: &str) -> u16 {
    browser.submit(&browser.get("/reset/sent").await, &[("one-time-code", code)]).await.status
}

async fn a021_no_code_of_a_link_is_guessed_across_requests(fixture: &mut AttackFixture) {
    fixture.next_day().await; // wrong codes are counted per day
    for _ in 0..6 {
        let thief = fixture.app.browser();
        ask(&thief, V).await;
        for turn in 0..5 {
            let page = thief.get("/reset/sent").await;
            let page = thief.submit(&page, &[("one-time-code", &format!("0000-000{turn}"))]).await;
            assert!(page.status >= 400, "{page}");
        }
        assert!(!thief.is_signed_in().await);
    }
    let mails = fixture.mails(V).await;
    // A code over a limit is refused before it is compared.
    let looked_at = fixture.events().await.iter().filter(|kind| *kind == "code.failed").count();
    assert!(
        (1..=10).contains(&looked_at) && looked_at <= 3 * mails.len().max(1) + 3,
        "{looked_at} guesses, {} mails",
        mails.len()
    );
    let link = mails.last().expect("a message").link();
    fixture.recover(&link).await;
    fixture.unharmed(&["reset.issued", "code.failed", "limit.reached", "reset.completed"]).await;
}

async fn a023_the_code_in_vs_mail_is_of_no_use_to_x(fixture: &mut AttackFixture) {
    let (own, thief) = (fixture.app.browser(), fixture.app.browser());
    ask(&thief, V).await;
    fixture.mails(V).await;
    ask(&own, V).await;
    let mail = fixture.app.mailbox.next_key(V).await;
    // Somebody has seen the code on V's screen.
    assert_eq!(guess(&thief, &mail.code()).await, 422);
    let without_mark = own.copy();
    without_mark.with_jar(|jar| jar.remove("latchkey_browser"));
    assert_eq!(guess(&without_mark, &mail.code()).await, 422);
    fixture.recover(&mail.link()).await;
    fixture.unharmed(&["reset.issued", "code.failed", "reset.completed"]).await;
}

async fn a111_no_guesses_take_vs_codes_away(fixture: &mut AttackFixture) {
    let thief = fixture.app.browser();
    for _ in 0..4 {
        ask(&thief, V).await;
        for turn in 0..4 {
            guess(&thief, &format!("0000-000{turn}")).await;
        }
    }
    fixture.app.minutes_pass(61);
    fixture.mails(V).await;
    let own = fixture.own.copy();
    ask(&own, V).await;
    let mail = fixture.app.mailbox.next_key(V).await;
    let page = own.submit(&own.get("/reset/sent").await, &[("one-time-code", &mail.code())]).await;
    assert_eq!(page.path(), fixture.strategy().path(), "V's own browser has no tries left");
    let password = fixture.password();
    fixture.v = fixture.app.recover(&own, &fixture.v.clone(), &mail.link(), &password).await;
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.issued", "code.failed", "limit.reached", "reset.completed"]).await;
}
