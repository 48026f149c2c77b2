//! The first key by text message to the verified phone, as a link and as a key to type.

use serde_json::json;

use crate::common::{Capabilities, NEW, OLD, OTHER, Setting, Strategy};

for_every_strategy_that! { !needs_phone: a_key_by_sms_leads_back_in }
for_both_databases! {
    without_a_phone_a_mail_says_so,
    a_key_by_sms_lives_ten_minutes,
    this_was_not_me_is_answered_by_text_however_many_others_asked_for,
}
for_every_strategy_that! {
    needs_phone:
    a_text_that_is_one_too_many_is_written_down,
    without_a_phone_the_page_names_the_admin,
    a_phone_that_texts_no_longer_reach_is_asked_for_no_code,
}

async fn a_key_by_sms_leads_back_in(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.channel", json!("sms"))]).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    app.mailbox.rest(&ann.email).await;
    app.ask_reset(&ann.email).await;
    let sms = app.mailbox.next(&ann.phone).await;
    assert!(sms.text.is_ascii() && sms.text.len() <= 320, "{}", sms.text);
    let typed = app.browser();
    let form = typed.get("/reset/key").await;
    let key = sms.code();
    let spaced = key.to_lowercase().replace('-', " ");
    let page = typed.submit(&form, &[("one-time-code", &spaced)]).await;
    assert_eq!(page.path(), setting.strategy.path(), "{page}");
    app.recover(&app.browser(), &ann, &sms.link(), NEW).await;
}

async fn without_a_phone_a_mail_says_so(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.channel", json!("sms"))]).await;
    let ann = app.account("ann@example.com").await;
    app.mailbox.rest(&ann.email).await;
    app.ask_reset(&ann.email).await;
    let mail = app.mailbox.next(&ann.email).await;
    assert!(
        !mail.has_link() || !mail.link().contains("/reset/"),
        "a key by mail though the channel is sms: {}",
        mail.text
    );
}

async fn a_key_by_sms_lives_ten_minutes(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.channel", json!("sms"))]).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    app.ask_reset(&ann.email).await;
    let link = app.mailbox.next(&ann.phone).await.link();
    app.minutes_pass(9);
    assert_eq!(app.browser().get(&link).await.path(), Strategy::SetThenLogin.path());
    app.minutes_pass(1);
    assert!(app.browser().get(&link).await.status >= 400);
}

async fn without_a_phone_the_page_names_the_admin(setting: Setting) {
    let app = setting.app_with(&[("latchkey.contact", json!("admin@example.com"))]).await;
    let ann = app.account("ann@example.com").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    assert!(page.body.contains("admin@example.com") && !page.asks(&["code"]), "{page}");
    assert!(!page.offers(&format!("{}/send", setting.strategy.path())), "{page}");
    assert!(app.opens(&ann.email, OLD).await);
}

async fn a_phone_that_texts_no_longer_reach_is_asked_for_no_code(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let own = setting.strategy.path();
    let browser = app.browser();
    let page = browser.get(&app.key(&ann).await.link()).await;
    let page = browser.press(&page, &format!("{own}/send")).await;
    assert!(page.asks(&["code"]), "{page}");
    let changes = [
        ("latchkey.sms.url", json!("http://127.0.0.1:9/")),
        ("latchkey.sms.fields", json!({ "to": "{to}", "text": "{text}" })),
        ("latchkey.sms.countries", json!(["AT"])),
    ];
    let app = app.restart(&changes).await;
    let page = browser.get(&own).await;
    assert!(page.status == 200 && !page.asks(&["code"]), "{page}");
    assert!(app.opens(&ann.email, OLD).await);
}

async fn a_text_that_is_one_too_many_is_written_down(setting: Setting) {
    let limits = [("latchkey.limits.enabled", json!(true)), ("latchkey.limits.texts_per_number", json!(1))];
    let app = setting.app_with(&limits).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    browser.get(&app.key(&ann).await.link()).await;
    let own = setting.strategy.path();
    for is_texted in [true, false] {
        let page = browser.get(&own).await;
        let page = browser.press(&page, &format!("{own}/send")).await;
        assert_eq!(!page.text.contains("No code was sent"), is_texted, "{page}");
        app.minutes_pass(2);
    }
    let told = app.told(&["events", "--kind", "limit.reached"]);
    assert_eq!(told.matches("text_to").count(), 1, "{told}");
}

async fn this_was_not_me_is_answered_by_text_however_many_others_asked_for(setting: Setting) {
    let limits = [("latchkey.limits.enabled", json!(true)), ("latchkey.limits.texts_per_number", json!(2))];
    let app = setting.app_with(&[&limits[..], &[("latchkey.reset.channel", json!("sms"))]].concat()).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    app.mailbox.rest(&ann.email).await;
    app.ask_reset(&ann.email).await;
    let link = app.mailbox.next(&ann.phone).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
    let notice = app.mailbox.next_notice(&ann.email).await.link();
    for _ in 0..2 {
        app.ask_reset(&ann.email).await;
    }
    assert_eq!(app.mailbox.rest(&ann.phone).await.len(), 1, "two texts for strangers in a day");
    let own = app.browser();
    let page = own.get(&notice).await;
    own.press(&page, "/reset/not-me").await;
    let link = app.mailbox.next(&ann.phone).await.link();
    app.recover(&app.browser(), &ann, &link, OTHER).await;
    assert!(app.opens(&ann.email, OTHER).await);
}
