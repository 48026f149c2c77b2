//! Every request for a reset brings a message: no mailbox stays empty while the page says that one is on its way.

use crate::common::{Message, NEW, OLD, OTHER, Setting, Site};

for_both_databases! {
    an_address_without_an_account_is_told_once_a_day,
    a_site_may_write_to_no_unknown_address,
    an_address_that_waits_for_its_confirmation_gets_it_again,
    an_invited_address_gets_its_invitation_again,
    a_disabled_account_is_told_so,
    an_account_on_hold_is_told_until_when,
    over_its_limit_a_form_says_when_to_use_it_again,
}

const LIMITED: (&str, bool) = ("latchkey.limits.enabled", true);

/// The message for `email` after a request for a reset.
async fn asked(app: &Site, email: &str) -> Message {
    app.ask_reset(email).await;
    app.mailbox.next(email).await
}

async fn an_address_without_an_account_is_told_once_a_day(setting: Setting) {
    let (name, value) = LIMITED;
    let app = setting.app_with(&[(name, value.into())]).await;
    let told = asked(&app, "nobody@example.com").await;
    assert!(told.subject.contains("no Latchkey account") && told.link().ends_with("/register"), "{told:?}");
    for _ in 0..2 {
        app.ask_reset("NOBODY@example.com").await;
    }
    assert!(app.mailbox.rest("nobody@example.com").await.is_empty(), "told more than once");
    app.minutes_pass(25 * 60);
    asked(&app, "nobody@example.com").await;
}

async fn a_site_may_write_to_no_unknown_address(setting: Setting) {
    let app = setting.app_with(&[("latchkey.mail.to_unknown", false.into())]).await;
    let page = app.ask_reset("nobody@example.com").await;
    assert!(!page.text.contains("If there is none"), "the page promises what does not come: {page}");
    assert!(app.mailbox.rest("nobody@example.com").await.is_empty());
}

async fn an_address_that_waits_for_its_confirmation_gets_it_again(setting: Setting) {
    let app = setting.app().await;
    let own = app.browser();
    app.register(&own, "ann@example.com", OLD).await;
    app.mailbox.next("ann@example.com").await;
    let link = asked(&app, "ann@example.com").await.link();
    assert!(link.contains("/confirm/"), "{link}");
    own.press(&own.get(&link).await, "/confirm/address").await;
    assert!(app.opens("ann@example.com", OLD).await);
}

async fn an_invited_address_gets_its_invitation_again(setting: Setting) {
    let app = setting.app().await;
    app.latchkey(&["user", "add", "ann@example.com", "--role", "editor"]);
    app.mailbox.next("ann@example.com").await;
    let browser = app.browser();
    let page = browser.get(&asked(&app, "ann@example.com").await.link()).await;
    browser.submit(&page, &[("new_password", NEW)]).await;
    assert!(app.opens("ann@example.com", NEW).await);
}

async fn a_disabled_account_is_told_so(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    app.latchkey(&["user", "disable", &ann.email]);
    let told = asked(&app, &ann.email).await;
    assert!(told.subject.contains("disabled") && !told.has_link(), "{told:?}");
}

async fn an_account_on_hold_is_told_until_when(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.signed_in(&ann).await;
    let form = browser.get("/change").await;
    browser.submit(&form, &[("current-password", OLD), ("new-password", OTHER)]).await;
    let page = browser.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    browser.press(&page, "/reset/not-me").await;
    app.mailbox.next_key(&ann.email).await;
    let told = asked(&app, &ann.email).await;
    assert!(told.text.contains("no new link is sent before") && !told.has_link(), "{told:?}");
    app.minutes_pass(61);
    assert!(asked(&app, &ann.email).await.is_key());
}

async fn over_its_limit_a_form_says_when_to_use_it_again(setting: Setting) {
    let (name, value) = LIMITED;
    let app = setting.app_with(&[(name, value.into())]).await;
    let browser = app.browser();
    let forms: [(&str, &[(&str, &str)]); 2] = [
        ("/register", &[("email", "ann@bücher.example"), ("new-password", OLD)]),
        ("/confirm", &[("email", "ann@bücher.example")]),
    ];
    for (path, typed) in forms {
        let mut pages = Vec::new();
        for _ in 0..8 {
            pages.push(browser.submit(&browser.get(path).await, typed).await);
        }
        let sent = app.mailbox.rest("ann@xn--bcher-kva.example").await.len();
        let promised = pages.iter().filter(|page| !page.text.contains("You can ask again at")).count();
        assert_eq!(promised, sent, "{path} promises what does not come, or hides what does: {}", pages[7]);
        assert!(sent < 8 && pages[7].text.contains("ann@bücher.example"), "{path}: {}", pages[7]);
    }
}
