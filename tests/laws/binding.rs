//! A form belongs to the key it was made for, a key to its account, and a reset to whoever finishes it.

use crate::{
    common::{NEW, OLD, OTHER, Setting, Strategy},
    key::is_unusable,
};

for_every_strategy! {
    a_form_made_for_another_key_is_refused,
    no_field_can_change_whose_password_is_set,
    a_link_works_in_a_browser_where_somebody_else_is_signed_in,
    an_opened_link_is_not_a_session,
    a_page_of_another_strategy_is_of_no_use,
    a_form_without_its_key_is_refused,
}

mod an_answer_that_gets_lost_at_the_first_button_costs_nothing {
    on_both_databases!(super::super::an_answer_that_gets_lost_at_the_first_button_costs_nothing =>
        second_key SecondKey, sms_approved SmsApproved);
}

async fn an_answer_that_gets_lost_at_the_first_button_costs_nothing(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    browser.copy().press(&page, &format!("{}/send", setting.strategy.path())).await;
    app.mailbox.next_code(if ann.phone.is_empty() { &ann.email } else { &ann.phone }).await;
    browser.submit(&browser.get("/reset").await, &[("email", &ann.email)]).await;
    let link = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&browser, &ann, &link, NEW).await;
}

async fn a_form_made_for_another_key_is_refused(setting: Setting) {
    let app = setting.app().await;
    let (victim, thief) = (app.person("victim").await, app.person("thief").await);
    let own = app.key(&victim).await.link();
    let foreign = app.key(&thief).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &own, &victim).await;
    let sent = app.spending(&browser, &ready, NEW);
    browser.get(&foreign).await;
    let page = browser.post(&sent).await;
    assert!(page.status >= 400, "{page}");
    assert!(!browser.is_signed_in().await);
    assert!(app.opens(&thief.email, OLD).await && !app.opens(&thief.email, NEW).await);
    assert!(app.opens(&victim.email, OLD).await && !app.opens(&victim.email, NEW).await);
    app.recover(&app.browser(), &thief, &foreign, OTHER).await;
}

async fn no_field_can_change_whose_password_is_set(setting: Setting) {
    let app = setting.app().await;
    let (victim, thief) = (app.person("victim").await, app.person("thief").await);
    let link = app.key(&thief).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &thief).await;
    let mut sent = app.spending(&browser, &ready, NEW);
    for name in ["email", "user_id", "account", "account_id", "username", "id"] {
        sent.fields.push((name.into(), victim.email.clone()));
    }
    let page = browser.post(&sent).await;
    if page.status < 400 && setting.strategy.ends_with_password() {
        assert!(app.opens(&thief.email, NEW).await);
    }
    assert!(app.opens(&victim.email, OLD).await && !app.opens(&victim.email, NEW).await);
    assert!(app.mailbox.rest(&victim.email).await.is_empty(), "the victim got mail for the thief's reset");
}

async fn a_link_works_in_a_browser_where_somebody_else_is_signed_in(setting: Setting) {
    let app = setting.app().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let browser = app.signed_in(&bob).await;
    let link = app.key(&ann).await.link();
    let page = browser.get(&link).await;
    assert!(
        page.text.contains("a•••@example.com") && page.text.contains("b•••@example.com"),
        "says whose: {page}"
    );
    assert!(browser.is_signed_in().await, "opening a link ended a session");
    app.recover(&browser, &ann, &link, NEW).await;
    let account = browser.get("/account").await;
    assert!(account.text.contains(&ann.email) && !account.text.contains(&bob.email), "{account}");
    assert!(app.opens(&bob.email, OLD).await);
}

async fn an_opened_link_is_not_a_session(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    app.prepare(&browser, &link, &ann).await;
    for place in
        ["/account", "/change", "/account/email", "/account/phone", "/account/sessions", "/account/delete"]
    {
        assert_eq!(browser.get(place).await.path(), "/login", "{place} opens with a ticket");
    }
    let page = browser.get("/reset/new-password").await;
    assert!(!page.asks(&["new_password"]), "the form of a restricted session opens with a ticket: {page}");
}

async fn a_page_of_another_strategy_is_of_no_use(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let own = app.spending(&browser, &ready, NEW);
    let query = own.to.split_once('?').expect("the form's key").1;
    for other in Strategy::ALL.into_iter().filter(|other| *other != setting.strategy) {
        let mut sent = own.clone();
        sent.to = format!("{}?{query}", other.path());
        sent.fields.push(("new_password".into(), NEW.into()));
        sent.fields.dedup_by(|a, b| a.0 == b.0);
        let page = browser.post(&sent).await;
        assert!(page.status >= 400, "{:?} takes a ticket of {:?}: {page}", other, setting.strategy);
        assert!(!browser.is_signed_in().await);
    }
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, NEW).await);
}

async fn a_form_without_its_key_is_refused(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let mut sent = app.spending(&browser, &ready, NEW);
    is_unusable(&app, &app.browser().post(&sent).await).await;
    sent.to = sent.to.split('?').next().expect("a path").to_owned();
    assert!(browser.post(&sent).await.status >= 400, "a form that does not say which key it is for");
    assert!(app.opens(&ann.email, OLD).await && !app.opens(&ann.email, NEW).await);
}
