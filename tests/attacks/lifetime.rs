//! A010, A011, A045: a key is valid for its lifetime, until the next one, and never again.

use std::time::Duration;

use crate::{
    common::{Capabilities, texts},
    fixture::AttackFixture,
    tries::EVERY,
};

attacks! {
    EVERY => a010_a_key_is_good_until_its_time_and_not_a_second_longer, a011_no_restart_revives_a_key,
        a045_an_older_link_is_dead_once_there_is_a_newer;
}

fn turn(fixture: &AttackFixture, seconds: u64) {
    fixture.app.clock.advance(Duration::from_secs(seconds));
}

async fn a010_a_key_is_good_until_its_time_and_not_a_second_longer(fixture: &mut AttackFixture) {
    let life = fixture.strategy().minutes() * 60;
    for late in [true, false] {
        let link = fixture.key().await;
        fixture.quiet().await;
        turn(fixture, life - 120);
        let (browser, password) = (fixture.app.browser(), fixture.password());
        let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
        let sent = fixture.app.spending(&browser, &ready, &password);
        fixture.quiet().await;
        // The test takes time itself, so the last second before the end cannot be tested.
        turn(fixture, if late { 121 } else { 60 });
        let page = browser.post(&sent).await;
        if late {
            fixture.is_unusable(&page).await;
            fixture.is_unusable(&browser.get(&link).await).await;
            assert!(!browser.is_signed_in().await && !fixture.app.opens(&fixture.v.email, &password).await);
            assert_eq!(fixture.events().await.last().map(String::as_str), Some("sign_in.failed"));
        } else {
            fixture.app.finish(&browser, page, &fixture.v, &password).await;
            assert!(browser.is_signed_in().await, "a minute before its end a key is good");
            fixture.now_has(&password).await;
        }
    }
    fixture.unharmed(&["reset.issued", "reset.completed", "sign_in.failed"]).await;
}

async fn a011_no_restart_revives_a_key(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let sent = fixture.app.spending(&browser, &ready, "what comes too late");
    fixture.quiet().await;
    turn(fixture, fixture.strategy().minutes() * 60 + 1);
    fixture.restart(&[]).await;
    fixture.is_unusable(&browser.post(&sent).await).await;
    fixture.is_unusable(&fixture.app.browser().get(&link).await).await;
    turn(fixture, 61);
    let live = "SELECT purpose FROM latchkey_keys WHERE purpose IN ('reset', 'second', 'approval')";
    for _ in 0..1000 {
        if texts(&fixture.app.setting.database, live).await.is_empty() {
            break;
        }
        rocket::tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(texts(&fixture.app.setting.database, live).await.is_empty(), "an expired key is still stored");
    let code = fixture.strategy().takes_code();
    fixture.unharmed(if code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] }).await;
}

async fn a045_an_older_link_is_dead_once_there_is_a_newer(fixture: &mut AttackFixture) {
    let older = fixture.key().await;
    let browser = fixture.app.browser();
    let opened = browser.get(&older).await;
    let newer = fixture.key().await;
    assert_ne!(older, newer);
    fixture.is_unusable(&fixture.app.browser().get(&older).await).await;
    fixture.is_unusable(&browser.get(&opened.place).await).await;
    for form in opened.forms.iter().filter(|form| form.path().starts_with(&fixture.strategy().path())) {
        fixture.is_unusable(&browser.post(&browser.sent(&opened, form, &[])).await).await;
    }
    fixture.recover(&newer).await;
    fixture.unharmed(&["reset.issued", "reset.completed"]).await;
}
