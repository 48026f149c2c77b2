//! Anybody who reads the mailbox gets in with the newest message, in any browser, whatever happened before.

use crate::{
    admin::{admin, place},
    common::{Browser, Capabilities, NEW, OLD, OTHER, Page, Person, Ready, Setting, Site},
    key::is_unusable,
};

for_every_strategy! {
    who_has_lost_a_browser_gets_in_with_another,
    an_admin_sends_a_reset_while_another_is_under_way,
    what_the_owner_asked_for_is_sent_again_and_not_superseded,
}

for_every_strategy_that! {
    ends_with_password:
    a_link_that_starts_again_ends_nothing_until_its_button,
    starting_again_ends_the_other_reset,
    a_stranger_does_not_take_the_owners_new_start_away,
    a_new_start_is_not_cancelled_nor_used_without_its_button,
}

/// Continues in `browser` until the key is bound to it, or spent.
async fn begin(app: &Site, browser: &Browser, link: &str, person: &Person) -> Option<Ready> {
    let strategy = app.setting.strategy;
    if strategy.ends_with_password() && !strategy.takes_code() {
        let page = browser.get(link).await;
        browser.submit(&page, &[("new-password", "short")]).await;
    }
    let ready = app.prepare(browser, link, person).await;
    if strategy.ends_with_password() {
        return Some(ready);
    }
    browser.post(&app.spending(browser, &ready, NEW)).await;
    None
}

async fn ask(browser: &Browser, email: &str) -> Page {
    browser.submit(&browser.get("/reset").await, &[("email", email)]).await
}

/// Opens a link and presses the button to start again, if there is one.
async fn start_again(browser: &Browser, link: &str) -> bool {
    let page = browser.get(link).await;
    let offered = page.path() == "/reset/restart";
    if offered {
        browser.press(&page, "/reset/restart").await;
    }
    offered
}

async fn who_has_lost_a_browser_gets_in_with_another(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let bound = begin(&app, &app.browser(), &link, &ann).await.is_some();
    let mut link = String::new();
    for turn in 0..2 {
        let browser = app.browser();
        ask(&browser, &ann.email).await;
        let message = app.mailbox.next_key(&ann.email).await;
        link = message.link();
        assert_eq!(start_again(&browser, &link).await, bound, "turn {turn}: {message:?}");
        assert!(
            !bound || message.text.contains("Firefox on Linux since"),
            "where it is under way: {message:?}"
        );
        begin(&app, &browser, &link, &ann).await;
    }
    let browser = app.browser();
    ask(&browser, &ann.email).await;
    let newest = app.mailbox.next_key(&ann.email).await.link();
    assert_ne!(newest, link);
    start_again(&browser, &newest).await;
    app.recover(&browser, &ann, &newest, NEW).await;
    assert!(app.opens(&ann.email, NEW).await);
}

async fn an_admin_sends_a_reset_while_another_is_under_way(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (_, root) = admin(&app).await;
    let link = app.key(&ann).await.link();
    begin(&app, &app.browser(), &link, &ann).await;
    let place = place(&root, &ann.email).await;
    let page = root.press(&root.get(&place).await, &format!("{place}/send-reset")).await;
    assert!(page.status < 400, "{page}");
    let link = app.mailbox.next_key(&ann.email).await.link();
    let browser = app.browser();
    assert!(!start_again(&browser, &link).await, "an admin's reset needs no button more");
    app.recover(&browser, &ann, &link, NEW).await;
}

async fn what_the_owner_asked_for_is_sent_again_and_not_superseded(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    ask(&own, &ann.email).await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    for _ in 0..3 {
        app.ask_reset(&ann.email).await;
        assert_eq!(
            app.mailbox.next_key(&ann.email).await.link(),
            link,
            "a stranger supersedes the owner's link"
        );
    }
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_link_that_starts_again_ends_nothing_until_its_button(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (link, browser) = (app.key(&ann).await.link(), app.browser());
    let ready = begin(&app, &browser, &link, &ann).await.expect("a key that is bound");
    app.ask_reset(&ann.email).await;
    let again = app.mailbox.next_key(&ann.email).await.link();
    for _ in 0..2 {
        assert_eq!(app.browser().get(&again).await.path(), "/reset/restart");
    }
    browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!(browser.is_signed_in().await, "a request by somebody else took the key away");
    is_unusable(&app, &app.browser().get(&again).await).await;
}

async fn starting_again_ends_the_other_reset(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (link, browser) = (app.key(&ann).await.link(), app.browser());
    let ready = begin(&app, &browser, &link, &ann).await.expect("a key that is bound");
    let other = app.browser();
    ask(&other, &ann.email).await;
    let again = app.mailbox.next_key(&ann.email).await.link();
    assert!(start_again(&other, &again).await);
    let page = browser.post(&app.spending(&browser, &ready, OTHER)).await;
    assert!(page.status >= 400 && !browser.is_signed_in().await, "two resets go on: {page}");
    is_unusable(&app, &app.browser().get(&link).await).await;
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, OTHER).await);
    app.recover(&other, &ann, &again, NEW).await;
}

async fn a_stranger_does_not_take_the_owners_new_start_away(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    begin(&app, &app.browser(), &link, &ann).await;
    ask(&own, &ann.email).await;
    let again = app.mailbox.next_key(&ann.email).await.link();
    app.ask_reset(&ann.email).await;
    assert_eq!(app.mailbox.next_key(&ann.email).await.link(), again);
    assert!(start_again(&own, &again).await);
    app.recover(&own, &ann, &again, NEW).await;
}

async fn a_new_start_is_not_cancelled_nor_used_without_its_button(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (link, browser) = (app.key(&ann).await.link(), app.browser());
    let ready = begin(&app, &browser, &link, &ann).await.expect("a key that is bound");
    app.ask_reset(&ann.email).await;
    let other = app.browser();
    let page = other.get(&app.mailbox.next_key(&ann.email).await.link()).await;
    let mut sent = other.sent(&page, page.form_to("/reset/restart"), &[]);
    let query = sent.to.split_once('?').expect("the form's key").1.to_owned();
    for step in ["/reset/cancel", &setting.strategy.path()] {
        sent.to = format!("{step}?{query}");
        is_unusable(&app, &other.post(&sent).await).await;
        assert_eq!(other.get(&setting.strategy.path()).await.status, 410);
    }
    browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!(browser.is_signed_in().await, "a link without its button took the key away");
}
