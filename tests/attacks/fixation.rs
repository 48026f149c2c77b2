//! A019, A020: no browser prepared by X becomes V's, and no link of X's replaces V's session.

use crate::{
    common::Capabilities,
    scene::{Scene, V},
    tries::{EVERY, Tries},
};

attacks! {
    EVERY => a019_each_step_up_has_a_session_of_its_own;
    LINKS => a020_a_link_of_somebody_else_says_whose_it_is;
}

/// Strategies whose link alone leads to a session.
const LINKS: Tries = Tries::under(|it| !it.needs_phone() && !it.mails_password());

async fn a019_each_step_up_has_a_session_of_its_own(scene: &mut Scene) {
    let browser = scene.app.browser();
    browser.with_jar(|jar| jar.put("latchkey_session", &"A".repeat(43)));
    let planted = browser.copy();
    scene.app.sign_in(&browser, V, &scene.v.password).await;
    assert!(browser.is_signed_in().await && !planted.is_signed_in().await, "what X planted is a session");
    let before = browser.copy();
    scene.app.sign_in(&browser, V, &scene.v.password).await;
    assert!(
        browser.is_signed_in().await && !before.is_signed_in().await,
        "signing in again kept the session"
    );
    let (before, link) = (browser.copy(), scene.key().await);
    let password = scene.password();
    scene.v = scene.app.recover(&browser, &scene.v, &link, &password).await;
    assert!(!before.is_signed_in().await, "the reset kept the session");
    scene.now_has(&password).await;
    scene.unharmed(&["reset.completed"]).await;
}

async fn a020_a_link_of_somebody_else_says_whose_it_is(scene: &mut Scene) {
    let link = scene.app.key(&scene.x).await.link();
    let page = scene.own.get(&link).await;
    assert!(page.text.contains("t•••@example.com") && page.text.contains("v•••@example.com"), "{page}");
    assert!(scene.own.get("/account").await.text.contains(V), "opening a link replaced V's session");
    scene.may_write_to_x().await;
    scene.unharmed(&[]).await;
}
