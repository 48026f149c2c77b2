//! A008: a key that has paid for a new password pays for nothing again.

use crate::{common::Page, scene::Scene, tries::EVERY};

attacks! {
    EVERY => a008_a_spent_key_is_spent_in_every_browser;
}

async fn a008_a_spent_key_is_spent_in_every_browser(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.app.browser();
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    let (before, password) = (browser.copy(), scene.password());
    let sent = scene.app.spending(&browser, &ready, &password);
    let page = browser.post(&sent).await;
    scene.app.finish(&browser, page, &scene.v, &password).await;
    assert!(browser.is_signed_in().await);
    scene.now_has(&password).await;
    let other = scene.app.spending(&browser, &ready, "another one that X would like");
    for again in [&browser, &before, &browser.copy(), &scene.app.browser()] {
        for sent in [&sent, &other] {
            over(&again.post(sent).await);
        }
        scene.is_unusable(&again.get(&link).await).await;
        for sent in [&sent, &other] {
            over(&again.post(sent).await);
        }
    }
    let key = link.rsplit('/').next().expect("a key");
    let form = browser.get("/reset/key").await;
    scene.is_unusable(&browser.submit(&form, &[("key", key)]).await).await;
    scene.unharmed(&["reset.completed"]).await;
}

/// Panics unless a spent key paid for nothing: its page gives the reason, or leads to what it once paid for.
fn over(page: &Page) {
    assert!(page.is_of_no_use() || page.was_sent_twice(), "{page}");
}
