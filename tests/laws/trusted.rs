//! Trusted browsers: the password is enough there, for the account that trusts them, until anything changes.

use serde_json::json;

use crate::common::{
    Authenticator, Browser, NEW, Person, Setting, TestApp,
    factors::{
        finish, half_way, is_trusted, leave, prove, to_the_factor, trust, undo, with_app, with_recovery_code,
    },
};

for_both_databases! {
    a_trusted_browser_is_not_asked,
    trust_lasts_for_thirty_days,
    trust_is_for_one_account,
    a_trusted_sign_in_changes_no_factors,
    a_kept_sign_in_in_a_trusted_browser_goes_on,
    trust_in_a_browser_is_ended_by_its_owner,
    who_may_not_trust_is_asked_always,
    a_recovery_code_trusts_no_browser,
    a_new_password_ends_trust,
    a_new_factor_ends_trust,
    not_me_ends_trust,
    a_disabled_account_trusts_no_browser,
}

for_every_strategy! {
    a_reset_is_asked_and_ends_trust,
}

/// A site with Ann, her app, and a browser that she trusts, in which she is signed out.
async fn with_trust(app: &TestApp) -> (Person, Authenticator, Browser, Browser) {
    let (ann, authenticator, own, _) = with_app(app).await;
    let (trusted, page) = half_way(app, &ann).await;
    trust(&trusted, &page, &authenticator.code(app)).await;
    assert!(trusted.is_signed_in().await);
    leave(&trusted).await;
    app.next_code_is_shown();
    (ann, authenticator, own, trusted)
}

async fn a_trusted_browser_is_not_asked(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, trusted) = with_trust(&app).await;
    assert!(is_trusted(&app, &trusted, &ann).await);
    half_way(&app, &ann).await;
    let page = own.get("/account/sessions").await;
    assert!(page.text.contains("Trusted browsers") && page.text.contains("Firefox on Linux"), "{page}");
    assert!(app.told(&["events"]).contains("browser.trusted"));
}

async fn trust_lasts_for_thirty_days(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, _, trusted) = with_trust(&app).await;
    for days in [10, 19] {
        app.minutes_pass(days * 24 * 60);
        assert!(is_trusted(&app, &trusted, &ann).await, "{days} days later");
        leave(&trusted).await;
    }
    app.minutes_pass(24 * 60);
    assert!(!is_trusted(&app, &trusted, &ann).await);
}

async fn trust_is_for_one_account(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, _, trusted) = with_trust(&app).await;
    let bob = app.account("bob@example.com").await;
    let (authenticator, _) = app.set_up_app(&app.signed_in(&bob).await).await;
    app.next_code_is_shown();
    assert!(!is_trusted(&app, &trusted, &bob).await, "Ann's trust signs Bob in");
    let page = trusted.get("/login/factor").await;
    trust(&trusted, &page, &authenticator.code(&app)).await;
    leave(&trusted).await;
    for person in [&ann, &bob] {
        assert!(is_trusted(&app, &trusted, person).await, "one's trust ends the other's");
        leave(&trusted).await;
    }
}

async fn a_trusted_sign_in_changes_no_factors(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, _, trusted) = with_trust(&app).await;
    assert!(is_trusted(&app, &trusted, &ann).await);
    let page = trusted.get("/account/factors").await;
    assert_eq!(page.path(), "/verify", "{page}");
    let page = prove(&trusted, &page, &authenticator.code(&app)).await;
    assert_eq!(page.path(), "/account/factors", "{page}");
}

async fn a_kept_sign_in_in_a_trusted_browser_goes_on(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, trusted) = with_trust(&app).await;
    let form = trusted.get("/login").await;
    let typed = [("username", &*ann.email), ("password", &*ann.password), ("remember", "on")];
    trusted.submit(&form, &typed).await;
    trusted.close();
    assert!(trusted.is_signed_in().await);
    distrust(&own).await;
    trusted.close();
    assert!(!trusted.is_signed_in().await, "it goes on without trust");
}

/// Ends the trust in the only trusted browser.
async fn distrust(own: &Browser) {
    let page = own.get("/account/sessions").await;
    let end = page.forms.iter().find(|form| form.path().starts_with("/account/sessions/trusted/"));
    let path = end.expect("a button").path().to_owned();
    let page = own.press(&page, &path).await;
    assert!(page.path() == "/account/sessions" && !page.text.contains("Trusted browsers"), "{page}");
}

async fn trust_in_a_browser_is_ended_by_its_owner(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, trusted) = with_trust(&app).await;
    let bob = app.signed_in(&app.account("bob@example.com").await).await;
    let page = own.get("/account/sessions").await;
    let end = page.forms.iter().find(|form| form.path().starts_with("/account/sessions/trusted/"));
    bob.post(&bob.sent(&page, end.expect("a button"), &[])).await;
    assert!(is_trusted(&app, &trusted, &ann).await, "Bob ends Ann's trust");
    leave(&trusted).await;
    distrust(&own).await;
    assert!(!is_trusted(&app, &trusted, &ann).await);
    assert!(app.told(&["events"]).contains("browser.distrusted"));
}

async fn who_may_not_trust_is_asked_always(setting: Setting) {
    let mut app = setting.app().await;
    let (ann, authenticator, _, trusted) = with_trust(&app).await;
    let strategy = app.setting.strategy;
    app.switch(strategy, &[("latchkey.sign_in.trusted_browsers", json!(false))]).await;
    assert!(!is_trusted(&app, &trusted, &ann).await);
    let page = trusted.get("/login/factor").await;
    assert!(!page.text.contains("Do not ask again"), "{page}");
    let mut sent = trusted.fill(&page, &[("one-time-code", &authenticator.code(&app))]);
    sent.fields.push(("trust".into(), "yes".into()));
    trusted.post(&sent).await;
    assert!(trusted.is_signed_in().await);
    leave(&trusted).await;
    assert!(!is_trusted(&app, &trusted, &ann).await);
}

async fn a_recovery_code_trusts_no_browser(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, _, codes) = with_app(&app).await;
    let (browser, _) = half_way(&app, &ann).await;
    let page = browser.get("/login/factor?with=recovery_code").await;
    assert!(!page.text.contains("Do not ask again"), "{page}");
    with_recovery_code(&browser, &codes[0]).await;
    leave(&browser).await;
    assert!(!is_trusted(&app, &browser, &ann).await);
}

async fn a_new_password_ends_trust(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, trusted) = with_trust(&app).await;
    let form = own.get("/change").await;
    own.submit(&form, &[("current-password", &ann.password), ("new-password", NEW)]).await;
    assert!(!is_trusted(&app, &trusted, &Person { password: NEW.into(), ..ann }).await);
}

async fn a_new_factor_ends_trust(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, own, trusted) = with_trust(&app).await;
    app.set_up_app(&own).await;
    assert!(!is_trusted(&app, &trusted, &ann).await);
}

async fn not_me_ends_trust(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, own, trusted) = with_trust(&app).await;
    let page = own.get("/account/factors").await;
    own.press(&page, "/account/factors/codes/renew").await;
    let link = app.mailbox.next_notice(&ann.email).await.link();
    let (browser, page) = undo(&app, &ann, &link, NEW).await;
    prove(&browser, &page, &authenticator.code(&app)).await;
    assert!(browser.is_signed_in().await);
    assert!(!is_trusted(&app, &trusted, &Person { password: NEW.into(), ..ann }).await);
}

async fn a_disabled_account_trusts_no_browser(setting: Setting) {
    let app = setting.app().await;
    let (ann, _, _, trusted) = with_trust(&app).await;
    app.latchkey(&["user", "disable", &ann.email]);
    assert!(!is_trusted(&app, &trusted, &ann).await);
    app.latchkey(&["user", "enable", &ann.email]);
    assert!(!is_trusted(&app, &trusted, &ann).await);
    assert_eq!(trusted.get("/login/factor").await.path(), "/login/factor");
}

async fn a_reset_is_asked_and_ends_trust(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, _, trusted) = with_trust(&app).await;
    let browser = trusted.copy();
    let page = to_the_factor(&app, &ann, &browser, NEW).await;
    assert!(!page.text.contains("Do not ask again"), "{page}");
    let page = prove(&browser, &page, &authenticator.code(&app)).await;
    finish(&browser, page, NEW).await;
    assert!(!is_trusted(&app, &trusted, &Person { password: NEW.into(), ..ann }).await);
}
