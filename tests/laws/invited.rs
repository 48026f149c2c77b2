//! An invitation cannot be taken: the reader of the invited mailbox gets its roles, whatever strangers do.

use crate::common::{NEW, OLD, OTHER, Setting, Site};

for_both_databases! {
    a_registration_by_a_stranger_takes_no_role_away,
    an_invitation_reaches_who_was_registered_before_it,
    an_invitation_comes_again_before_what_a_stranger_registered,
    an_invitation_that_has_expired_promises_nothing,
}

const ANN: &str = "ann@example.com";

fn invite(app: &Site) {
    app.latchkey(&["user", "add", ANN, "--role", "editor"]);
}

async fn is_editor(app: &Site) -> bool {
    let browser = app.browser();
    app.sign_in(&browser, ANN, NEW).await;
    browser.get("/account").await.text.contains("editor")
}

/// Opens the newest link in a new browser and chooses a password.
async fn confirm(app: &Site, link: &str) {
    let browser = app.browser();
    let page = browser.get(link).await;
    browser.submit(&page, &[("new_password", NEW)]).await;
}

async fn a_registration_by_a_stranger_takes_no_role_away(setting: Setting) {
    let app = setting.app().await;
    invite(&app);
    app.mailbox.next(ANN).await;
    app.register(&app.browser(), ANN, OTHER).await;
    confirm(&app, &app.mailbox.next(ANN).await.link()).await;
    assert!(is_editor(&app).await && !app.opens(ANN, OTHER).await);
}

async fn an_invitation_reaches_who_was_registered_before_it(setting: Setting) {
    let app = setting.app().await;
    app.register(&app.browser(), ANN, OTHER).await;
    let link = app.mailbox.next(ANN).await.link();
    invite(&app);
    app.mailbox.next(ANN).await;
    confirm(&app, &link).await;
    assert!(is_editor(&app).await && !app.opens(ANN, OTHER).await);
}

async fn an_invitation_comes_again_before_what_a_stranger_registered(setting: Setting) {
    let app = setting.app().await;
    invite(&app);
    app.register(&app.browser(), ANN, OTHER).await;
    app.mailbox.rest(ANN).await;
    let browser = app.browser();
    browser.submit(&browser.get("/confirm").await, &[("email", ANN)]).await;
    let again = app.mailbox.next(ANN).await;
    assert!(again.subject.contains("Your Latchkey account"), "{again:?}");
    confirm(&app, &again.link()).await;
    assert!(is_editor(&app).await);
}

async fn an_invitation_that_has_expired_promises_nothing(setting: Setting) {
    let app = setting.app().await;
    invite(&app);
    app.mailbox.next(ANN).await;
    app.minutes_pass(25 * 60);
    let browser = app.browser();
    app.register(&browser, ANN, OLD).await;
    let page = browser.get(&app.mailbox.next(ANN).await.link()).await;
    browser.press(&page, "/confirm/address").await;
    app.sign_in(&browser, ANN, OLD).await;
    assert!(!browser.get("/account").await.text.contains("editor"));
}
