//! A010, A011, A045: a key is valid for its lifetime, until the next one, and never again.

use std::time::Duration;

use crate::{
    common::{Capabilities, texts},
    scene::Scene,
    tries::EVERY,
};

attacks! {
    EVERY => a010_a_key_is_good_until_its_time_and_not_a_second_longer, a011_no_restart_revives_a_key,
        a045_an_older_link_is_dead_once_there_is_a_newer;
}

fn turn(scene: &Scene, seconds: u64) {
    scene.app.clock.advance(Duration::from_secs(seconds));
}

async fn a010_a_key_is_good_until_its_time_and_not_a_second_longer(scene: &mut Scene) {
    let life = scene.strategy().minutes() * 60;
    for late in [true, false] {
        let link = scene.key().await;
        scene.quiet().await;
        turn(scene, life - 120);
        let (browser, password) = (scene.app.browser(), scene.password());
        let ready = scene.app.prepare(&browser, &link, &scene.v).await;
        let sent = scene.app.spending(&browser, &ready, &password);
        scene.quiet().await;
        // The test takes time itself, so the last second before the end cannot be tested.
        turn(scene, if late { 121 } else { 60 });
        let page = browser.post(&sent).await;
        if late {
            scene.is_unusable(&page).await;
            scene.is_unusable(&browser.get(&link).await).await;
            assert!(!browser.is_signed_in().await && !scene.app.opens(&scene.v.email, &password).await);
            assert_eq!(scene.events().await.last().map(String::as_str), Some("sign_in.failed"));
        } else {
            scene.app.finish(&browser, page, &scene.v, &password).await;
            assert!(browser.is_signed_in().await, "a minute before its end a key is good");
            scene.now_has(&password).await;
        }
    }
    scene.unharmed(&["reset.issued", "reset.completed", "sign_in.failed"]).await;
}

async fn a011_no_restart_revives_a_key(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.app.browser();
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    let sent = scene.app.spending(&browser, &ready, "what comes too late");
    scene.quiet().await;
    turn(scene, scene.strategy().minutes() * 60 + 1);
    scene.restart(&[]).await;
    scene.is_unusable(&browser.post(&sent).await).await;
    scene.is_unusable(&scene.app.browser().get(&link).await).await;
    turn(scene, 61);
    let live = "SELECT purpose FROM latchkey_keys WHERE purpose IN ('reset', 'second', 'approval')";
    for _ in 0..1000 {
        if texts(&scene.app.setting.database, live).await.is_empty() {
            break;
        }
        rocket::tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(texts(&scene.app.setting.database, live).await.is_empty(), "an expired key is still stored");
    let code = scene.strategy().takes_code();
    scene.unharmed(if code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] }).await;
}

async fn a045_an_older_link_is_dead_once_there_is_a_newer(scene: &mut Scene) {
    let older = scene.key().await;
    let browser = scene.app.browser();
    let opened = browser.get(&older).await;
    let newer = scene.key().await;
    assert_ne!(older, newer);
    scene.is_unusable(&scene.app.browser().get(&older).await).await;
    scene.is_unusable(&browser.get(&opened.place).await).await;
    for form in opened.forms.iter().filter(|form| form.path().starts_with(&scene.strategy().path())) {
        scene.is_unusable(&browser.post(&browser.sent(&opened, form, &[])).await).await;
    }
    scene.recover(&newer).await;
    scene.unharmed(&["reset.issued", "reset.completed"]).await;
}
