//! Second factors whose codes are sent, by text message or by mail: each code is good once, for a while, in one browser.

use rocket::futures::future::join_all;
use serde_json::json;

use crate::common::{
    Browser, NEW, OLD, Person, Sent, Setting, TestApp,
    factors::{finish, half_way, prove, to_the_factor},
    recovery_codes,
    sent_codes::{By, PHONE, send, set_up, start},
};

for_both_databases! {
    a_sent_code_is_set_up_and_asked_for,
    a_code_is_good_in_its_browser,
    three_wrong_tries_end_a_code,
    a_new_code_ends_the_former,
    a_sent_code_lives_ten_minutes,
    another_accounts_sent_code_is_wrong,
    a_code_of_a_set_up_proves_nothing,
    wrong_sent_codes_are_counted_over_all_codes,
    of_thirty_two_at_once_one_gets_in_by_a_sent_code,
    an_abandoned_phone_gets_no_codes,
    texts_for_a_factor_are_limited,
    a_sent_code_verifies,
    who_must_have_a_factor_may_get_codes_by_mail,
    codes_follow_a_new_address_once_it_is_proved,
    only_what_counts_is_offered,
}

for_every_strategy! {
    a_reset_ends_by_a_texted_code,
}

const WAYS: [By; 2] = [By::Text, By::Mail];

/// A site with Ann, who gets codes, and the browser in which that was set up.
async fn with_codes(app: &TestApp, by: By) -> (Person, Browser) {
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let page = set_up(app, &browser, &ann, by).await;
    assert_eq!(recovery_codes(&page).len(), 10, "{page}");
    assert!(app.mailbox.next_notice(&ann.email).await.is_notice());
    app.minutes_pass(2);
    (ann, browser)
}

/// Sends a code in a browser that shows no form for it.
async fn slip_in(browser: &Browser, by: By, code: &str) -> bool {
    let fields = [("next", ""), ("with", by.name()), ("code", code)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    browser.post_only(&Sent { to: "/login/factor".into(), fields }).await;
    browser.is_signed_in().await
}

async fn a_sent_code_is_set_up_and_asked_for(setting: Setting) {
    for by in WAYS {
        let app = setting.app().await;
        let ann = app.account(&format!("{}@example.com", by.name())).await;
        let own = app.signed_in(&ann).await;
        set_up(&app, &own, &ann, by).await;
        app.mailbox.rest(&ann.email).await;
        app.minutes_pass(2);
        let (browser, page) = half_way(&app, &ann).await;
        assert!(!page.asks(&["one-time-code"]), "{by:?}: a code is asked for that nobody sent: {page}");
        assert!(app.mailbox.rest(by.to(&ann)).await.is_empty(), "{by:?}: a GET sends a code");
        let (page, code) = send(&app, &browser, &page, by.to(&ann)).await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        let page = prove(&browser, &page, wrong).await;
        assert!(page.text.contains("2 tries left"), "{by:?}: {page}");
        prove(&browser, &page, &code).await;
        assert!(browser.is_signed_in().await, "{by:?}");
        let (other, _) = half_way(&app, &ann).await;
        for tab in [&browser, &other] {
            app.sign_in(tab, &ann.email, &ann.password).await;
            assert!(!slip_in(tab, by, &code).await, "{by:?}: a code works twice");
        }
        assert!(app.told(&["events"]).contains("factor.code_sent"));
    }
}

async fn a_code_is_good_in_its_browser(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Mail).await;
    let ((browser, page), (other, _)) = (half_way(&app, &ann).await, half_way(&app, &ann).await);
    let (page, code) = send(&app, &browser, &page, &ann.email).await;
    assert!(!slip_in(&other, By::Mail, &code).await);
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
}

async fn three_wrong_tries_end_a_code(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Mail).await;
    let (browser, page) = half_way(&app, &ann).await;
    let (mut page, code) = send(&app, &browser, &page, &ann.email).await;
    for _ in 0..3 {
        page = prove(&browser, &page, "nothing").await;
    }
    assert!(page.text.contains("no longer works") && !page.asks(&["one-time-code"]), "{page}");
    assert!(!slip_in(&browser, By::Mail, &code).await);
    let page = browser.get("/login/factor").await;
    let (page, code) = send(&app, &browser, &page, &ann.email).await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
}

async fn a_new_code_ends_the_former(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Text).await;
    let (browser, page) = half_way(&app, &ann).await;
    let (page, former) = send(&app, &browser, &page, PHONE).await;
    let early = browser.press(&page, "/login/factor/send").await;
    assert!(early.text.contains("Please wait"), "{early}");
    app.minutes_pass(2);
    let (page, code) = send(&app, &browser, &page, PHONE).await;
    if former != code {
        prove(&browser, &page, &former).await;
        assert!(!browser.is_signed_in().await);
    }
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
}

async fn a_sent_code_lives_ten_minutes(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Mail).await;
    let (browser, page) = half_way(&app, &ann).await;
    let (_, code) = send(&app, &browser, &page, &ann.email).await;
    app.minutes_pass(10);
    app.sign_in(&browser, &ann.email, &ann.password).await;
    assert!(!slip_in(&browser, By::Mail, &code).await);
}

async fn another_accounts_sent_code_is_wrong(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Mail).await;
    let bob = app.account("bob@example.com").await;
    set_up(&app, &app.signed_in(&bob).await, &bob, By::Mail).await;
    app.minutes_pass(2);
    let (browser, page) = half_way(&app, &bob).await;
    let (_, code) = send(&app, &browser, &page, &bob.email).await;
    app.sign_in(&browser, &ann.email, &ann.password).await;
    assert!(!slip_in(&browser, By::Mail, &code).await);
}

async fn a_code_of_a_set_up_proves_nothing(setting: Setting) {
    let app = setting.app().await;
    let (ann, own) = with_codes(&app, By::Mail).await;
    start(&own, By::Text, PHONE).await;
    let code = app.mailbox.next_code(PHONE).await;
    app.sign_in(&own, &ann.email, &ann.password).await;
    for by in WAYS {
        assert!(!slip_in(&own, by, &code).await, "{by:?}");
    }
}

async fn wrong_sent_codes_are_counted_over_all_codes(setting: Setting) {
    let app = setting.app_with(&[("latchkey.limits.enabled", true.into())]).await;
    let (ann, _) = with_codes(&app, By::Mail).await;
    for code in 0..4 {
        let (browser, page) = half_way(&app, &ann).await;
        let (mut page, _) = send(&app, &browser, &page, &ann.email).await;
        for turn in 0..if code < 3 { 3 } else { 1 } {
            page = prove(&browser, &page, "nothing").await;
            assert_eq!(page.answered, 303, "try {turn} of code {code}: {page}");
        }
        app.minutes_pass(15);
    }
    let (browser, page) = half_way(&app, &ann).await;
    let (page, code) = send(&app, &browser, &page, &ann.email).await;
    let page = prove(&browser, &page, &code).await;
    assert!(page.status == 429 && !browser.is_signed_in().await, "an eleventh try is compared: {page}");
}

async fn of_thirty_two_at_once_one_gets_in_by_a_sent_code(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Text).await;
    let (browser, page) = half_way(&app, &ann).await;
    let (page, code) = send(&app, &browser, &page, PHONE).await;
    let tries = (0..32).map(|_| async {
        let tab = browser.copy();
        tab.post_only(&tab.fill(&page, &[("one-time-code", &code)])).await;
        tab
    });
    let mut inside = 0;
    for tab in join_all(tries).await {
        inside += usize::from(tab.is_signed_in().await);
    }
    assert_eq!(inside, 1);
}

async fn an_abandoned_phone_gets_no_codes(setting: Setting) {
    let app = setting.app().await;
    let (ann, own) = with_codes(&app, By::Text).await;
    let other = "+4915112876543";
    start(&own, By::Text, other).await;
    app.mailbox.next_code(other).await;
    let (browser, page) = half_way(&app, &ann).await;
    let (page, code) = send(&app, &browser, &page, PHONE).await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
    assert!(app.mailbox.rest(other).await.is_empty(), "a number that was never proved gets codes");
}

async fn texts_for_a_factor_are_limited(setting: Setting) {
    let limits = [("latchkey.limits.enabled", true.into()), ("latchkey.limits.texts_per_number", 2.into())];
    let app = setting.app_with(&limits).await;
    let (ann, _) = with_codes(&app, By::Text).await;
    let (browser, mut page) = half_way(&app, &ann).await;
    for _ in 0..2 {
        (page, _) = send(&app, &browser, &page, PHONE).await;
        app.minutes_pass(2);
    }
    let page = browser.press(&page, "/login/factor/send").await;
    assert!(page.text.contains("too many text messages"), "{page}");
    assert!(app.mailbox.rest(PHONE).await.is_empty());
}

async fn a_sent_code_verifies(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (early, own) = (app.signed_in(&ann).await, app.signed_in(&ann).await);
    set_up(&app, &own, &ann, By::Text).await;
    app.minutes_pass(2);
    let page = early.get("/account/factors").await;
    assert_eq!(page.path(), "/verify", "{page}");
    let (page, code) = send(&app, &early, &page, PHONE).await;
    assert_eq!(page.path(), "/verify", "{page}");
    let page = prove(&early, &page, &code).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
}

async fn who_must_have_a_factor_may_get_codes_by_mail(setting: Setting) {
    let mut app = setting.app().await;
    let ann = app.person("ann").await;
    let rules = [
        ("latchkey.sign_in.second_factor", json!("required")),
        ("latchkey.sign_in.factors", json!(["email"])),
    ];
    app.switch(app.setting.strategy, &rules).await;
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, OLD).await;
    assert!(page.path() == "/account/factors" && !page.offers("/account/factors/totp/start"), "{page}");
    set_up(&app, &browser, &ann, By::Mail).await;
    assert!(browser.is_signed_in().await);
}

async fn codes_follow_a_new_address_once_it_is_proved(setting: Setting) {
    let app = setting.app().await;
    let (ann, own) = with_codes(&app, By::Mail).await;
    let page = own.get("/account/factors").await;
    assert!(!page.offers("/account/factors/email/start"), "the address is there already: {page}");
    let form = own.get("/account/email").await;
    own.submit(&form, &[("email", "anna@example.org"), ("current-password", &ann.password)]).await;
    let link = app.mailbox.next("anna@example.org").await.link();
    let page = own.get(&link).await;
    own.press(&page, "/account/email/confirm").await;
    let moved = Person { email: "anna@example.org".into(), ..ann.clone() };
    let (browser, page) = half_way(&app, &moved).await;
    app.mailbox.rest(&ann.email).await;
    let (page, code) = send(&app, &browser, &page, &ann.email).await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await, "codes go to an address that was proved for them");
    app.mailbox.rest(&moved.email).await;
    set_up(&app, &browser, &moved, By::Mail).await;
    app.minutes_pass(2);
    let (browser, page) = half_way(&app, &moved).await;
    app.mailbox.rest(&moved.email).await;
    let (page, code) = send(&app, &browser, &page, &moved.email).await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await);
}

async fn only_what_counts_is_offered(setting: Setting) {
    let mut app = setting.app().await;
    let (ann, own) = with_codes(&app, By::Text).await;
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.factors", json!(["totp", "email"]))]).await;
    let page = own.get("/account/factors").await;
    assert!(!page.body.contains("/account/factors/sms\""), "{page}");
    let (browser, page) = half_way(&app, &ann).await;
    let (page, code) = send(&app, &browser, &page, PHONE).await;
    prove(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await, "who has only what no longer counts is shut out");
}

async fn a_reset_ends_by_a_texted_code(setting: Setting) {
    let app = setting.app().await;
    let (ann, _) = with_codes(&app, By::Text).await;
    let browser = app.browser();
    let page = to_the_factor(&app, &ann, &browser, NEW).await;
    let (page, code) = send(&app, &browser, &page, PHONE).await;
    let page = prove(&browser, &page, &code).await;
    finish(&browser, page, NEW).await;
}
