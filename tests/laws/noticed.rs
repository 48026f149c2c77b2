//! Refusals by guards are in the audit log, once for each client and kind within a window.

use reqwest::Method;

use crate::common::{Browser, Setting, TestApp};

for_both_databases! {
    a_form_from_elsewhere_is_written_down_once,
    a_cookie_that_was_changed_is_written_down_once,
    who_lacks_a_role_is_written_down_once,
    a_remembered_browser_that_opens_a_session_is_written_down_once,
}

/// Number of events of a kind.
fn told(app: &TestApp, kind: &str) -> usize {
    // Lists all events, because a kind without events would be a failure.
    app.told(&["events"]).matches(kind).count()
}

async fn from_elsewhere(browser: &Browser) {
    let request = browser.request(Method::POST, "/logout").header("Origin", "https://evil.example");
    assert_eq!(browser.send(request).await.status, 403);
}

async fn a_form_from_elsewhere_is_written_down_once(setting: Setting) {
    let app = setting.app().await;
    app.account("ann@example.com").await;
    for _ in 0..5 {
        from_elsewhere(&app.browser()).await;
    }
    assert_eq!(told(&app, "form.refused"), 1);
    app.minutes_pass(61);
    from_elsewhere(&app.browser()).await;
    assert_eq!(told(&app, "form.refused"), 2, "an hour later it is news");
}

async fn a_cookie_that_was_changed_is_written_down_once(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.signed_in(&ann).await;
    browser.get("/account").await;
    app.sign_in(&app.browser(), &ann.email, &ann.password).await;
    assert_eq!(told(&app, "cookie.refused"), 0);
    for turn in 0..3 {
        let thief = app.browser();
        thief.with_jar(|jar| jar.put("latchkey_device", &format!("forged{turn}")));
        app.sign_in(&thief, &ann.email, "not the password at all").await;
        thief.with_jar(|jar| jar.put("latchkey_session", "forged"));
        thief.get("/account").await;
    }
    assert_eq!(told(&app, "cookie.refused"), 1);
}

async fn who_lacks_a_role_is_written_down_once(setting: Setting) {
    let app = setting.app().await;
    let (ann, root) = (app.account("ann@example.com").await, app.admin("root@example.com").await);
    let (browser, admin) = (app.signed_in(&ann).await, app.signed_in(&root).await);
    assert_eq!(admin.get("/admin").await.status, 200);
    assert_eq!(told(&app, "role.refused"), 0);
    for path in ["/admin", "/admin/people", "/admin"] {
        assert_eq!(browser.get(path).await.status, 403);
    }
    assert_eq!(told(&app, "role.refused"), 1);
    let told = app.told(&["events", "--kind", "role.refused"]);
    assert!(told.contains("admin"), "which role it was: {told}");
}

async fn a_remembered_browser_that_opens_a_session_is_written_down_once(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let browser = app.browser();
    let form = browser.get("/login").await;
    let fields = [("username", &*ann.email), ("password", &*ann.password), ("remember", "on")];
    browser.submit(&form, &fields).await;
    assert!(browser.is_signed_in().await);
    assert_eq!(told(&app, "session.remembered"), 0);
    for _ in 0..2 {
        browser.with_jar(|jar| jar.remove("latchkey_session"));
        assert!(browser.is_signed_in().await, "it is remembered");
    }
    assert_eq!(told(&app, "session.remembered"), 1);
}
