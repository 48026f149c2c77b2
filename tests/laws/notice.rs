//! After every reset the owner gets a notice, and "this wasn't me" undoes the reset.

use reqwest::Method;

use crate::common::{Browser, Message, NEW, OLD, OTHER, Person, Setting, Site};

for_every_strategy! {
    looking_at_the_notices_link_changes_nothing,
    this_was_not_me_takes_the_account_back,
    this_was_not_me_works_after_further_requests,
    this_was_not_me_works_once_and_for_three_days,
}

for_both_databases! {
    an_address_that_was_left_hears_of_it_for_a_week,
    an_address_that_a_thief_set_hears_nothing_afterwards,
}

/// Resets the password of `person` as a thief with access to the mailbox, and returns the notice.
async fn stolen(app: &Site, person: &Person) -> Message {
    let link = app.key(person).await.link();
    app.recover(&app.browser(), person, &link, NEW).await;
    app.mailbox.next_notice(&person.email).await
}

async fn looking_at_the_notices_link_changes_nothing(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = stolen(&app, &ann).await.link();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let scanner = app.browser();
        let answer = scanner.ask(method, &link).await;
        let page = scanner.follow(&link, answer).await;
        assert!(page.status < 400, "{page}");
    }
    assert!(app.opens(&ann.email, NEW).await, "looking at the link undid the reset");
}

async fn this_was_not_me_takes_the_account_back(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = stolen(&app, &ann).await.link();
    let thief = app.signed_in(&Person { password: NEW.into(), ..ann.clone() }).await;
    let own = app.browser();
    let page = own.get(&link).await;
    assert_eq!(page.path(), "/reset/not-me", "{page}");
    let page = own.press(&page, "/reset/not-me").await;
    assert_eq!(page.status, 200, "{page}");
    assert!(!thief.is_signed_in().await, "the thief stays signed in");
    assert!(!app.opens(&ann.email, NEW).await, "the thief's password still works");
    let reset = app.mailbox.next_key(&ann.email).await;
    app.recover(&app.browser(), &ann, &reset.link(), OTHER).await;
    assert!(app.opens(&ann.email, OTHER).await);
}

async fn this_was_not_me_works_after_further_requests(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = stolen(&app, &ann).await.link();
    let further = app.key(&ann).await.link();
    app.key(&ann).await;
    let own = app.browser();
    let page = own.get(&link).await;
    own.press(&page, "/reset/not-me").await;
    assert!(!app.opens(&ann.email, NEW).await);
    assert!(app.browser().get(&further).await.status >= 400, "a key that the thief asked for outlives it");
}

async fn this_was_not_me_works_once_and_for_three_days(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = stolen(&app, &ann).await.link();
    app.minutes_pass(72 * 60 - 1);
    let page = app.browser().get(&link).await;
    assert_eq!(page.path(), "/reset/not-me", "{page}");
    let own = app.browser();
    let page = own.get(&link).await;
    own.press(&page, "/reset/not-me").await;
    assert!(app.browser().get(&link).await.status >= 400, "the link works twice");

    let bob = app.person("bob").await;
    let link = stolen(&app, &bob).await.link();
    app.minutes_pass(72 * 60 + 1);
    assert!(app.browser().get(&link).await.status >= 400, "the link works after three days");
    assert!(app.opens(&bob.email, NEW).await);
}

async fn change_address(app: &Site, own: &Browser, to: &str) {
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", to), ("current-password", OLD)]).await;
    let page = own.get(&app.mailbox.next(to).await.link()).await;
    let page = own.press(&page, "/account/email/confirm").await;
    assert_eq!(page.status, 200, "{page}");
}

async fn an_address_that_was_left_hears_of_it_for_a_week(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    change_address(&app, &app.signed_in(&ann).await, "anna@example.org").await;
    app.mailbox.next_notice(&ann.email).await;
    let anna = Person { email: "anna@example.org".into(), ..ann.clone() };
    app.mailbox.rest(&anna.email).await;
    for (days, hears) in [(6, true), (2, false)] {
        app.minutes_pass(days * 24 * 60);
        stolen(&app, &anna).await;
        let told = app.mailbox.rest(&ann.email).await;
        assert_eq!(told.len(), usize::from(hears), "{told:?}");
        assert!(told.iter().all(|told| told.text.contains("The password was changed") && !told.has_link()));
    }
}

async fn an_address_that_a_thief_set_hears_nothing_afterwards(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let thief = app.signed_in(&ann).await;
    change_address(&app, &thief, "thief@example.org").await;
    let own = app.browser();
    let page = own.get(&app.mailbox.next_notice(&ann.email).await.link()).await;
    own.press(&page, "/reset/not-me").await;
    let reset = app.mailbox.next_key(&ann.email).await;
    app.mailbox.rest("thief@example.org").await;
    app.recover(&app.browser(), &ann, &reset.link(), NEW).await;
    app.mailbox.next_notice(&ann.email).await;
    assert!(app.mailbox.rest("thief@example.org").await.is_empty());
}
