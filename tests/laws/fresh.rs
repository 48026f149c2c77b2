//! The age of the last proof of identity, for the guards of a host application.

use latchkey::{Fresh, FreshWithin};
use reqwest::{
    Method,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use rocket::{Build, Rocket, error::ErrorKind, get, post, routes};
use serde_json::{Value, json};

use crate::common::{
    Browser, OLD, Setting, TestApp,
    factors::{prove, with_app},
};

for_both_databases! {
    an_old_proof_is_renewed_by_the_password_of_who_has_no_factor,
    an_old_proof_is_renewed_by_the_strongest_factor,
    a_guard_has_an_age_of_its_own,
    another_setting_changes_no_age,
    a_remembered_browser_is_no_proof,
    setting_up_a_factor_is_no_proof,
    a_program_is_told_where_to_verify,
}

#[get("/pay?<to>")]
fn pay(me: FreshWithin<'_, 5>, to: Option<&str>) -> String {
    format!("{} pays {}", me.email(), to.unwrap_or("nobody"))
}

#[post("/pay")]
fn paid(_me: FreshWithin<'_, 5>) -> &'static str {
    "paid"
}

#[get("/hour")]
fn hour(_me: FreshWithin<'_, 60>) -> &'static str {
    "within an hour"
}

#[get("/fresh")]
fn fresh(_me: Fresh<'_>) -> &'static str {
    "fresh"
}

fn plain(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![pay, paid, hour, fresh])
}

async fn app(setting: &Setting, changes: &[(&str, Value)]) -> TestApp {
    setting.attached(changes, |rocket, latchkey| plain(rocket).attach(latchkey)).await
}

async fn opens(browser: &Browser, place: &str) -> bool {
    browser.ask(Method::GET, place).await.status == 200
}

async fn an_old_proof_is_renewed_by_the_password_of_who_has_no_factor(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    assert!(opens(&browser, "/pay?to=bob").await);
    app.minutes_pass(6);
    assert!(opens(&browser, "/fresh").await, "it is still fresh by the setting");
    let refused = browser.ask(Method::GET, "/pay?to=bob").await;
    assert_eq!(refused.location(), "/verify?next=/pay%3Fto%3Dbob&within=5");
    assert_eq!(browser.ask(Method::POST, "/pay").await.location(), "/verify?within=5");
    let page = browser.get("/pay?to=bob").await;
    assert_eq!(page.path(), "/login", "{page}");
    let page = browser.submit(&page, &[("current-password", "not the password at all")]).await;
    assert_eq!(page.path(), "/login", "a wrong password leads on: {page}");
    assert!(page.text.contains("wrong") && !opens(&browser, "/pay").await, "{page}");
    let sent = browser.fill(&page, &[("username", &ann.email), ("current-password", OLD)]);
    assert_eq!(browser.post_only(&sent).await.location(), "/pay?to=bob");
    assert_eq!(browser.ask(Method::GET, "/pay?to=bob").await.text(), "ann@example.com pays bob");
}

async fn an_old_proof_is_renewed_by_the_strongest_factor(setting: Setting) {
    let app = app(&setting, &[]).await;
    let (_, authenticator, browser, _) = with_app(&app).await;
    app.minutes_pass(6);
    let page = browser.get("/pay?to=bob").await;
    assert_eq!(page.path(), "/verify", "{page}");
    let page = prove(&browser, &page, "000000").await;
    assert!(page.path() == "/verify" && !opens(&browser, "/pay").await, "{page}");
    let sent = browser.fill(&page, &[("one-time-code", &authenticator.code(&app))]);
    assert_eq!(browser.post_only(&sent).await.location(), "/pay?to=bob");
    assert!(opens(&browser, "/pay?to=bob").await);
    app.minutes_pass(6);
    assert!(!opens(&browser, "/pay?to=bob").await);
}

async fn a_guard_has_an_age_of_its_own(setting: Setting) {
    let app = app(&setting, &[]).await;
    let browser = app.signed_in(&app.person("ann").await).await;
    app.minutes_pass(20);
    assert!(!opens(&browser, "/fresh").await && opens(&browser, "/hour").await);
    app.minutes_pass(41);
    assert!(!opens(&browser, "/hour").await);
}

async fn another_setting_changes_no_age(setting: Setting) {
    for (name, setting_of, minutes, is_fresh) in [("ann", "12h", 6, true), ("bob", "1m", 2, false)] {
        let app = app(&setting, &[("latchkey.session.fresh", json!(setting_of))]).await;
        let browser = app.signed_in(&app.person(name).await).await;
        app.minutes_pass(minutes);
        assert_eq!(opens(&browser, "/fresh").await, is_fresh, "{setting_of}");
        assert_eq!(opens(&browser, "/pay").await, minutes < 5, "{setting_of}");
        app.stop().await;
    }
}

async fn a_remembered_browser_is_no_proof(setting: Setting) {
    let app = app(&setting, &[]).await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    let form = browser.get("/login").await;
    let fields = [("username", &*ann.email), ("current-password", OLD), ("remember", "on")];
    browser.submit(&form, &fields).await;
    assert!(opens(&browser, "/hour").await);
    browser.close();
    assert!(browser.is_signed_in().await, "it is remembered");
    assert!(!opens(&browser, "/hour").await);
}

async fn setting_up_a_factor_is_no_proof(setting: Setting) {
    let app = app(&setting, &[]).await;
    let browser = app.signed_in(&app.person("ann").await).await;
    app.minutes_pass(4);
    app.set_up_app(&browser).await;
    assert!(opens(&browser, "/pay").await);
    app.minutes_pass(2);
    assert!(!opens(&browser, "/pay").await, "only sign-in, six minutes ago, was a proof");
}

async fn a_program_is_told_where_to_verify(setting: Setting) {
    let app = app(&setting, &[]).await;
    let browser = app.signed_in(&app.person("ann").await).await;
    app.minutes_pass(6);
    let json = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let answer = browser.send(browser.request(Method::GET, "/pay").headers(json)).await;
    assert_eq!(answer.status, 401);
    let read: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let expected =
        json!({ "status": 401, "error": "sign in first", "sign_in": "/verify?next=/pay&within=5" });
    assert_eq!(read, expected);
}

#[rocket::async_test]
async fn an_age_without_the_fairing_is_reported_at_launch() {
    let refused = rocket::build().mount("/", routes![pay]).ignite().await.expect_err("nothing is attached");
    assert!(matches!(refused.kind(), ErrorKind::SentinelAborts(_)), "{refused}");
}
