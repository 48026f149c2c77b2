//! A browser whose user has proved access to the mailbox is known: strangers' wrong passwords do not lock it out.

use serde_json::json;

use crate::common::{Browser, Change, NEW, OLD, OTHER, Person, Setting, Site};

for_every_strategy! {
    strangers_who_guess_do_not_stop_the_sign_in_that_ends_a_reset,
}

for_both_databases! {
    a_link_that_was_only_opened_makes_nobody_known,
}

fn few_guesses() -> Vec<Change<'static>> {
    vec![
        ("latchkey.limits.enabled", true.into()),
        ("latchkey.limits.sign_ins_per_address", json!(3)),
        ("latchkey.reset.login_after", false.into()),
    ]
}

/// Uses up the tries of strangers.
async fn guess(app: &Site, person: &Person) {
    let stranger = app.browser();
    for _ in 0..6 {
        app.sign_in(&stranger, &person.email, OTHER).await;
    }
    assert_eq!(app.sign_in(&stranger, &person.email, &person.password).await.status, 429);
}

async fn signs_in(app: &Site, browser: &Browser, person: &Person, password: &str) -> bool {
    app.sign_in(browser, &person.email, password).await;
    browser.is_signed_in().await
}

async fn strangers_who_guess_do_not_stop_the_sign_in_that_ends_a_reset(setting: Setting) {
    let app = setting.app_with(&few_guesses()).await;
    let ann = app.person("ann").await;
    guess(&app, &ann).await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &app.key(&ann).await.link(), &ann).await;
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    app.finish(&browser, page, &ann, NEW).await;
    // A strategy that ends with a sign-in may have requested it already.
    let signed_in = browser.is_signed_in().await || signs_in(&app, &browser, &ann, NEW).await;
    assert!(signed_in, "strangers keep the owner out at the end of a reset");
}

async fn a_link_that_was_only_opened_makes_nobody_known(setting: Setting) {
    let app = setting.app_with(&few_guesses()).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.get(&app.key(&ann).await.link()).await;
    guess(&app, &ann).await;
    assert!(!signs_in(&app, &browser, &ann, OLD).await, "a scanner that follows links becomes known");
}
