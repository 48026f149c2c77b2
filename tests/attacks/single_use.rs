//! A008: a key that has paid for a new password pays for nothing again.

use crate::{common::Page, fixture::AttackFixture, tries::EVERY};

attacks! {
    EVERY => a008_a_spent_key_is_spent_in_every_browser;
}

async fn a008_a_spent_key_is_spent_in_every_browser(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let (before, password) = (browser.copy(), fixture.password());
    let sent = fixture.app.spending(&browser, &ready, &password);
    let page = browser.post(&sent).await;
    fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await);
    fixture.now_has(&password).await;
    let other = fixture.app.spending(&browser, &ready, "another one that X would like");
    for again in [&browser, &before, &browser.copy(), &fixture.app.browser()] {
        for sent in [&sent, &other] {
            over(&again.post(sent).await);
        }
        fixture.is_unusable(&again.get(&link).await).await;
        for sent in [&sent, &other] {
            over(&again.post(sent).await);
        }
    }
    let key = link.rsplit('/').next().expect("a key");
    let form = browser.get("/reset/key").await;
    fixture.is_unusable(&browser.submit(&form, &[("key", key)]).await).await;
    fixture.unharmed(&["reset.completed"]).await;
}

/// Panics unless a spent key paid for nothing: its page gives the reason, or leads to what it once paid for.
fn over(page: &Page) {
    assert!(page.is_of_no_use() || page.was_sent_twice(), "{page}");
}
