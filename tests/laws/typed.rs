//! The code beside the link: valid in the browser that asked, for a few tries, and as long as the link.

use crate::common::{Browser, Capabilities, Message, NEW, Page, Setting, Site, Strategy, until_sent};

for_every_strategy! {
    a_code_does_in_the_browser_that_asked_what_the_link_does,
    a_code_of_another_browser_or_request_is_wrong,
    three_wrong_codes_end_the_code_and_not_the_link,
    a_code_ends_with_its_link,
}

for_both_databases! {
    a_wrong_code_is_answered_alike_whoever_is_named,
    a_code_starts_again_where_a_reset_is_under_way_elsewhere,
    who_asks_too_much_is_told_when_to_ask_again,
    a_link_or_a_whole_key_may_be_typed_instead,
    no_page_offers_to_type_what_no_message_carries,
}

async fn ask(browser: &Browser, email: &str) -> Page {
    browser.submit(&browser.get("/reset").await, &[("email", email)]).await
}

/// Requests a reset in `browser`; returns the page with the code's field, and the message.
async fn asked(app: &Site, browser: &Browser, email: &str) -> (Page, Message) {
    let page = ask(browser, email).await;
    assert_eq!((page.status, page.path()), (200, "/reset/sent"), "{page}");
    (page, app.mailbox.next_key(email).await)
}

async fn type_code(browser: &Browser, code: &str) -> Page {
    browser.submit(&browser.get("/reset/sent").await, &[("one-time-code", code)]).await
}

fn wrong(code: &str) -> String {
    let last = if code.ends_with('7') { '8' } else { '7' };
    format!("{}{last}", &code[..code.len() - 1])
}

async fn a_code_does_in_the_browser_that_asked_what_the_link_does(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (page, message) = asked(&app, &browser, &ann.email).await;
    let code = format!(" {} ", message.code().to_uppercase().replace('-', " "));
    let page = browser.submit(&page, &[("one-time-code", &code)]).await;
    assert_eq!(page.path(), setting.strategy.path(), "{page}");
    app.recover(&browser, &ann, &message.link(), NEW).await;
    assert!(app.opens(&ann.email, NEW).await);
}

async fn a_code_of_another_browser_or_request_is_wrong(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (own, other) = (app.browser(), app.browser());
    let (_, before) = asked(&app, &own, &ann.email).await;
    asked(&app, &other, &ann.email).await;
    let (_, message) = asked(&app, &own, &ann.email).await;
    for (browser, code) in [(&other, message.code()), (&own, before.code())] {
        assert_eq!(type_code(browser, &code).await.status, 422);
        assert_eq!(browser.get(&setting.strategy.path()).await.status, 410);
    }
    assert!(
        !app.browser().get("/reset/sent").await.asks(&["one-time-code"]),
        "a field for who asked for nothing"
    );
    assert_eq!(type_code(&own, &message.code()).await.path(), setting.strategy.path());
}

async fn three_wrong_codes_end_the_code_and_not_the_link(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann.email).await;
    for _ in 0..3 {
        assert_eq!(type_code(&browser, &wrong(&message.code())).await.status, 422);
    }
    let page = type_code(&browser, &message.code()).await;
    assert!(page.status == 422 && page.text.contains("no longer works"), "{page}");
    app.recover(&app.browser(), &ann, &message.link(), NEW).await;
}

async fn a_code_ends_with_its_link(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann.email).await;
    app.minutes_pass(setting.strategy.minutes() + 1);
    assert_eq!(type_code(&browser, &message.code()).await.status, 422);
    let (_, message) = asked(&app, &browser, &ann.email).await;
    app.recover(&app.browser(), &ann, &message.link(), NEW).await;
    assert_eq!(type_code(&browser, &message.code()).await.status, 422);
}

async fn a_wrong_code_is_answered_alike_whoever_is_named(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    app.account("known@example.com").await;
    let mut told = Vec::new();
    for email in ["known@example.com", "nobody@example.com"] {
        let browser = app.browser();
        ask(&browser, email).await;
        for turn in 0..5 {
            let page = type_code(&browser, "0123-4567").await;
            told.push((turn, page.status, page.body.replace(email, "…")));
        }
    }
    let unknown = told.split_off(5);
    assert_eq!(told, unknown);
}

async fn a_code_starts_again_where_a_reset_is_under_way_elsewhere(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let lost = app.browser();
    let page = lost.get(&link).await;
    lost.submit(&page, &[("new-password", "short")]).await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann.email).await;
    let page = type_code(&browser, &message.code()).await;
    assert_eq!(page.path(), "/reset/restart", "{page}");
    browser.press(&page, "/reset/restart").await;
    app.recover(&browser, &ann, &message.link(), NEW).await;
}

async fn who_asks_too_much_is_told_when_to_ask_again(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let ann = app.account("ann@example.com").await;
    let mut told = Vec::new();
    for email in [&*ann.email, "eve@example.com"] {
        let browser = app.browser();
        let mut page = ask(&browser, email).await;
        for _ in 0..8 {
            // As people do, asks again when no message has come.
            until_sent(&setting.database).await;
            page = ask(&browser, email).await;
        }
        until_sent(&setting.database).await;
        assert!(page.text.contains("You can ask again at"), "over the limit, and no word of it: {page}");
        told.push(page.body.replace(email, "…").replace(|digit: char| digit.is_ascii_digit(), ""));
        if email == ann.email {
            let messages = app.mailbox.rest(email).await;
            let newest = messages.iter().rfind(|message| message.is_key()).expect("a message");
            let page = type_code(&browser, &newest.code()).await;
            assert_eq!(page.path(), setting.strategy.path(), "the newest message is of no use: {page}");
        }
    }
    assert_eq!(told[0], told[1], "the limit tells who has an account");
}

async fn a_link_or_a_whole_key_may_be_typed_instead(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann.email).await;
    let link = message.link();
    for typed in [link.as_str(), link.rsplit('/').next().expect("a path")] {
        assert_eq!(type_code(&browser, typed).await.path(), setting.strategy.path());
    }
}

async fn no_page_offers_to_type_what_no_message_carries(setting: Setting) {
    let app = setting.app().await;
    for page in [app.browser().get("/reset").await, app.ask_reset("ann@example.com").await] {
        assert!(!page.links.iter().any(|link| link == "/reset/key"), "{page}");
    }
    assert_eq!(setting.strategy, Strategy::SetThenLogin);
}
