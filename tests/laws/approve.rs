//! `latchkey.reset.approve`: second factors that approve a reset in place of a texted code.

use serde_json::{Value, json};

use crate::{
    advice::checked,
    common::{
        Browser, NEW, Page, Person, Sent, Setting, Strategy, TestApp,
        factors::{half_way, prove, with_app},
        passkeys::Device,
    },
    key::is_unusable,
};

for_both_databases! {
    an_app_approves_in_place_of_a_text,
    a_passkey_approves,
    every_way_leads_to_the_others,
    a_text_approves_for_who_has_an_app,
    a_phone_that_is_also_a_factor_is_asked_once,
    a_factor_that_does_not_count_goes_round_none_that_does,
    wrong_codes_that_approve_nothing_are_counted,
    a_code_that_approves_is_used_once,
    another_accounts_proof_approves_nothing,
    a_refused_password_costs_no_code,
    what_the_policy_does_not_name_approves_nothing,
    a_switch_counts_for_what_approves,
    who_has_nothing_that_approves_gets_help,
    check_counts_who_has_nothing_that_approves,
}

const APPROVE: &str = "latchkey.reset.approve";
const TOTP: &str = "/reset/sms-approved/totp";
const URL: &str = "http://localhost:8000";

async fn site(setting: &mut Setting, approve: Value, changes: &[(&str, Value)]) -> TestApp {
    setting.strategy = Strategy::SmsApproved;
    let own = [(APPROVE, approve), ("latchkey.public_url", json!(URL))];
    setting.app_with(&[&own, changes].concat()).await
}

/// Opens the link of a new key in a new browser.
async fn opened(app: &TestApp, person: &Person) -> (Browser, Page) {
    let (link, browser) = (app.key(person).await.link(), app.browser());
    let page = browser.get(&link).await;
    assert_eq!(page.path(), "/reset/sms-approved", "{page}");
    (browser, page)
}

/// Types a code with the new password.
async fn approve(browser: &Browser, page: &Page, code: &str) -> Page {
    browser.submit(page, &[("one-time-code", code), ("new-password", NEW)]).await
}

/// The link on a page to another way.
fn way<'a>(page: &'a Page, name: &str) -> &'a str {
    let found = page.links.iter().find(|link| link.ends_with(&format!("with={name}")));
    found.unwrap_or_else(|| panic!("no way by {name}: {page}"))
}

async fn an_app_approves_in_place_of_a_text(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms", "totp"]), &[]).await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let told = app.told(&["policy", "explain", "--user", &ann.email]);
    assert!(
        told.contains("Authenticator app") && !told.contains("only then does the new password count"),
        "{told}"
    );
    let (browser, page) = opened(&app, &ann).await;
    assert!(page.offers(TOTP), "{page}");
    let page = approve(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await, "what approved is asked for again: {page}");
    assert!(!own.is_signed_in().await && app.mailbox.rest(&ann.phone).await.is_empty());
    assert_eq!(browser.get("/account/factors").await.path(), "/account/factors", "it is proved here");
    assert!(app.told(&["events", "--kind", "factor.proved"]).contains("totp"));
    half_way(&app, &Person { password: NEW.into(), ..ann }).await;
}

async fn a_passkey_approves(mut setting: Setting) {
    let app = site(&mut setting, json!(["passkey"]), &[]).await;
    let ann = app.person("ann").await;
    let (own, mut device) = (app.signed_in(&ann).await, Device::new(&app));
    let page = own.get("/account/factors/passkey").await;
    device.prove(&own, &page).await;
    let (browser, page) = opened(&app, &ann).await;
    assert!(page.offers("/reset/sms-approved/passkey") && page.asks(&["new-password"]), "{page}");
    let of_another_purpose = own.get("/verify").await;
    let asked = of_another_purpose.form_with(&["asked"]).field("asked").expect("a question").value.clone();
    let answer = device.answer(&of_another_purpose).await;
    let fields = [("asked", &*asked), ("answer", &answer), ("new-password", NEW)];
    let page = browser.submit(&page, &fields).await;
    assert!(!browser.is_signed_in().await, "another question is answered: {page}");
    let page = browser.submit(&page, &[("answer", ""), ("new-password", NEW)]).await;
    assert!(page.path() == "/reset/sms-approved" && page.offers("/reset/sms-approved/passkey"), "{page}");
    let answer = device.answer(&page).await;
    let sent = browser.fill(&page, &[("answer", &answer), ("new-password", NEW)]);
    let (other, page) = (browser.copy(), browser.post(&sent).await);
    assert!(browser.is_signed_in().await, "{page}");
    other.post(&sent).await;
    assert!(!other.is_signed_in().await, "an answer approves twice");
}

async fn every_way_leads_to_the_others(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms", "totp", "passkey"]), &[]).await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    let mut device = Device::new(&app);
    let page = own.get("/account/factors/passkey").await;
    device.prove(&own, &page).await;
    let (browser, page) = opened(&app, &ann).await;
    assert!(page.offers("/reset/sms-approved/passkey"), "the strongest comes first: {page}");
    let by_text = browser.get(way(&page, "sms")).await;
    assert!(by_text.offers("/reset/sms-approved/send"), "{by_text}");
    way(&by_text, "passkey");
    let by_text = browser.press(&by_text, "/reset/sms-approved/send").await;
    assert!(by_text.asks(&["code"]) && !by_text.offers(TOTP), "{by_text}");
    let page = browser.get("/reset/sms-approved").await;
    assert!(!page.offers(TOTP), "a code under way is asked for first: {page}");
    let page = browser.get(way(&page, "totp")).await;
    approve(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
}

async fn a_text_approves_for_who_has_an_app(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms", "totp"]), &[]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = opened(&app, &ann).await;
    let page = browser.get(way(&page, "sms")).await;
    let page = browser.press(&page, "/reset/sms-approved/send").await;
    let code = app.mailbox.next_code(&ann.phone).await;
    let page = approve(&browser, &page, &code).await;
    assert_eq!(page.path(), "/login/factor", "a phone that is no factor goes round the app: {page}");
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
}

/// Lets a person get codes of a second factor at the phone of their account.
async fn with_own_phone(app: &TestApp, ann: &Person, browser: &Browser) {
    let page = browser.get("/account/factors/sms").await;
    let page = browser.press(&page, "/account/factors/sms/own").await;
    let code = app.mailbox.next_code(&ann.phone).await;
    browser.submit(&page, &[("one-time-code", &code)]).await;
    app.minutes_pass(2);
}

async fn by_text(app: &TestApp, ann: &Person) -> (Browser, Page) {
    let (browser, page) = opened(app, ann).await;
    let page = browser.press(&page, "/reset/sms-approved/send").await;
    let code = app.mailbox.next_code(&ann.phone).await;
    let page = approve(&browser, &page, &code).await;
    (browser, page)
}

async fn a_phone_that_is_also_a_factor_is_asked_once(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms"]), &[]).await;
    let ann = app.person("ann").await;
    with_own_phone(&app, &ann, &app.signed_in(&ann).await).await;
    let (browser, page) = by_text(&app, &ann).await;
    assert!(browser.is_signed_in().await, "the same phone is asked twice: {page}");
}

async fn a_factor_that_does_not_count_goes_round_none_that_does(mut setting: Setting) {
    let mut app = site(&mut setting, json!(["sms"]), &[]).await;
    let (ann, authenticator, own, _) = with_app(&app).await;
    with_own_phone(&app, &ann, &own).await;
    app.switch(Strategy::SmsApproved, &[("latchkey.sign_in.factors", json!(["totp"]))]).await;
    let (browser, page) = by_text(&app, &ann).await;
    assert_eq!(page.path(), "/login/factor", "{page}");
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
}

async fn wrong_codes_that_approve_nothing_are_counted(mut setting: Setting) {
    let limits = [("latchkey.limits.enabled", json!(true))];
    let app = site(&mut setting, json!(["sms", "totp"]), &limits).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, mut page) = opened(&app, &ann).await;
    for turn in 0..10 {
        page = approve(&browser, &page, "000000").await;
        assert_eq!((page.answered, page.path()), (303, "/reset/sms-approved"), "try {turn}: {page}");
        assert!(page.text.contains("wrong") && page.offers(TOTP), "{page}");
    }
    let late = approve(&browser, &page, &authenticator.code(&app)).await;
    assert_eq!(late.status, 429, "an eleventh try is compared: {late}");
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.told(&["events", "--kind", "factor.failed", "--json"]).lines().count(), 10);
}

async fn a_code_that_approves_is_used_once(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms", "totp"]), &[]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let code = authenticator.code(&app);
    let (signs_in, page) = half_way(&app, &ann).await;
    prove(&signs_in, &page, &code).await;
    assert!(signs_in.is_signed_in().await);
    let (browser, page) = opened(&app, &ann).await;
    let page = approve(&browser, &page, &code).await;
    assert!(page.text.contains("used already") && !browser.is_signed_in().await, "{page}");
    app.next_code_is_shown();
    let code = authenticator.code(&app);
    let sent = browser.fill(&page, &[("one-time-code", &code), ("new-password", NEW)]);
    let replayed = browser.copy();
    browser.post(&sent).await;
    assert!(browser.is_signed_in().await);
    replayed.post(&sent).await;
    assert!(!replayed.is_signed_in().await, "a form counts twice");
    let (other, page) = half_way(&app, &Person { password: NEW.into(), ..ann }).await;
    let page = prove(&other, &page, &code).await;
    assert!(page.text.contains("used already") && !other.is_signed_in().await, "{page}");
}

async fn another_accounts_proof_approves_nothing(mut setting: Setting) {
    let app = site(&mut setting, json!(["totp", "passkey"]), &[]).await;
    let (ann, ..) = with_app(&app).await;
    let bob = app.person("bob").await;
    let own = app.signed_in(&bob).await;
    let (bobs, _) = app.set_up_app(&own).await;
    app.next_code_is_shown();
    let (browser, page) = opened(&app, &ann).await;
    let page = approve(&browser, &page, &bobs.code(&app)).await;
    assert!(page.text.contains("wrong") && !browser.is_signed_in().await, "{page}");
    let of_bob = page.form_to(TOTP).action.replace("/totp", "/passkey");
    let page = browser.post(&Sent { to: of_bob, fields: vec![("new_password".into(), NEW.into())] }).await;
    assert!(page.offers(TOTP), "a way that the account lacks: {page}");
}

async fn a_refused_password_costs_no_code(mut setting: Setting) {
    let app = site(&mut setting, json!(["totp"]), &[]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = opened(&app, &ann).await;
    let code = authenticator.code(&app);
    let page = browser.submit(&page, &[("one-time-code", &code), ("new-password", "short")]).await;
    assert!(page.offers(TOTP) && !browser.is_signed_in().await, "{page}");
    approve(&browser, &page, &code).await;
    assert!(browser.is_signed_in().await, "the code is used up by a refused password");
    assert!(!app.told(&["events"]).contains("factor.failed"));
}

async fn what_the_policy_does_not_name_approves_nothing(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms"]), &[]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = opened(&app, &ann).await;
    assert!(!page.offers(TOTP), "{page}");
    let id = page.form_to("/reset/sms-approved/send").action.split_once('?').expect("an id").1.to_owned();
    let fields = vec![("code".into(), authenticator.code(&app)), ("new_password".into(), NEW.into())];
    let page = browser.post(&Sent { to: format!("{TOTP}?{id}"), fields }).await;
    assert!(page.offers("/reset/sms-approved/send") && !browser.is_signed_in().await, "{page}");
    half_way(&app, &ann).await;
}

async fn a_switch_counts_for_what_approves(mut setting: Setting) {
    let mut app = site(&mut setting, json!(["sms", "totp"]), &[]).await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let (browser, page) = opened(&app, &ann).await;
    app.switch(Strategy::SmsApproved, &[(APPROVE, json!(["sms"]))]).await;
    let refused = approve(&browser, &page, &authenticator.code(&app)).await;
    is_unusable(&app, &refused).await;
    let told = app.told(&["events", "--kind", "policy.switched"]);
    assert!(told.contains("approve totp, sms -> sms"), "{told}");
    // One that is stricter is good when there are more ways.
    let (browser, page) = opened(&app, &ann).await;
    app.switch(Strategy::SmsApproved, &[(APPROVE, json!(["sms", "totp"]))]).await;
    assert!(browser.get("/reset/sms-approved").await.offers("/reset/sms-approved/send"), "{page}");
    let (browser, page) = opened(&app, &ann).await;
    app.switch(
        Strategy::SmsApproved,
        &[("latchkey.reset.in_flight", json!("honour")), (APPROVE, json!(["sms"]))],
    )
    .await;
    approve(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await, "a policy that honours keys leaves them as they were issued");
}

async fn who_has_nothing_that_approves_gets_help(mut setting: Setting) {
    let contact = [("latchkey.contact", json!("admin@example.com"))];
    let app = site(&mut setting, json!(["totp", "passkey"]), &contact).await;
    let bob = app.account("bob@example.com").await;
    let told = app.told(&["policy", "explain", "--user", &bob.email]);
    assert!(told.contains("nothing that approves a reset"), "{told}");
    let why = ["--reason", "identified by badge", "--strategy", "set_then_login"];
    app.latchkey(&[&["user", "let-in", &bob.email][..], &why].concat());
    let link = app.mailbox.next_key(&bob.email).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    browser.submit(&page, &[("new-password", NEW)]).await;
    assert!(browser.is_signed_in().await);
    // A phone is of no use here.
    let ann = app.person("ann").await;
    app.mailbox.rest(&ann.phone).await;
    let (browser, page) = opened(&app, &ann).await;
    assert!(page.body.contains("admin@example.com") && !page.asks(&["code"]), "{page}");
    assert!(!page.offers("/reset/sms-approved/send") && !page.offers(TOTP), "{page}");
    let id = page.forms.iter().find_map(|form| form.action.split_once("?form=")).expect("an id").1;
    let to = format!("/reset/sms-approved/send?form={id}");
    browser.post(&Sent { to, fields: vec![] }).await;
    assert!(app.mailbox.rest(&ann.phone).await.is_empty(), "a code is texted that approves nothing");
}

async fn check_counts_who_has_nothing_that_approves(mut setting: Setting) {
    let app = site(&mut setting, json!(["sms"]), &[]).await;
    let ann = app.account("ann@example.com").await;
    app.account("bob@example.com").await;
    app.set_up_app(&app.signed_in(&ann).await).await;
    app.person("eve").await;
    for (approve, told) in [
        (json!(["sms"]), "of 3 accounts, 1 have a usable phone"),
        (json!(["totp"]), "of 3 accounts, 1 have an authenticator app"),
        (json!(["sms", "totp"]), "of 3 accounts, 2 have a usable phone or an authenticator app"),
        (json!(["passkey"]), "of 3 accounts, none have a passkey"),
    ] {
        let checked = checked(&app, &[(APPROVE, approve)]);
        assert!(checked.contains(told), "{told:?} in {checked}");
    }
}
