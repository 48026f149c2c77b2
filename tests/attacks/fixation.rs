//! A019, A020: no browser prepared by X becomes V's, and no link of X's replaces V's session.

use crate::{
    common::Capabilities,
    fixture::{AttackFixture, V},
    tries::{EVERY, Tries},
};

attacks! {
    EVERY => a019_each_step_up_has_a_session_of_its_own;
    LINKS => a020_a_link_of_somebody_else_says_whose_it_is;
}

/// Strategies whose link alone leads to a session.
const LINKS: Tries = Tries::under(|it| !it.needs_phone() && !it.mails_password());

async fn a019_each_step_up_has_a_session_of_its_own(fixture: &mut AttackFixture) {
    let browser = fixture.app.browser();
    browser.with_jar(|jar| jar.put("latchkey_session", &"A".repeat(43)));
    let planted = browser.copy();
    fixture.app.sign_in(&browser, V, &fixture.v.password).await;
    assert!(browser.is_signed_in().await && !planted.is_signed_in().await, "what X planted is a session");
    let before = browser.copy();
    fixture.app.sign_in(&browser, V, &fixture.v.password).await;
    assert!(
        browser.is_signed_in().await && !before.is_signed_in().await,
        "signing in again kept the session"
    );
    let (before, link) = (browser.copy(), fixture.key().await);
    let password = fixture.password();
    fixture.v = fixture.app.recover(&browser, &fixture.v, &link, &password).await;
    assert!(!before.is_signed_in().await, "the reset kept the session");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a020_a_link_of_somebody_else_says_whose_it_is(fixture: &mut AttackFixture) {
    let link = fixture.app.key(&fixture.x).await.link();
    let page = fixture.own.get(&link).await;
    assert!(page.text.contains("t•••@example.com") && page.text.contains("v•••@example.com"), "{page}");
    assert!(fixture.own.get("/account").await.text.contains(V), "opening a link replaced V's session");
    fixture.may_write_to_x().await;
    fixture.unharmed(&[]).await;
}
