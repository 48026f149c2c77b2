//! The strategy in force for each account, evaluated again at every step.

use serde_json::json;

use crate::{
    common::{Capabilities, NEW, OLD, Person, Setting, Site, Strategy},
    key::is_unusable,
};

for_every_strategy! {
    a_switch_to_a_stricter_strategy_ends_the_key,
    a_switch_under_honour_ends_nothing,
    a_switch_under_revoke_ends_the_key,
}
for_both_databases! {
    a_role_has_a_strategy_of_its_own,
    the_strictest_of_several_roles_counts,
    the_last_step_may_lead_to_sign_in,
    a_one_time_sign_in_may_go_on_without_a_new_password,
    a_one_time_sign_in_reaches_nothing_else,
    one_server_knows_another_policy,
}

const STRATEGY: &str = "latchkey.reset.strategy";
const IN_FLIGHT: &str = "latchkey.reset.in_flight";

async fn key_with_phone(app: &Site) -> (Person, String) {
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    let link = app.key(&ann).await.link();
    (ann, link)
}

/// A strategy other than that of `setting`.
fn other(setting: &Setting) -> &'static str {
    if setting.strategy == Strategy::SecondKey { "set_then_login" } else { "second_key" }
}

async fn a_switch_to_a_stricter_strategy_ends_the_key(setting: Setting) {
    let app = setting.app().await;
    let (ann, link) = key_with_phone(&app).await;
    let (strictest, laxest) = (Strategy::all()[0], Strategy::all()[Strategy::all().len() - 1]);
    let app = app.restart(&[(STRATEGY, json!(strictest.name()))]).await;
    let page = app.browser().get(&link).await;
    if setting.strategy == strictest {
        assert_eq!(page.path(), setting.strategy.path());
    } else {
        is_unusable(&app, &page).await;
    }
    let app = app.restart(&[(STRATEGY, json!(laxest.name()))]).await;
    if setting.strategy.signs_in_once() {
        assert_eq!(app.browser().get(&link).await.path(), setting.strategy.path());
    }
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_switch_under_honour_ends_nothing(setting: Setting) {
    let app = setting.app_with(&[(IN_FLIGHT, json!("honour"))]).await;
    let (ann, link) = key_with_phone(&app).await;
    let app = app.restart(&[(STRATEGY, json!(other(&setting)))]).await;
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_switch_under_revoke_ends_the_key(setting: Setting) {
    let app = setting.app_with(&[(IN_FLIGHT, json!("revoke"))]).await;
    let (ann, link) = key_with_phone(&app).await;
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let sent = app.spending(&browser, &ready, NEW);
    let app = app.restart(&[(STRATEGY, json!(other(&setting)))]).await;
    is_unusable(&app, &browser.post(&sent).await).await;
    is_unusable(&app, &app.browser().get(&link).await).await;
    assert!(app.opens(&ann.email, OLD).await);
}

async fn a_role_has_a_strategy_of_its_own(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.role.editor.strategy", json!("second_key"))]).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    app.latchkey(&["user", "role", &ann.email, "--add", "editor"]);
    let (of_ann, of_bob) = (app.key(&ann).await.link(), app.key(&bob).await.link());
    assert_eq!(app.browser().get(&of_ann).await.path(), "/reset/second-key");
    assert_eq!(app.browser().get(&of_bob).await.path(), "/reset/set-then-login");
}

async fn the_strictest_of_several_roles_counts(setting: Setting) {
    let changes = [
        ("latchkey.reset.role.guest.strategy", json!("generated_password")),
        ("latchkey.reset.role.editor.strategy", json!("second_key")),
    ];
    let app = setting.app_with(&changes).await;
    let ann = app.person("ann").await;
    app.latchkey(&["user", "role", &ann.email, "--add", "guest", "--add", "editor"]);
    assert_eq!(app.browser().get(&app.key(&ann).await.link()).await.path(), "/reset/second-key");
    app.latchkey(&["user", "role", &ann.email, "--remove", "editor"]);
    assert_eq!(app.browser().get(&app.key(&ann).await.link()).await.path(), "/reset/generated-password");
}

async fn the_last_step_may_lead_to_sign_in(setting: Setting) {
    let app = setting.app_with(&[("latchkey.reset.login_after", json!(false))]).await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let page = browser.post(&app.spending(&browser, &ready, NEW)).await;
    assert!(page.status < 400 && !browser.is_signed_in().await, "{page}");
    assert!(page.links.iter().any(|link| link.starts_with("/login")) || page.path() == "/login", "{page}");
    assert!(app.opens(&ann.email, NEW).await);
}

async fn a_one_time_sign_in_may_go_on_without_a_new_password(mut setting: Setting) {
    setting.strategy = Strategy::OneTimeLogin;
    for may_skip in [false, true] {
        let app = setting.app_with(&[("latchkey.reset.may_skip", json!(may_skip))]).await;
        let ann = app.person(if may_skip { "ann" } else { "bob" }).await;
        let link = app.key(&ann).await.link();
        let browser = app.browser();
        let page = browser.get(&link).await;
        let page = browser.press(&page, "/reset/one-time-login").await;
        assert_eq!(page.offers("/reset/new-password/skip"), may_skip, "{page}");
        let form = page.form_to("/reset/new-password").action.replace("new-password", "new-password/skip");
        browser.post(&crate::common::Sent { to: form, fields: vec![] }).await;
        assert_eq!(browser.is_signed_in().await, may_skip);
        assert!(app.opens(&ann.email, OLD).await);
    }
}

async fn a_one_time_sign_in_reaches_nothing_else(mut setting: Setting) {
    setting.strategy = Strategy::OneTimeLogin;
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let page = browser.get(&link).await;
    let page = browser.press(&page, "/reset/one-time-login").await;
    for place in
        ["/account", "/change", "/account/email", "/account/phone", "/account/sessions", "/account/delete"]
    {
        let answer = browser.ask(reqwest::Method::GET, place).await;
        assert!(answer.status >= 300, "{place} opens to a restricted session");
    }
    let closed = browser.copy();
    closed.close();
    assert!(!closed.get("/reset/new-password").await.asks(&["new_password"]), "outlives the browser");
    app.minutes_pass(11);
    let late = browser.submit(&page, &[("new_password", NEW)]).await;
    assert!(!browser.is_signed_in().await && app.opens(&ann.email, OLD).await, "{late}");
}

async fn one_server_knows_another_policy(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let mut stricter = setting.clone();
    stricter.strategy = Strategy::SecondKey;
    let other = stricter.app_with(&[("latchkey.public_url", json!(app.url))]).await;
    is_unusable(&app, &other.browser().get(&link).await).await;
    assert_eq!(app.browser().get(&link).await.path(), "/reset/set-then-login");
}
