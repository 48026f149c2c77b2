//! A007, A108: a key works only for its account, a form only for its key.

use crate::{
    common::Capabilities,
    fixture::{AttackFixture, V},
    tries::EVERY,
};

attacks! {
    EVERY => a007_no_field_says_whose_password_is_set, a108_a_form_made_for_another_key_is_refused;
}

async fn a007_no_field_says_whose_password_is_set(fixture: &mut AttackFixture) {
    let (app, x) = (&fixture.app, fixture.x.clone());
    let link = app.key(&x).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &x).await;
    let mut sent = app.spending(&browser, &ready, "the thief's own new words");
    for name in ["email", "user_id", "account", "account_id", "username", "id", "user", "uid", "role"] {
        sent.fields.push((name.into(), V.into()));
    }
    let page = browser.post(&sent).await;
    if page.status < 400 {
        app.finish(&browser, page, &x, "the thief's own new words").await;
        assert!(app.opens(&x.email, "the thief's own new words").await, "X's own password is set");
        fixture.x.password = "the thief's own new words".into();
    }
    let named = format!("{}&email={V}&account={V}", sent.to);
    let again = browser.post(&crate::common::Sent { to: named, ..sent }).await;
    assert!(again.status >= 400 || again.was_sent_twice(), "{again}");
    assert!(fixture.mails(V).await.is_empty(), "V got mail for X's reset");
    fixture.may_write_to_x().await;
    fixture.unharmed(&[]).await;
}

async fn a108_a_form_made_for_another_key_is_refused(fixture: &mut AttackFixture) {
    let app = &fixture.app;
    let (own, foreign) = (fixture.key().await, app.key(&fixture.x).await.link());
    let browser = app.browser();
    let ready = app.prepare(&browser, &own, &fixture.v).await;
    let sent = app.spending(&browser, &ready, "what V has typed by then");
    browser.get(&foreign).await;
    let page = browser.post(&sent).await;
    assert!((400..500).contains(&page.status), "{page}");
    assert!(!browser.is_signed_in().await && !app.opens(&fixture.x.email, "what V has typed by then").await);
    let asked_for_a_code = fixture.strategy().takes_code();
    fixture.may_write_to_x().await;
    let app = &fixture.app;
    let foreign =
        crate::common::Sent { to: sent.to.split('?').next().expect("a path").into(), ..sent.clone() };
    assert!(browser.post(&foreign).await.status >= 400, "a form that does not say which key it is for");
    let again = app.browser();
    assert!(again.post(&sent).await.status >= 400, "a form without its key");
    let steps: &[&str] =
        if asked_for_a_code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] };
    fixture.unharmed(steps).await;
}
