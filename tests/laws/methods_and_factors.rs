//! Ways to sign in beside second factors: what proved somebody first is never the second proof as well.

use serde_json::json;

use super::methods::{asked, offering, press};
use crate::common::{
    Authenticator, Person, Setting, TestApp,
    factors::{prove, with_app},
    ways_in::{ask, type_code},
};

for_both_databases! {
    a_mailed_link_owes_the_factor,
    a_code_by_mail_is_no_second_factor_after_a_mailed_link,
    who_signs_in_by_mail_sets_up_another_factor,
    a_required_factor_is_not_replaced_by_one_of_a_thiefs,
    codes_to_another_number_are_another_factor,
    an_app_signs_in_alone,
    the_code_of_an_app_counts_once_whatever_it_is_for,
    who_has_an_app_cannot_be_told_from_others,
    wrong_codes_of_an_app_are_counted,
}

const OTHER_PHONE: &str = "+4915199999999";

async fn a_mailed_link_owes_the_factor(setting: Setting) {
    let app = offering(&setting, &["password", "email_code", "email_link"]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    for by_link in [true, false] {
        let browser = app.browser();
        let (_, message) = asked(&app, &browser, &ann).await;
        let page = match by_link {
            true => press(&browser, &message.link()).await,
            false => type_code(&browser, &message.code()).await,
        };
        assert!(page.path() == "/login/factor" && !browser.is_signed_in().await, "{page}");
        prove(&browser, &page, &authenticator.code(&app)).await;
        assert!(browser.is_signed_in().await);
        app.next_code_is_shown();
    }
}

/// Ann, whose only factor are codes by mail.
async fn with_mailed_codes(app: &TestApp) -> Person {
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let page = browser.get("/account/factors").await;
    let page = browser.press(&page, "/account/factors/email/start").await;
    let code = app.mailbox.next_code(&ann.email).await;
    browser.submit(&page, &[("one-time-code", &code)]).await;
    app.mailbox.rest(&ann.email).await;
    ann
}

async fn a_code_by_mail_is_no_second_factor_after_a_mailed_link(setting: Setting) {
    let app = offering(&setting, &["password", "email_link"]).await;
    let ann = with_mailed_codes(&app).await;
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    assert_eq!(page.path(), "/login/factor", "after the password it is one: {page}");
    // The mailbox alone lets in, as long as nothing else is set up.
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    press(&browser, &message.link()).await;
    assert!(browser.is_signed_in().await);
    // It was a first proof, so the factor itself is asked for before another is added.
    let page = browser.get("/account/factors").await;
    let page = browser.press(&page, "/verify/send").await;
    prove(&browser, &page, &app.mailbox.next_code(&ann.email).await).await;
    let (authenticator, _) = app.set_up_app(&browser).await;
    app.next_code_is_shown();
    app.mailbox.rest(&ann.email).await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    let page = press(&browser, &message.link()).await;
    assert_eq!(page.path(), "/login/factor", "{page}");
    assert!(
        !page.links.iter().any(|link| link.contains("with=email")),
        "the same mailbox is offered: {page}"
    );
    let fields = [("next", ""), ("with", "email"), ("factor", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    browser.post(&crate::common::Sent { to: "/login/factor/send".into(), fields }).await;
    assert!(app.mailbox.rest(&ann.email).await.is_empty());
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
}

async fn who_signs_in_by_mail_sets_up_another_factor(setting: Setting) {
    let methods = ("latchkey.sign_in.methods", json!(["password", "email_link"]));
    let mut app = setting.app_with(std::slice::from_ref(&methods)).await;
    let ann = app.person("ann").await;
    app.switch(app.setting.strategy, &[methods, ("latchkey.sign_in.second_factor", json!("required"))]).await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    let page = press(&browser, &message.link()).await;
    assert!(page.path() == "/account/factors" && !browser.is_signed_in().await, "{page}");
    assert!(!page.offers("/account/factors/email/start"), "{page}");
    let page = browser.press(&page, "/account/factors/totp/start").await;
    let authenticator = Authenticator::scan(&page);
    browser.submit(&page, &[("one-time-code", &authenticator.code(&app))]).await;
    assert!(browser.is_signed_in().await);
}

async fn a_required_factor_is_not_replaced_by_one_of_a_thiefs(setting: Setting) {
    let methods = ("latchkey.sign_in.methods", json!(["password", "totp"]));
    let mut app = setting.app_with(std::slice::from_ref(&methods)).await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    app.switch(app.setting.strategy, &[methods, ("latchkey.sign_in.second_factor", json!("required"))]).await;
    let thief = app.browser();
    let page = thief.get("/login/app").await;
    let code = authenticator.code(&app);
    let page = thief.submit(&page, &[("email", &ann.email), ("one-time-code", &code)]).await;
    assert!(page.path() == "/login/factor" && !thief.is_signed_in().await, "{page}");
    for place in ["/account/factors", "/account/factors/sms"] {
        assert_eq!(thief.get(place).await.path(), "/login", "another factor may be set up");
    }
    prove(&thief, &page, &codes[0]).await;
    assert!(thief.is_signed_in().await, "a recovery code is left");
}

async fn codes_to_another_number_are_another_factor(setting: Setting) {
    let app = offering(&setting, &["password", "sms_code"]).await;
    let ann = app.add_phone(&app.account("ann@example.com").await).await;
    let browser = app.signed_in(&ann).await;
    let page = browser.get("/account/factors/sms").await;
    let page = browser.submit(&page, &[("tel", OTHER_PHONE)]).await;
    browser.submit(&page, &[("one-time-code", &app.mailbox.next_code(OTHER_PHONE).await)]).await;
    app.minutes_pass(2);
    let other = app.browser();
    ask(&other, "sms", &ann.email).await;
    let code = app.mailbox.next(&ann.phone).await.code();
    let page = type_code(&other, &code).await;
    assert!(
        page.path() == "/login/factor" && !other.is_signed_in().await,
        "the number alone is enough: {page}"
    );
    let page = other.press(&page, "/login/factor/send").await;
    prove(&other, &page, &app.mailbox.next_code(OTHER_PHONE).await).await;
    assert!(other.is_signed_in().await);
}

/// Signs in by an app alone; returns whether it did.
async fn enters(app: &TestApp, email: &str, code: &str) -> bool {
    let browser = app.browser();
    let page = browser.get("/login/app").await;
    browser.submit(&page, &[("email", email), ("one-time-code", code)]).await;
    browser.is_signed_in().await
}

async fn an_app_signs_in_alone(setting: Setting) {
    let app = offering(&setting, &["password", "totp"]).await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    let page = app.browser().get("/login?next=/account/sessions").await;
    assert!(page.links.iter().any(|link| link.starts_with("/login/app?next=/account/sessions")), "{page}");
    assert!(enters(&app, &ann.email, &authenticator.code(&app)).await);
    app.next_code_is_shown();
    assert!(!enters(&app, &ann.email, &codes[0]).await, "a recovery code stands in for a password");
    assert!(!enters(&app, "bob@example.com", &authenticator.code(&app)).await);
}

async fn the_code_of_an_app_counts_once_whatever_it_is_for(setting: Setting) {
    let app = offering(&setting, &["password", "totp"]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let code = authenticator.code(&app);
    assert!(enters(&app, &ann.email, &code).await);
    assert!(!enters(&app, &ann.email, &code).await, "a code signs in twice");
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    prove(&browser, &page, &code).await;
    assert!(!browser.is_signed_in().await, "a code is first and second factor");
}

async fn who_has_an_app_cannot_be_told_from_others(setting: Setting) {
    let app = offering(&setting, &["password", "totp"]).await;
    let (ann, ..) = with_app(&app).await;
    let bob = app.account("bob@example.com").await;
    let mut pages = Vec::new();
    for email in [ann.email.as_str(), &bob.email, "nobody@example.com"] {
        let browser = app.browser();
        let page = browser.get("/login/app").await;
        let page = browser.submit(&page, &[("email", email), ("one-time-code", "000000")]).await;
        assert!(page.text.contains("address or the code is wrong"), "{page}");
        pages.push(page.body.replace(email, ""));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
}

async fn wrong_codes_of_an_app_are_counted(setting: Setting) {
    let app = setting
        .app_with(&[
            ("latchkey.sign_in.methods", json!(["password", "totp", "email_link"])),
            ("latchkey.limits.enabled", true.into()),
        ])
        .await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    for _ in 0..10 {
        assert!(!enters(&app, &ann.email, "000000").await);
    }
    assert!(!enters(&app, &ann.email, &authenticator.code(&app)).await, "an eleventh code is compared");
    // Strangers keep nobody from signing in otherwise, nor from proving the factor.
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
    app.next_code_is_shown();
    own.press(&own.get("/account").await, "/logout").await;
    let page = own.get("/login/app").await;
    own.submit(&page, &[("email", &ann.email), ("one-time-code", &authenticator.code(&app))]).await;
    assert!(own.is_signed_in().await, "the owner in a known browser is shut out");
    ask(&app.browser(), "email", &ann.email).await;
}
