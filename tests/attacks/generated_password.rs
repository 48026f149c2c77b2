//! A031, A033: a generated password opens only one form, and requesting one locks nobody out.

use reqwest::Method;

use crate::{
    scene::{Scene, V},
    tries::GENERATED,
};

attacks! {
    GENERATED => a031_a_generated_password_opens_the_form_alone, a033_asking_locks_nobody_out;
}

async fn a031_a_generated_password_opens_the_form_alone(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.app.browser();
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    browser.post(&scene.app.spending(&browser, &ready, "")).await;
    let generated = scene.app.mailbox.next(V).await.code();
    scene.app.sign_in(&browser, V, &generated).await;
    assert!(browser.get("/reset/new-password").await.asks(&["new_password"]));
    for place in [
        "/account",
        "/change",
        "/account/email",
        "/account/phone",
        "/account/sessions",
        "/account/delete",
        "/admin",
    ] {
        let led = browser.get(place).await;
        assert_eq!(led.path(), "/reset/new-password", "{place} opens to a generated password");
        let fields = [("password", &*generated), ("new_password", "what X would like to set")];
        let answer = browser.send(browser.request(Method::POST, place).form(&fields)).await;
        assert!(answer.status >= 300, "{place}: {}", answer.status);
    }
    let form = browser.get("/reset/new-password").await;
    let page = browser.submit(&form, &[("new_password", &generated)]).await;
    let kept = page.status < 400;
    let opens = scene.app.opens(V, &generated).await;
    assert!(!kept && !opens, "the generated password became V's own: {page}");
    scene
        .unharmed(&["reset.issued", "reset.password_generated", "reset.signed_in_once", "sign_in.failed"])
        .await;
}

async fn a033_asking_locks_nobody_out(scene: &mut Scene) {
    for _ in 0..20 {
        scene.app.ask_reset(V).await;
        for mail in scene.mails(V).await {
            assert!(mail.is_key(), "a password was generated: {}", mail.text);
            scene.app.browser().get(&mail.link()).await;
        }
    }
    scene.unharmed(&["reset.issued"]).await;
}
