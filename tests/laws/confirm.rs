//! Registration: an address must be proved first, and nobody can prepare an account for another person.

use reqwest::Method;
use serde_json::json;

use crate::common::{NEW, OLD, OTHER, Setting};

for_both_databases! {
    the_browser_that_registered_confirms_by_a_button,
    another_browser_types_the_password_that_was_chosen,
    another_browser_may_choose_a_new_password,
    an_unconfirmed_account_signs_nobody_in,
    looking_at_the_confirmation_confirms_nothing,
    a_confirmation_works_once,
    a_confirmation_can_be_asked_for_again,
    registering_a_taken_address_writes_to_its_owner,
    who_registers_first_for_somebody_else_gets_nothing,
    fields_of_the_site_are_asked_and_kept,
    nothing_else_can_be_set_by_registering,
    an_invited_person_sets_a_password,
}

async fn the_browser_that_registered_confirms_by_a_button(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.get(&link).await;
    assert_eq!(page.path(), "/confirm/address", "{page}");
    assert!(page.form_to("/confirm/address").fields.iter().all(|field| field.kind != "password"), "{page}");
    browser.press(&page, "/confirm/address").await;
    assert!(app.opens("ann@example.com", OLD).await);
}

async fn another_browser_types_the_password_that_was_chosen(setting: Setting) {
    let app = setting.app().await;
    app.register(&app.browser(), "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let other = app.browser();
    let page = other.get(&link).await;
    let wrong = other.submit(&page, &[("current-password", NEW)]).await;
    assert!((400..500).contains(&wrong.status), "{wrong}");
    assert!(!app.opens("ann@example.com", OLD).await, "a wrong password confirms");
    other.submit(&wrong, &[("current-password", OLD)]).await;
    assert!(app.opens("ann@example.com", OLD).await);
}

async fn another_browser_may_choose_a_new_password(setting: Setting) {
    let app = setting.app().await;
    app.register(&app.browser(), "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let other = app.browser();
    let page = other.get(&link).await;
    other.submit(&page, &[("new_password", NEW)]).await;
    assert!(app.opens("ann@example.com", NEW).await && !app.opens("ann@example.com", OLD).await);
}

async fn an_unconfirmed_account_signs_nobody_in(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    assert!(!browser.is_signed_in().await && !app.opens("ann@example.com", OLD).await);
}

async fn looking_at_the_confirmation_confirms_nothing(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::GET] {
        browser.ask(method, &link).await;
    }
    browser.get(&link).await;
    assert!(!app.opens("ann@example.com", OLD).await);
}

async fn a_confirmation_works_once(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.get(&link).await;
    let sent = browser.sent(&page, page.form_to("/confirm/address"), &[]);
    browser.post(&sent).await;
    let again = browser.get(&link).await;
    assert!(again.status >= 400 && !again.offers("/confirm/address"), "{again}");
    assert!(browser.post(&sent).await.status >= 400);
}

async fn a_confirmation_can_be_asked_for_again(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    app.register(&browser, "ann@example.com", OLD).await;
    app.mailbox.next("ann@example.com").await;
    app.minutes_pass(30);
    let form = browser.get("/confirm").await;
    browser.submit(&form, &[("email", "ann@example.com")]).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.get(&link).await;
    browser.press(&page, "/confirm/address").await;
    assert!(app.opens("ann@example.com", OLD).await);
}

async fn registering_a_taken_address_writes_to_its_owner(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let form = app.register(&app.browser(), "ANN@Example.com", OTHER).await;
    assert_eq!(form.status, 200);
    let told = app.mailbox.next(&ann.email).await;
    assert!(!told.has_link() || !told.link().contains("/confirm/"), "{}", told.text);
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, OTHER).await);
}

async fn who_registers_first_for_somebody_else_gets_nothing(setting: Setting) {
    let app = setting.app().await;
    let thief = app.browser();
    app.register(&thief, "ann@example.com", OTHER).await;
    app.mailbox.next("ann@example.com").await;
    let own = app.browser();
    app.register(&own, "ann@example.com", OLD).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = own.get(&link).await;
    own.press(&page, "/confirm/address").await;
    assert!(app.opens("ann@example.com", OLD).await && !app.opens("ann@example.com", OTHER).await);
    assert!(!thief.is_signed_in().await);
}

async fn fields_of_the_site_are_asked_and_kept(setting: Setting) {
    let fields = json!([
        { "name": "nick", "label": "What we call you", "required": true, "max_length": 20 },
        { "name": "town", "label": "Where you live", "required": false, "max_length": 40 },
    ]);
    let app = setting.app_with(&[("latchkey.register.fields", fields)]).await;
    let browser = app.browser();
    let form = browser.get("/register").await;
    let base = [("email", "ann@example.com"), ("password", OLD)];
    for nick in ["", &"x".repeat(21)] {
        let page = browser.submit(&form, &[base[0], base[1], ("field.nick", nick)]).await;
        assert!((400..500).contains(&page.status), "{nick:?}: {page}");
    }
    let nick = "<b>{{1234*5}}</b>";
    browser.submit(&form, &[base[0], base[1], ("field.nick", nick)]).await;
    let link = app.mailbox.next("ann@example.com").await.link();
    let page = browser.get(&link).await;
    browser.press(&page, "/confirm/address").await;
    app.sign_in(&browser, "ann@example.com", OLD).await;
    let page = browser.get("/account").await;
    assert!(page.text.contains("What we call you") && page.text.contains(nick), "{page}");
    assert!(!page.body.contains("<b>") && !page.text.contains("6170"));
}

async fn nothing_else_can_be_set_by_registering(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    let form = browser.get("/register").await;
    let mut sent = browser.fill(&form, &[("email", "ann@example.com"), ("password", OLD)]);
    for (name, value) in
        [("role", "admin"), ("roles", "admin"), ("confirmed", "1"), ("enabled", "1"), ("field.role", "admin")]
    {
        sent.fields.push((name.into(), value.into()));
    }
    let page = browser.post(&sent).await;
    assert!(page.status < 500);
    if page.status < 400 {
        let link = app.mailbox.next("ann@example.com").await.link();
        let page = browser.get(&link).await;
        browser.press(&page, "/confirm/address").await;
        app.sign_in(&browser, "ann@example.com", OLD).await;
        assert!(!browser.get("/account").await.text.contains("admin"));
    }
}

async fn an_invited_person_sets_a_password(setting: Setting) {
    let app = setting.app().await;
    app.latchkey(&["user", "add", "ann@example.com", "--role", "editor"]);
    let link = app.mailbox.next("ann@example.com").await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    assert!(page.asks(&["new_password"]) && !page.asks(&["current-password"]), "{page}");
    browser.submit(&page, &[("new_password", OLD)]).await;
    app.sign_in(&browser, "ann@example.com", OLD).await;
    assert!(browser.get("/account").await.text.contains("editor"));
}
