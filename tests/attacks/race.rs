//! A009, A032, A104, A109: of any number of concurrent tries, one wins, and none outlives a reset.

use std::time::Duration;

use rocket::{futures::future::join_all, tokio::time::sleep};
use serde_json::json;

use crate::{
    common::{Capabilities, Change},
    fixture::{AttackFixture, V},
    tries::{EVERY, GENERATED},
};

attacks! {
    EVERY.with(patient) => a009_of_32_that_spend_a_key_one_wins, a104_of_50_requests_at_once_one_key_lives,
        a109_no_sign_in_of_before_outlives_a_reset;
    GENERATED.with(patient) => a032_a_generated_password_lets_one_in;
}

/// A long queue for hashing and few connections: a request that holds one must not wait for another.
fn patient() -> Vec<Change<'static>> {
    vec![("latchkey.password.queue", json!(1000)), ("databases.latchkey.max_connections", json!(8))]
}

async fn a009_of_32_that_spend_a_key_one_wins(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let words: Vec<_> = (0..32).map(|_| fixture.password()).collect();
    let copies: Vec<_> = words.iter().map(|_| browser.copy()).collect();
    let sent: Vec<_> = words.iter().map(|words| fixture.app.spending(&browser, &ready, words)).collect();
    join_all(copies.iter().zip(&sent).map(|(copy, sent)| copy.post_only(sent))).await;
    let mut winners = Vec::new();
    for (turn, copy) in copies.iter().enumerate() {
        let full = copy.is_signed_in().await;
        if full || copy.get("/reset/new-password").await.asks(&["new_password"]) {
            winners.push(turn);
        }
    }
    let mails = fixture.mails(V).await;
    let strategy = fixture.strategy();
    if strategy.mails_password() {
        assert_eq!(mails.len(), 1, "generated passwords: {mails:?}");
        fixture.unharmed(&["reset.issued", "reset.password_generated"]).await;
    } else if strategy.signs_in_once() {
        assert_eq!(winners.len(), 1, "restricted sessions of {winners:?}");
        // The winner's button ended V's other sessions, as it must.
        let winner = &copies[winners[0]];
        let form = winner.get("/reset/new-password").await;
        winner.submit(&form, &[("new_password", &words[0])]).await;
        fixture.now_has(&words[0]).await;
        fixture.unharmed(&["reset.issued", "reset.signed_in_once"]).await;
    } else {
        assert_eq!((winners.len(), mails.len()), (1, 1), "sessions of {winners:?}, notices {mails:?}");
        assert!(!fixture.app.opens(V, &words[(winners[0] + 1) % 32]).await, "a loser's password signs in");
        fixture.now_has(&words[winners[0]]).await;
        fixture.unharmed(&["reset.completed", "sign_in.failed"]).await;
    }
}

async fn a032_a_generated_password_lets_one_in(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    browser.post(&fixture.app.spending(&browser, &ready, "")).await;
    let generated = fixture.app.mailbox.next(V).await.code();
    let browsers: Vec<_> = (0..32).map(|_| fixture.app.browser()).collect();
    join_all(browsers.iter().map(|browser| fixture.app.sign_in(browser, V, &generated))).await;
    let mut let_in = 0;
    for browser in &browsers {
        let_in += u32::from(browser.get("/reset/new-password").await.asks(&["new_password"]));
        assert!(!browser.is_signed_in().await, "a generated password gives a full session");
    }
    assert_eq!(let_in, 1, "a generated password is good once");
    assert!(!fixture.app.opens(V, &generated).await);
    let steps = ["reset.issued", "reset.password_generated", "reset.signed_in_once", "sign_in.failed"];
    fixture.unharmed(&steps).await;
}

async fn a104_of_50_requests_at_once_one_key_lives(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    let form = browser.get("/reset").await;
    let sent = browser.fill(&form, &[("email", V)]);
    let answers = join_all((0..50).map(|_| browser.post_only(&sent))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    let mut live = Vec::new();
    for mail in fixture.mails(V).await {
        let page = fixture.app.browser().get(&mail.link()).await;
        live.extend((page.path() == fixture.strategy().path()).then(|| mail.link()));
    }
    assert_eq!(live.len(), 1, "live keys");
    fixture.recover(&live[0]).await;
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a109_no_sign_in_of_before_outlives_a_reset(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let (owner, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&owner, &link, &fixture.v).await;
    let sent = fixture.app.spending(&owner, &ready, &password);
    let thieves: Vec<_> = (0..32).map(|_| fixture.app.browser()).collect();
    let form = thieves[0].get("/login").await;
    let stolen = thieves[0].fill(&form, &[("username", V), ("current-password", &*fixture.v.password)]);
    let reset = async {
        sleep(Duration::from_millis(60)).await;
        let page = owner.post(&sent).await;
        fixture.app.finish(&owner, page, &fixture.v, &password).await
    };
    let attempts = join_all(thieves.iter().map(|thief| thief.post_only(&stolen)));
    let (page, _) = rocket::tokio::join!(reset, attempts);
    assert!(owner.is_signed_in().await, "{page}");
    for thief in &thieves {
        assert!(!thief.is_signed_in().await, "a sign-in with the old password outlives the reset");
    }
    assert!(!fixture.app.opens(V, &fixture.v.password).await, "the old password signs in");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.completed", "sign_in.failed"]).await;
}
