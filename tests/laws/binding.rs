//! A form belongs to the key it was made for, a key to its account, and a reset to whoever finishes it.

use crate::{
    common::{Capabilities, NEW, OLD, Setting, Strategy},
    key::is_unusable,
};

for_every_strategy! {
    a_link_works_in_a_browser_where_somebody_else_is_signed_in,
    a_page_of_another_strategy_is_of_no_use,
    a_form_without_its_key_is_refused,
}

for_every_strategy_that! { takes_code: an_answer_that_gets_lost_at_the_first_button_costs_nothing }

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

async fn a_page_of_another_strategy_is_of_no_use(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let own = app.spending(&browser, &ready, NEW);
    let query = own.to.split_once('?').expect("the form's key").1;
    for other in Strategy::all().iter().filter(|other| **other != setting.strategy) {
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
