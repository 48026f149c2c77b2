//! A031, A033: a generated password opens only one form, and requesting one locks nobody out.

use reqwest::Method;

use crate::{
    fixture::{AttackFixture, V},
    tries::GENERATED,
};

attacks! {
    GENERATED => a031_a_generated_password_opens_the_form_alone, a033_asking_locks_nobody_out;
}

async fn a031_a_generated_password_opens_the_form_alone(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    browser.post(&fixture.app.spending(&browser, &ready, "")).await;
    let generated = fixture.app.mailbox.next(V).await.code();
    fixture.app.sign_in(&browser, V, &generated).await;
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
    let opens = fixture.app.opens(V, &generated).await;
    assert!(!kept && !opens, "the generated password became V's own: {page}");
    fixture
        .unharmed(&["reset.issued", "reset.password_generated", "reset.signed_in_once", "sign_in.failed"])
        .await;
}

async fn a033_asking_locks_nobody_out(fixture: &mut AttackFixture) {
    for _ in 0..20 {
        fixture.app.ask_reset(V).await;
        for mail in fixture.mails(V).await {
            assert!(mail.is_key(), "a password was generated: {}", mail.text);
            fixture.app.browser().get(&mail.link()).await;
        }
    }
    fixture.unharmed(&["reset.issued"]).await;
}
