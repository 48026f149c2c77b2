//! Ways to sign in other than the password: a mailed link and its code, a texted code, the code of an app.

use serde_json::json;

use crate::common::{
    Browser, Message, NEW, OLD, Page, Person, Setting, TestApp,
    ways_in::{ask, type_code},
};

for_both_databases! {
    a_mailed_link_signs_in_when_its_button_is_pressed,
    a_code_signs_in_where_it_was_asked_for,
    a_code_is_of_no_use_in_another_browser,
    a_link_and_its_code_are_one,
    a_strangers_request_ends_nothing,
    three_wrong_codes_end_the_code_and_not_the_link,
    a_message_to_sign_in_lives_fifteen_minutes,
    a_link_names_the_account_before_it_signs_in,
    a_link_follows_no_account_to_another_address,
    a_new_password_ends_a_message_to_sign_in,
    what_was_asked_leads_back,
    a_request_is_answered_alike_whoever_is_named,
    who_has_no_account_is_told_so_by_mail,
    only_what_is_offered_works,
    a_switch_counts_at_once,
    a_closed_account_gets_no_message_to_sign_in,
    a_texted_code_signs_in,
    who_has_no_phone_is_told_so_by_mail,
    where_nobody_has_a_password_none_is_asked_for,
    who_has_no_password_changes_the_account_without_and_may_set_one,
    a_registration_without_a_password_is_confirmed_anywhere,
    a_new_browser_is_told_where_the_policy_says_so,
}

/// A site with these methods.
pub async fn offering(setting: &Setting, methods: &[&str]) -> TestApp {
    setting.app_with(&[("latchkey.sign_in.methods", json!(methods))]).await
}

const MAILED: [&str; 3] = ["password", "email_code", "email_link"];

/// Asks for a message to Ann's address; returns the page that follows, and the message.
pub async fn asked(app: &TestApp, browser: &Browser, ann: &Person) -> (Page, Message) {
    let page = ask(browser, "email", &ann.email).await;
    assert_eq!(page.path(), "/login/sent", "{page}");
    (page, app.mailbox.next(&ann.email).await)
}

/// Opens a link and presses its button.
pub async fn press(browser: &Browser, link: &str) -> Page {
    let page = browser.get(link).await;
    assert_eq!(page.path(), "/login/link", "{page}");
    assert!(!browser.is_signed_in().await, "opening a link signs in");
    browser.press(&page, "/login/link").await
}

fn wrong(code: &str) -> String {
    let last = if code.ends_with('7') { '8' } else { '7' };
    format!("{}{last}", &code[..code.len() - 1])
}

async fn a_mailed_link_signs_in_when_its_button_is_pressed(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let (_, message) = asked(&app, &app.browser(), &ann).await;
    let elsewhere = app.browser();
    let page = press(&elsewhere, &message.link()).await;
    assert!(elsewhere.is_signed_in().await, "{page}");
    assert_eq!(elsewhere.get("/account/email").await.status, 200, "it is a fresh proof");
    let again = app.browser();
    let page = again.get(&message.link()).await;
    assert!(page.status == 410 && page.text.contains("already been used"), "{page}");
    assert!(app.told(&["events"]).contains("sign_in.sent"));
}

async fn a_code_signs_in_where_it_was_asked_for(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (page, message) = asked(&app, &browser, &ann).await;
    let code = format!(" {} ", message.code().to_uppercase().replace('-', " "));
    let page = browser.submit(&page, &[("one-time-code", &code)]).await;
    assert!(browser.is_signed_in().await, "{page}");
}

async fn a_code_is_of_no_use_in_another_browser(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let (_, message) = asked(&app, &app.browser(), &ann).await;
    let thief = app.browser();
    ask(&thief, "email", &ann.email).await;
    type_code(&thief, &message.code()).await;
    assert!(!thief.is_signed_in().await);
}

async fn a_link_and_its_code_are_one(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    for link_first in [true, false] {
        let (here, there) = (app.browser(), app.browser());
        let (_, message) = asked(&app, &here, &ann).await;
        let tab = here.copy();
        if link_first {
            press(&there, &message.link()).await;
            type_code(&tab, &message.code()).await;
        } else {
            type_code(&tab, &message.code()).await;
            let page = there.get(&message.link()).await;
            assert_eq!(page.status, 410, "{page}");
        }
        let inside = [there.is_signed_in().await, tab.is_signed_in().await];
        assert_eq!(inside, [link_first, !link_first]);
    }
}

async fn a_strangers_request_ends_nothing(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let own = app.browser();
    let (_, message) = asked(&app, &own, &ann).await;
    for _ in 0..3 {
        asked(&app, &app.browser(), &ann).await;
    }
    type_code(&own, &message.code()).await;
    assert!(own.is_signed_in().await, "a stranger has ended the owner's code");
}

async fn three_wrong_codes_end_the_code_and_not_the_link(setting: Setting) {
    let app = setting
        .app_with(&[("latchkey.sign_in.methods", json!(MAILED)), ("latchkey.limits.enabled", true.into())])
        .await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    for _ in 0..3 {
        let page = type_code(&browser, &wrong(&message.code())).await;
        assert!(page.answered == 303 && page.text.contains("does not work"), "{page}");
    }
    type_code(&browser, &message.code()).await;
    assert!(!browser.is_signed_in().await, "a fourth code is compared");
    press(&browser, &message.link()).await;
    assert!(browser.is_signed_in().await);
    // Nor does it keep the owner from a code in another browser.
    let own = app.browser();
    let (_, message) = asked(&app, &own, &ann).await;
    type_code(&own, &message.code()).await;
    assert!(own.is_signed_in().await);
}

async fn a_message_to_sign_in_lives_fifteen_minutes(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    app.minutes_pass(16);
    type_code(&browser, &message.code()).await;
    assert!(!browser.is_signed_in().await);
    let page = browser.get(&message.link()).await;
    assert!(page.status == 410 && page.text.contains("expired"), "{page}");
}

async fn a_link_names_the_account_before_it_signs_in(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let (ann, bob) = (app.person("ann").await, app.account("bob@example.com").await);
    let (_, message) = asked(&app, &app.browser(), &ann).await;
    let browser = app.signed_in(&bob).await;
    let page = browser.get(&message.link()).await;
    assert!(page.text.contains(&ann.email) && page.text.contains("b•••@example.com"), "{page}");
    assert!(browser.get("/account").await.text.contains(&bob.email), "opening a link signs in");
    browser.press(&page, "/login/link").await;
    assert!(browser.get("/account").await.text.contains(&ann.email));
}

async fn a_link_follows_no_account_to_another_address(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    let own = app.signed_in(&ann).await;
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "ann@example.org"), ("current-password", OLD)]).await;
    let page = own.get(&app.mailbox.next("ann@example.org").await.link()).await;
    own.press(&page, "/account/email/confirm").await;
    type_code(&browser, &message.code()).await;
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.get(&message.link()).await.status, 410);
}

async fn a_new_password_ends_a_message_to_sign_in(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    type_code(&browser, &message.code()).await;
    assert!(!browser.is_signed_in().await);
    let page = browser.get(&message.link()).await;
    assert!(page.status == 410, "{page}");
}

async fn what_was_asked_leads_back(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    for by_link in [true, false] {
        let browser = app.browser();
        let page = browser.get("/login?next=/account/sessions").await;
        let typed = [("email", ann.email.as_str()), ("remember", "yes")];
        browser.press_with(&page, "email", &typed).await;
        let message = app.mailbox.next(&ann.email).await;
        let page = match by_link {
            true => press(&browser, &message.link()).await,
            false => type_code(&browser, &message.code()).await,
        };
        assert_eq!(page.path(), "/account/sessions", "{page}");
        app.minutes_pass(13 * 60);
        assert!(browser.is_signed_in().await, "the browser is not remembered");
    }
}

async fn a_request_is_answered_alike_whoever_is_named(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let mut pages = Vec::new();
    for email in [&ann.email, "bob@example.com"] {
        let browser = app.browser();
        let page = ask(&browser, "email", email).await;
        let wrong = type_code(&browser, "abcd-efgh").await;
        pages.push([page, wrong].map(|page| page.body.replace(email, "")));
    }
    assert_eq!(pages[0], pages[1]);
}

async fn who_has_no_account_is_told_so_by_mail(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    ask(&app.browser(), "email", "bob@example.com").await;
    let message = app.mailbox.next("bob@example.com").await;
    assert!(message.text.contains("no such account") && message.link().ends_with("/register"), "{message:?}");
    // Who has registered and not confirmed gets the confirmation again.
    app.register(&app.browser(), "eve@example.com", OLD).await;
    app.mailbox.next("eve@example.com").await;
    ask(&app.browser(), "email", "eve@example.com").await;
    assert!(app.mailbox.next("eve@example.com").await.link().contains("/confirm/"));
}

/// Sends a form as the sign-in page would, whatever that offers; returns whether it signed in.
async fn slips_in(app: &TestApp, to: &str, fields: &[(&str, &str)]) -> bool {
    let browser = app.browser();
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    browser.post_only(&crate::common::Sent { to: to.into(), fields }).await;
    browser.is_signed_in().await
}

async fn only_what_is_offered_works(setting: Setting) {
    let mut app = setting.app().await;
    let ann = app.person("ann").await;
    app.again(&[("latchkey.sign_in.methods", json!(["email_link"]))]).await;
    let page = app.browser().get("/login").await;
    assert!(!page.asks(&["password"]) && !page.text.contains("passkey"), "{page}");
    assert!(!slips_in(&app, "/login", &[("email", &ann.email), ("password", OLD)]).await);
    for with in ["sms", "fax", ""] {
        slips_in(&app, "/login/send", &[("email", &ann.email), ("with", with)]).await;
    }
    for place in ["/login/passkey", "/login/app"] {
        assert_eq!(app.browser().get(place).await.path(), "/login");
    }
    let browser = app.browser();
    let (page, message) = asked(&app, &browser, &ann).await;
    assert!(!page.asks(&["code"]) && message.find_code().is_none(), "{page}");
    press(&browser, &message.link()).await;
    assert!(browser.is_signed_in().await);

    app.again(&[("latchkey.sign_in.methods", json!(["password"]))]).await;
    assert!(app.browser().get("/login").await.forms.iter().all(|form| form.button("email").is_none()));
    app.mailbox.rest(&ann.email).await;
    slips_in(&app, "/login/send", &[("email", &ann.email), ("with", "email")]).await;
    assert!(app.mailbox.rest(&ann.email).await.is_empty());
}

async fn a_switch_counts_at_once(setting: Setting) {
    let mut app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    let strategy = app.setting.strategy;
    let page = browser.get("/login/sent").await;
    app.switch(strategy, &[("latchkey.sign_in.methods", json!(["password"]))]).await;
    let page = browser.submit(&page, &[("one-time-code", &message.code())]).await;
    assert!(!browser.is_signed_in().await, "a code outlives its method: {page}");
    assert_eq!(browser.get(&message.link()).await.status, 410);
    assert!(app.told(&["events"]).contains("methods password, email_code, email_link -> password"));
}

async fn a_closed_account_gets_no_message_to_sign_in(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let (_, message) = asked(&app, &browser, &ann).await;
    app.latchkey(&["user", "disable", &ann.email]);
    app.mailbox.rest(&ann.email).await;
    type_code(&browser, &message.code()).await;
    assert!(!browser.is_signed_in().await);
    ask(&app.browser(), "email", &ann.email).await;
    let told = app.mailbox.next(&ann.email).await;
    assert!(!told.has_link() && told.text.contains("disabled"), "{told:?}");
}

async fn a_texted_code_signs_in(setting: Setting) {
    let app = offering(&setting, &["password", "sms_code"]).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    let browser = app.browser();
    let page = ask(&browser, "sms", &ann.email).await;
    assert!(page.path() == "/login/sent" && !page.body.contains(&ann.phone), "{page}");
    let code = app.mailbox.next(&ann.phone).await.code();
    let page = type_code(&browser, &code).await;
    assert!(browser.is_signed_in().await, "{page}");
    let again = app.browser();
    ask(&again, "sms", &ann.email).await;
    type_code(&again, &code).await;
    assert!(!again.is_signed_in().await, "a code signs in twice");
}

async fn who_has_no_phone_is_told_so_by_mail(setting: Setting) {
    let app = offering(&setting, &["password", "sms_code"]).await;
    let ann = app.account("ann@example.com").await;
    ask(&app.browser(), "sms", &ann.email).await;
    let told = app.mailbox.next(&ann.email).await;
    assert!(told.text.contains("no confirmed phone") && told.link().ends_with("/login"), "{told:?}");
}

async fn where_nobody_has_a_password_none_is_asked_for(setting: Setting) {
    let app = offering(&setting, &["email_link", "email_code"]).await;
    let browser = app.browser();
    let page = browser.get("/register").await;
    assert!(!page.asks(&["password"]), "{page}");
    browser.submit(&page, &[("email", "ann@example.com")]).await;
    let page = browser.get(&app.mailbox.next("ann@example.com").await.link()).await;
    let page = browser.press(&page, "/confirm/address").await;
    assert!(browser.is_signed_in().await, "{page}");
    let ann = Person { email: "ann@example.com".into(), password: String::new(), phone: String::new() };
    let other = app.browser();
    let (_, message) = asked(&app, &other, &ann).await;
    type_code(&other, &message.code()).await;
    assert!(other.is_signed_in().await);
}

/// Registers without a password, and confirms in another browser.
async fn bare(app: &TestApp) -> (Person, Browser) {
    let page = app.browser().get("/register").await;
    app.browser().submit(&page, &[("email", "ann@example.com")]).await;
    let browser = app.browser();
    let page = browser.get(&app.mailbox.next("ann@example.com").await.link()).await;
    assert!(!page.asks(&["password"]), "{page}");
    browser.press(&page, "/confirm/address").await;
    let ann = Person { email: "ann@example.com".into(), password: String::new(), phone: String::new() };
    (ann, browser)
}

async fn a_registration_without_a_password_is_confirmed_anywhere(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let (ann, browser) = bare(&app).await;
    assert!(browser.is_signed_in().await);
    for password in ["", "!", OLD] {
        assert!(!app.opens(&ann.email, password).await);
    }
}

async fn who_has_no_password_changes_the_account_without_and_may_set_one(setting: Setting) {
    let app = offering(&setting, &MAILED).await;
    let (ann, browser) = bare(&app).await;
    for place in ["/account/email", "/account/phone", "/account/delete", "/change"] {
        assert!(!browser.get(place).await.asks(&["password"]), "{place}");
    }
    let form = browser.get("/account/email").await;
    browser.submit(&form, &[("email", "ann@example.org")]).await;
    assert!(app.mailbox.next("ann@example.org").await.link().contains("/account/email/"));
    app.minutes_pass(16);
    let page = browser.get("/change").await;
    assert_eq!(page.path(), "/login", "a proof that is not fresh is enough: {page}");
    browser.press_with(&page, "email", &[("email", &ann.email)]).await;
    app.mailbox.rest("ann@example.org").await;
    let code = app.mailbox.next(&ann.email).await.code();
    let page = type_code(&browser, &code).await;
    assert_eq!(page.path(), "/change", "{page}");
    browser.submit(&page, &[("new-password", NEW)]).await;
    assert!(app.opens(&ann.email, NEW).await);
    assert!(browser.get("/account/delete").await.asks(&["password"]));
}

async fn a_new_browser_is_told_where_the_policy_says_so(setting: Setting) {
    let mut app = setting.app().await;
    let ann = app.person("ann").await;
    let known = app.signed_in(&ann).await;
    app.mailbox.rest(&ann.email).await;
    let changes = [("latchkey.sign_in.new_browser_notices", json!(true))];
    app.switch(app.setting.strategy, &changes).await;
    known.press(&known.get("/account").await, "/logout").await;
    app.sign_in(&known, &ann.email, OLD).await;
    assert!(known.is_signed_in().await && app.mailbox.rest(&ann.email).await.is_empty());
    let thief = app.signed_in(&ann).await;
    let told = app.mailbox.next(&ann.email).await;
    assert!(told.is_notice() && told.subject.contains("new browser"), "{told:?}");
    let own = app.browser();
    let page = own.get(&told.link()).await;
    own.press(&page, "/reset/not-me").await;
    assert!(!thief.is_signed_in().await && !app.opens(&ann.email, OLD).await);
}
