//! Changes by the owner: each requires the password, notifies the former address, and ends all pending keys.

use crate::common::{NEW, OLD, OTHER, Person, Setting};

for_both_databases! {
    changing_the_password_asks_for_it_and_ends_the_others,
    changing_the_address_is_confirmed_and_told,
    a_change_of_address_dies_with_a_reset,
    a_phone_is_verified_by_code,
    any_change_kills_the_keys_on_their_way,
    the_form_of_a_restricted_session_is_closed_to_a_full_one,
}

async fn changing_the_password_asks_for_it_and_ends_the_others(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (own, other) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    let form = own.get("/change").await;
    let wrong = own.submit(&form, &[("current-password", OTHER), ("new_password", NEW)]).await;
    assert!((400..500).contains(&wrong.status), "{wrong}");
    let page = own.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
    assert!(page.status < 400 && own.is_signed_in().await, "{page}");
    assert!(!other.is_signed_in().await);
    assert!(app.opens(&ann.email, NEW).await && !app.opens(&ann.email, OLD).await);
    let notice = app.mailbox.next(&ann.email).await;
    assert!(notice.link().contains("/reset/"), "{}", notice.text);
}

async fn changing_the_address_is_confirmed_and_told(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let form = own.get("/account/email").await;
    let wrong = own.submit(&form, &[("email", "anna@example.org"), ("current-password", OTHER)]).await;
    assert!((400..500).contains(&wrong.status), "{wrong}");
    own.submit(&form, &[("email", "anna@example.org"), ("current-password", OLD)]).await;
    let link = app.mailbox.next("anna@example.org").await.link();
    assert!(app.opens(&ann.email, OLD).await, "the address changed before it was confirmed");
    let page = own.get(&link).await;
    own.press(&page, "/account/email/confirm").await;
    assert!(app.opens("anna@example.org", OLD).await && !app.opens(&ann.email, OLD).await);
    let told = app.mailbox.next(&ann.email).await;
    assert!(told.text.contains("anna@example.org") || told.text.contains("•••"), "{}", told.text);
}

async fn a_change_of_address_dies_with_a_reset(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let thief = app.signed_in(&ann).await;
    let form = thief.get("/account/email").await;
    thief.submit(&form, &[("email", "thief@example.org"), ("current-password", OLD)]).await;
    let change = app.mailbox.next("thief@example.org").await.link();
    app.mailbox.rest(&ann.email).await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    let page = thief.get(&change).await;
    assert!(page.status >= 400 && !page.offers("/account/email/confirm"), "{page}");
    assert!(!app.opens("thief@example.org", NEW).await && app.opens(&ann.email, NEW).await);
}

async fn a_phone_is_verified_by_code(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    let form = own.get("/account/phone").await;
    let wrong = own.submit(&form, &[("tel", "+4915112345678"), ("current-password", OTHER)]).await;
    assert!((400..500).contains(&wrong.status), "{wrong}");
    let page = own.submit(&form, &[("tel", "+49 151 1234 5678"), ("current-password", OLD)]).await;
    let sms = app.mailbox.next("+4915112345678").await;
    assert_eq!(sms.channel, "sms");
    assert!(sms.text.lines().last().is_some_and(|line| line.starts_with("@127.0.0.1 #")), "{}", sms.text);
    let wrong = own.submit(&page, &[("one-time-code", "1234567")]).await;
    assert!((400..500).contains(&wrong.status), "{wrong}");
    let page = own.submit(&page, &[("one-time-code", &sms.code())]).await;
    assert!(page.status < 400, "{page}");
    assert!(own.get("/account").await.text.contains("78"), "the account shows the phone's end");
}

async fn any_change_kills_the_keys_on_their_way(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let own = app.signed_in(&ann).await;
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", OLD), ("new_password", NEW)]).await;
    assert!(app.browser().get(&link).await.status >= 400, "a key outlives a change of password");
    app.mailbox.rest(&ann.email).await;

    let ann = Person { password: NEW.into(), ..ann };
    let link = app.key(&ann).await.link();
    app.add_phone(&ann).await;
    assert!(app.browser().get(&link).await.status >= 400, "a key outlives a change of phone");
}

async fn the_form_of_a_restricted_session_is_closed_to_a_full_one(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = app.signed_in(&ann).await;
    assert!(!own.get("/reset/new-password").await.asks(&["new_password"]));
    let sent = crate::common::Sent {
        to: "/reset/new-password".into(),
        fields: vec![("new_password".into(), NEW.into())],
    };
    assert!(own.post(&sent).await.status >= 400);
    assert!(app.opens(&ann.email, OLD).await);
}
