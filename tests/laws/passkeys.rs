//! Passkeys: set up, asked for as a factor, and signing in alone. An answer is good once, for its own question.

use serde_json::json;

use crate::{
    admin::{admin, place},
    common::{
        Authenticator, Browser, OTHER, Page, Person, Setting, TestApp,
        factors::half_way,
        passkeys::{Device, URL, question, with_id},
        recovery_codes,
    },
    undo::{freeze, given},
};

for_both_databases! {
    a_passkey_is_set_up_and_asked_for,
    a_passkey_signs_in_alone,
    a_passkey_that_verifies_nobody_is_one_factor,
    an_answer_counts_once,
    an_answer_is_for_its_browser,
    an_answer_comes_in_time,
    an_answer_is_for_its_purpose,
    an_answer_is_for_this_site,
    nobody_elses_passkey_counts,
    a_passkey_belongs_to_one_account,
    a_counter_that_goes_back_is_recorded,
    a_passkey_comes_before_an_app,
    the_last_passkey_takes_its_codes_along,
    who_must_have_a_factor_sets_up_a_passkey,
    nonsense_is_no_answer,
    an_address_without_a_domain_has_no_passkeys,
    a_closed_account_has_no_passkeys,
    a_passkey_opens_no_account_on_hold,
    a_passkey_opens_nothing_until_the_reset_after_this_wasnt_me,
    who_is_given_an_account_back_gets_it_without_factors,
    switched_off_factors_are_switched_off_passkeys,
    a_passkey_alone_opens_nothing_once_that_is_not_offered,
}

async fn site(setting: &Setting) -> TestApp {
    setting.app_with(&[("latchkey.public_url", json!(URL))]).await
}

/// A site with Ann, who has a passkey, and the browser that set it up.
async fn with_passkey(setting: &Setting) -> (TestApp, Person, Device, Browser) {
    let app = site(setting).await;
    let ann = app.person("ann").await;
    let (browser, mut device) = (app.signed_in(&ann).await, Device::new(&app));
    let page = device.set_up(&browser).await;
    assert_eq!((page.path(), recovery_codes(&page).len()), ("/account/factors/codes", 10), "{page}");
    assert!(app.mailbox.next(&ann.email).await.is_notice(), "the owner is told");
    (app, ann, device, browser)
}

async fn a_passkey_is_set_up_and_asked_for(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    let page = browser.get("/account/factors").await;
    assert!(page.text.contains("backed up") && page.text.contains("not used yet"), "{page}");
    let (other, page) = half_way(&app, &ann).await;
    assert!(!other.is_signed_in().await, "the password alone signs in");
    let page = device.prove(&other, &page).await;
    assert!(other.is_signed_in().await, "{page}");
    let page = other.get("/account/factors").await;
    assert!(page.text.contains("last used"), "{page}");
    let page = other.get("/account/factors/passkey").await;
    let excluded = &question(&page)["create"]["excludeCredentials"];
    assert_eq!(excluded.as_array().map(Vec::len), Some(1), "what is held is not offered again");
    for kind in ["factor.added", "factor.proved", "sign_in.completed"] {
        assert!(app.told(&["events"]).contains(kind), "no event {kind}");
    }
}

async fn a_passkey_signs_in_alone(setting: Setting) {
    let (app, _, mut device, _) = with_passkey(&setting).await;
    let browser = app.browser();
    let page = browser.get("/login").await;
    assert!(page.links.iter().any(|link| link.starts_with("/login/passkey")), "{page}");
    let page = browser.get("/login/passkey?next=/account/factors").await;
    assert_eq!(question(&page)["get"]["userVerification"], "required");
    assert_eq!(question(&page)["get"]["allowCredentials"], json!([]), "who is who is not told");
    let page = device.prove(&browser, &page).await;
    assert!(browser.is_signed_in().await, "{page}");
    assert_eq!(page.path(), "/account/factors", "{page}");
    assert!(page.text.contains("Rename"), "it is the strongest proof: {page}");
}

async fn a_passkey_that_verifies_nobody_is_one_factor(setting: Setting) {
    let (app, ann, mut device, _) = with_passkey(&setting).await;
    device.verifies = false;
    let browser = app.browser();
    let page = browser.get("/login/passkey").await;
    let mut any = question(&page);
    any["get"]["userVerification"] = json!("discouraged");
    let answer = device.answer_to(&any).await.unwrap();
    let page = browser.submit(&page, &[("answer", &answer)]).await;
    assert!(!browser.is_signed_in().await && page.text.contains("password first"), "{page}");
    let (browser, page) = half_way(&app, &ann).await;
    device.prove(&browser, &page).await;
    assert!(browser.is_signed_in().await, "with the password it is enough");
}

async fn an_answer_counts_once(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    device.counts = false;
    let (other, page) = half_way(&app, &ann).await;
    let answer = device.answer(&page).await;
    let tab = other.copy();
    let sent = other.fill(&page, &[("answer", &answer)]);
    other.post(&sent).await;
    assert!(other.is_signed_in().await);
    let page = tab.post(&sent).await;
    assert!(!tab.is_signed_in().await, "an answer signs in twice: {page}");
    // A wrong answer spends its question as well.
    let page = browser.get("/verify").await;
    let right = device.answer(&page).await;
    let wrong = right.replacen("\"signature\":\"", "\"signature\":\"AAAA", 1);
    assert_ne!(right, wrong);
    for answer in [wrong, right] {
        let page = browser.submit(&page, &[("answer", &answer)]).await;
        assert_eq!(page.path(), "/verify", "a spent question is answered: {page}");
    }
}

async fn an_answer_is_for_its_browser(setting: Setting) {
    let (app, _, mut device, _) = with_passkey(&setting).await;
    let (mine, theirs) = (app.browser(), app.browser());
    let page = mine.get("/login/passkey").await;
    theirs.get("/login/passkey").await;
    let answer = device.answer(&page).await;
    theirs.submit(&page, &[("answer", &answer)]).await;
    assert!(!theirs.is_signed_in().await, "a stolen answer signs in elsewhere");
    mine.submit(&page, &[("answer", &answer)]).await;
    assert!(mine.is_signed_in().await, "the attempt in another browser spent nothing");
}

async fn an_answer_comes_in_time(setting: Setting) {
    let (app, _, mut device, _) = with_passkey(&setting).await;
    let browser = app.browser();
    let page = browser.get("/login/passkey").await;
    app.minutes_pass(5);
    let page = device.prove(&browser, &page).await;
    assert!(!browser.is_signed_in().await && page.text.contains("is over"), "{page}");
    device.prove(&browser, &page).await;
    assert!(browser.is_signed_in().await, "the page asks again");
}

async fn an_answer_is_for_its_purpose(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    let asked = |page: &Page| page.form_with(&["asked"]).field("asked").unwrap().value.clone();
    let (other, factor) = half_way(&app, &ann).await;
    let (login, verify) = (other.get("/login/passkey").await, browser.get("/verify").await);
    for (from, to, at) in [(&login, &factor, &other), (&factor, &login, &other), (&verify, &factor, &other)] {
        let answer = device.answer(from).await;
        let page = at.submit(to, &[("answer", &answer), ("asked", &asked(from))]).await;
        assert!(!at.is_signed_in().await, "the question of {from} is answered on {to}: {page}");
    }
    let page = device.prove(&other, &factor).await;
    assert!(other.is_signed_in().await, "{page}");
}

async fn an_answer_is_for_this_site(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    device.origin = "http://localhost:9999".parse().unwrap();
    let (other, page) = half_way(&app, &ann).await;
    let page = device.prove(&other, &page).await;
    assert!(!other.is_signed_in().await, "an answer for another site signs in: {page}");
    let mut second = Device { passkey: None, ..device };
    let page = browser.get("/account/factors/passkey").await;
    let page = second.prove(&browser, &page).await;
    assert_eq!(page.path(), "/account/factors/passkey", "{page}");
}

async fn nobody_elses_passkey_counts(setting: Setting) {
    let (app, ann, _, anns) = with_passkey(&setting).await;
    let bob = app.person("bob").await;
    let (browser, mut theirs) = (app.signed_in(&bob).await, Device::new(&app));
    theirs.set_up(&browser).await;
    let (other, page) = half_way(&app, &ann).await;
    assert_eq!(theirs.answer_to(&question(&page)).await, None, "only passkeys of the account are asked for");
    for (browser, page) in [(&other, page), (&anns, anns.get("/verify").await)] {
        let mut any = question(&page);
        any["get"]["allowCredentials"] = json!([]);
        let answer = theirs.answer_to(&any).await.unwrap();
        let refused = browser.submit(&page, &[("answer", &answer)]).await;
        assert!(refused.text.contains("did not work"), "{refused}");
        assert_eq!(refused.path(), page.path(), "{refused}");
    }
    assert!(!other.is_signed_in().await);
}

async fn a_passkey_belongs_to_one_account(setting: Setting) {
    let (app, _, device, anns) = with_passkey(&setting).await;
    let bob = app.person("bob").await;
    let bobs = app.signed_in(&bob).await;
    let id = device.passkey.as_ref().unwrap().credential_id.to_vec();
    for browser in [&anns, &bobs] {
        let page = browser.get("/account/factors/passkey").await;
        let mut other = Device { passkey: None, ..device.clone() };
        let mut any = question(&page);
        any["create"]["excludeCredentials"] = json!([]);
        let answer = other.answer_to(&any).await.unwrap();
        let answer = with_id(&answer, &id);
        let page = browser.submit(&page, &[("answer", &answer)]).await;
        assert!(page.text.contains("already in use"), "{page}");
    }
}

async fn a_counter_that_goes_back_is_recorded(setting: Setting) {
    let (app, ann, mut device, _) = with_passkey(&setting).await;
    app.mailbox.rest(&ann.email).await;
    let mut copy = device.clone();
    for _ in 0..2 {
        let (browser, page) = half_way(&app, &ann).await;
        device.prove(&browser, &page).await;
        assert!(browser.is_signed_in().await);
    }
    let (browser, page) = half_way(&app, &ann).await;
    let page = copy.prove(&browser, &page).await;
    assert!(browser.is_signed_in().await, "a passkey that is backed up may have copies: {page}");
    assert!(app.told(&["events"]).contains("passkey.copied"));
    let told = app.mailbox.next(&ann.email).await;
    assert!(told.subject.contains("copied") && told.link().ends_with("/account/factors"), "{told:?}");
}

async fn a_passkey_comes_before_an_app(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    let page = browser.get("/account/factors").await;
    let page = browser.press(&page, "/account/factors/totp/start").await;
    let code = Authenticator::scan(&page).code(&app);
    browser.submit(&page, &[("one-time-code", &code)]).await;
    app.next_code_is_shown();
    let (other, page) = half_way(&app, &ann).await;
    assert!(page.links.iter().any(|link| link.contains("with=totp")), "{page}");
    let page = device.prove(&other, &page).await;
    assert!(other.is_signed_in().await, "{page}");
    let page = other.get("/account/factors").await;
    assert!(page.text.contains("Authenticator app") && page.text.contains("Passkey"), "{page}");
}

async fn the_last_passkey_takes_its_codes_along(setting: Setting) {
    let (app, ann, mut device, browser) = with_passkey(&setting).await;
    let page = browser.get("/account/factors").await;
    let remove = page.forms.iter().find(|form| form.action.ends_with("/remove")).expect("a button");
    let page = browser.press(&page, &remove.action.clone()).await;
    assert!(page.text.contains("It is removed."), "{page}");
    let other = app.browser();
    app.sign_in(&other, &ann.email, &ann.password).await;
    assert!(other.is_signed_in().await, "nothing is owed any more");
    let other = app.browser();
    let page = other.get("/login/passkey").await;
    device.prove(&other, &page).await;
    assert!(!other.is_signed_in().await, "a removed passkey signs in");
}

async fn who_must_have_a_factor_sets_up_a_passkey(setting: Setting) {
    let required = ("latchkey.sign_in.second_factor", json!("required"));
    let app = setting.app_with(&[("latchkey.public_url", json!(URL)), required]).await;
    let (ann, browser, mut device) = (app.person("ann").await, app.browser(), Device::new(&app));
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    device.set_up(&browser).await;
    assert!(browser.is_signed_in().await);
    let page = browser.get("/account/factors").await;
    assert!(!page.forms.iter().any(|form| form.action.ends_with("/remove")), "the last one stays: {page}");
}

async fn nonsense_is_no_answer(setting: Setting) {
    let (app, ann, _, browser) = with_passkey(&setting).await;
    let long = "x".repeat(20_000);
    for answer in ["", "null", "{}", "[[[[", "\u{0}", &long] {
        for place in ["/login/passkey", "/verify", "/account/factors/passkey"] {
            let who = if place == "/login/passkey" { &app.browser() } else { &browser };
            let page = who.get(place).await;
            let page = who.submit(&page, &[("answer", answer)]).await;
            assert_eq!((page.status, page.path()), (422, place), "{page}");
        }
        let (other, page) = half_way(&app, &ann).await;
        other.submit(&page, &[("answer", answer), ("asked", answer)]).await;
        assert!(!other.is_signed_in().await);
    }
}

async fn an_address_without_a_domain_has_no_passkeys(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    assert_eq!(browser.get("/account/factors/passkey").await.path(), "/account/factors");
    let other = app.browser();
    assert_eq!(other.get("/login/passkey").await.path(), "/login");
    assert!(!other.get("/login").await.links.iter().any(|link| link.starts_with("/login/passkey")));
    assert!(app.told(&["check"]).contains("offer no passkeys"));
}

async fn a_closed_account_has_no_passkeys(setting: Setting) {
    let (app, ann, mut device, _) = with_passkey(&setting).await;
    app.latchkey(&["user", "disable", &ann.email]);
    let browser = app.browser();
    let page = browser.get("/login/passkey").await;
    let page = device.prove(&browser, &page).await;
    assert!(!browser.is_signed_in().await && page.text.contains("did not work"), "{page}");
}

async fn switched_off_factors_are_switched_off_passkeys(setting: Setting) {
    let (mut app, _, mut device, _) = with_passkey(&setting).await;
    app.again(&[("latchkey.sign_in.second_factor", json!("off"))]).await;
    let browser = app.browser();
    let page = browser.get("/login/passkey").await;
    if page.path() == "/login/passkey" {
        device.prove(&browser, &page).await;
    }
    assert!(!browser.is_signed_in().await);
}

async fn a_passkey_alone_opens_nothing_once_that_is_not_offered(setting: Setting) {
    let (mut app, ann, mut device, _) = with_passkey(&setting).await;
    let browser = app.browser();
    let page = browser.get("/login/passkey").await;
    let answer = device.answer(&page).await;
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.methods", json!(["password"]))]).await;
    let page = browser.submit(&page, &[("answer", &answer)]).await;
    assert!(!browser.is_signed_in().await, "an answer outlives its method: {page}");
    assert_eq!(page.path(), "/login", "{page}");
    let (browser, page) = half_way(&app, &ann).await;
    device.prove(&browser, &page).await;
    assert!(browser.is_signed_in().await, "it is a second factor all the same");
}

/// True if this passkey signs in alone.
async fn opens(app: &TestApp, device: &mut Device) -> bool {
    let browser = app.browser();
    device.prove(&browser, &browser.get("/login/passkey").await).await;
    browser.is_signed_in().await
}

async fn a_passkey_opens_no_account_on_hold(setting: Setting) {
    let app = site(&setting).await;
    let (ann, bob, link) = given(&app).await;
    let (_, console) = admin(&app).await;
    let mut device = Device::new(&app);
    device.set_up(&app.signed_in(&bob).await).await;
    assert!(opens(&app, &mut device).await);
    freeze(&app, &link, [&ann, &bob]).await;
    assert!(!opens(&app, &mut device).await, "an account that is on hold opens");
    let at = place(&console, &bob.email).await;
    console.press(&console.get(&at).await, &format!("{at}/lift-hold")).await;
    assert!(!opens(&app, &mut device).await, "it opens before its owner has set a password");
}

async fn who_is_given_an_account_back_gets_it_without_factors(setting: Setting) {
    let app = site(&setting).await;
    let (ann, bob, link) = given(&app).await;
    let (_, console) = admin(&app).await;
    let mut device = Device::new(&app);
    device.set_up(&app.signed_in(&bob).await).await;
    freeze(&app, &link, [&ann, &bob]).await;
    let at = place(&console, &bob.email).await;
    console.press(&console.get(&at).await, &format!("{at}/give-back")).await;
    let key = app.mailbox.next_key(&ann.email).await.link();
    app.recover(&app.browser(), &ann, &key, OTHER).await;
    assert!(!opens(&app, &mut device).await, "the other side's passkey opens it");
}

async fn a_passkey_opens_nothing_until_the_reset_after_this_wasnt_me(setting: Setting) {
    let (app, ann, mut device, own) = with_passkey(&setting).await;
    app.mailbox.rest(&ann.email).await;
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", &ann.password), ("new-password", OTHER)]).await;
    let link = app.mailbox.next_notice(&ann.email).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    browser.press(&page, "/reset/not-me").await;
    assert!(!opens(&app, &mut device).await, "a thief's passkey opens the account that was given back");
    app.minutes_pass(24 * 60);
    assert!(!opens(&app, &mut device).await);
}
