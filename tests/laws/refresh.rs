//! Refresh tokens: a program stays signed in for weeks, and a copy of its token ends what it was good for.

use reqwest::Method;
use rocket::futures::future::join_all;
use serde_json::{Value, json};

use crate::common::{Jar, NEW, OLD, Person, Program, Reply, Setting, TestApp, factors::with_app, texts};

for_both_databases! {
    there_are_no_refresh_tokens_unless_the_site_has_them,
    a_refresh_token_is_good_once,
    a_tab_that_is_late_gets_the_same_next_one,
    a_copy_ends_the_whole_family,
    many_refreshes_at_once_leave_one_family,
    a_cookie_carries_it_where_scripts_cannot_read_it,
    a_copied_cookie_is_recorded_at_sign_out,
    a_family_ends_with_signing_out,
    a_family_ends_with_the_password_and_with_the_factors,
    a_family_lives_weeks_and_not_forever,
    a_disabled_account_refreshes_nothing,
    a_factor_that_is_required_meanwhile_is_asked_for,
    a_program_is_listed_and_ended,
    a_program_in_a_trusted_browser_goes_on_while_that_is_trusted,
}

async fn with_refresh_tokens(setting: &Setting, how: &str) -> TestApp {
    setting.app_with(&[("latchkey.session.refresh_tokens", json!(how))]).await
}

/// Signs in; returns the program, which has a token and no cookies, and its refresh token.
async fn signed_in(app: &TestApp, ann: &Person) -> (Program, String) {
    let program = app.program();
    let body = json!({ "email": ann.email, "password": ann.password });
    let user = program.post("/login?include_auth_token", body).await.done()["user"].take();
    program.carry(user["authentication_token"].as_str());
    (program, user["refresh_token"].as_str().expect("a refresh token").to_owned())
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.program().post("/refresh-token", json!({ "refresh_token": token })).await
}

/// Refreshes, and returns the next refresh token, once the new token has opened the account.
async fn refreshed(app: &TestApp, token: &str) -> String {
    let user = refresh(app, token).await.done()["user"].take();
    let program = app.program();
    program.carry(user["authentication_token"].as_str());
    assert!(program.is_signed_in().await, "{user}");
    user["refresh_token"].as_str().expect("the next one").to_owned()
}

async fn is_over(app: &TestApp, token: &str) {
    refresh(app, token).await.refused(400, "REFRESH_TOKEN_INVALID");
}

async fn there_are_no_refresh_tokens_unless_the_site_has_them(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let body = json!({ "email": ann.email, "password": ann.password });
    let said = app.program().post("/login?include_auth_token", body).await.done();
    assert!(said["user"].get("refresh_token").is_none(), "{said}");
    let app = with_refresh_tokens(&setting, "body").await;
    let ben = app.person("ben").await;
    let body = json!({ "email": ben.email, "password": ben.password });
    let said = app.program().post("/login", body).await.done();
    assert!(said["user"].get("refresh_token").is_none(), "nobody asked for tokens: {said}");
}

async fn a_refresh_token_is_good_once(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, first) = signed_in(&app, &ann).await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;
    assert!(first != second && second != third);
    for bad in ["", "x", "00000000-0000-0000-0000-000000000000.x", &third[..third.len() - 1]] {
        assert_eq!(refresh(&app, bad).await.status, 400, "{bad}");
    }
}

async fn a_tab_that_is_late_gets_the_same_next_one(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, first) = signed_in(&app, &ann).await;
    let second = refreshed(&app, &first).await;
    assert_eq!(refreshed(&app, &first).await, second, "two tabs have two tokens");
    refreshed(&app, &second).await;
}

async fn a_copy_ends_the_whole_family(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (program, first) = signed_in(&app, &ann).await;
    let (other, elsewhere) = signed_in(&app, &ann).await;
    let second = refreshed(&app, &first).await;
    app.minutes_pass(1);
    is_over(&app, &first).await;
    is_over(&app, &second).await;
    assert!(!program.is_signed_in().await, "a token of the family outlives it");
    assert!(other.is_signed_in().await, "another family ends as well");
    refreshed(&app, &elsewhere).await;
    assert_eq!(replays(&setting).await, 1);
}

async fn many_refreshes_at_once_leave_one_family(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, first) = signed_in(&app, &ann).await;
    let replies = join_all((0..32).map(|_| refresh(&app, &first))).await;
    let next: Vec<_> =
        replies.into_iter().map(|reply| reply.done()["user"]["refresh_token"].clone()).collect();
    assert!(next.iter().all(|token| *token == next[0]), "{next:?}");
    let families = texts(&setting.database, "SELECT browser FROM latchkey_refresh_tokens").await;
    assert_eq!(families.len(), 1);
    refreshed(&app, next[0].as_str().expect("a token")).await;
}

async fn a_cookie_carries_it_where_scripts_cannot_read_it(setting: Setting) {
    let app = with_refresh_tokens(&setting, "cookie").await;
    let ann = app.person("ann").await;
    let program = app.program_with_cookies();
    let body = json!({ "email": ann.email, "password": ann.password });
    let reply = program.post("/login?include_auth_token", body).await;
    let cookie = reply.headers.get_all("Set-Cookie").iter().filter_map(|it| it.to_str().ok());
    let cookie =
        cookie.into_iter().find(|it| it.starts_with("latchkey_refresh=")).expect("a cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(reply.done()["user"].get("refresh_token").is_none());
    let user = program.post("/refresh-token", json!({})).await.done()["user"].take();
    assert!(user["authentication_token"].is_string() && user.get("refresh_token").is_none(), "{user}");
    let ben = app.person("ben").await;
    let body = json!({ "email": ben.email, "password": ben.password });
    program.post("/login", body).await.done();
    assert_eq!(cookie_of(&program.jar()), None, "the next person has the cookie of the one before");
    let body = json!({ "email": ann.email, "password": ann.password });
    program.post("/login?include_auth_token", body).await.done();
    assert!(cookie_of(&program.jar()).is_some());
    program.post("/logout", json!({})).await.done();
    assert_eq!(cookie_of(&program.jar()), None);
}

async fn a_copied_cookie_is_recorded_at_sign_out(setting: Setting) {
    let app = with_refresh_tokens(&setting, "cookie").await;
    let ann = app.person("ann").await;
    let program = app.program_with_cookies();
    let body = json!({ "email": ann.email, "password": ann.password });
    program.post("/login?include_auth_token", body).await.done();
    let copy = cookie_of(&program.jar()).expect("a refresh token");
    program.post("/refresh-token", json!({})).await.done();
    app.minutes_pass(1);
    let thief = app.program();
    let logout = thief.request(Method::POST, "/logout").header("Sec-Fetch-Site", "same-origin");
    let logout = logout.header("Cookie", format!("latchkey_refresh={copy}"));
    thief.send(logout).await.done();
    assert!(!program.is_signed_in().await, "a family outlives its copy");
    assert_eq!(replays(&setting).await, 1);
}

/// Returns the number of events of copied refresh tokens.
async fn replays(setting: &Setting) -> usize {
    texts(&setting.database, "SELECT kind FROM latchkey_events WHERE kind = 'refresh.replayed'").await.len()
}

fn cookie_of(jar: &Jar) -> Option<String> {
    let cookies = jar.header()?;
    cookies.split("; ").find_map(|pair| pair.strip_prefix("latchkey_refresh=")).map(str::to_owned)
}

async fn a_family_ends_with_signing_out(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (program, first) = signed_in(&app, &ann).await;
    program.post("/logout", json!({})).await.done();
    is_over(&app, &first).await;
    // By its refresh token alone, which may have been copied and used by then.
    let (_, first) = signed_in(&app, &ann).await;
    let second = refreshed(&app, &first).await;
    app.minutes_pass(1);
    let padding = "x".repeat(600);
    app.program().post("/logout", json!({ "refresh_token": first, "note": padding })).await.done();
    is_over(&app, &second).await;
    // By a token that was refreshed, too.
    let (_, first) = signed_in(&app, &ann).await;
    let user = refresh(&app, &first).await.done()["user"].take();
    let program = app.program();
    program.carry(user["authentication_token"].as_str());
    program.post("/logout", json!({})).await.done();
    is_over(&app, user["refresh_token"].as_str().expect("a token")).await;
}

async fn a_family_ends_with_the_password_and_with_the_factors(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (program, first) = signed_in(&app, &ann).await;
    let (_, other) = signed_in(&app, &ann).await;
    let change = json!({ "password": OLD, "new_password": NEW });
    let said: Value = program.post("/change?include_auth_token", change).await.done();
    is_over(&app, &first).await;
    is_over(&app, &other).await;
    let own = said["user"]["refresh_token"].as_str().expect("another").to_owned();
    let own = refreshed(&app, &own).await;
    let browser = app.browser();
    app.sign_in(&browser, &ann.email, NEW).await;
    app.set_up_app(&browser).await;
    is_over(&app, &own).await;
}

async fn a_family_lives_weeks_and_not_forever(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, mut token) = signed_in(&app, &ann).await;
    for _ in 0..14 {
        app.minutes_pass(6 * 24 * 60);
        token = refreshed(&app, &token).await;
    }
    app.minutes_pass(6 * 24 * 60 + 60);
    is_over(&app, &token).await;
    let (_, token) = signed_in(&app, &ann).await;
    app.minutes_pass(7 * 24 * 60 + 1);
    is_over(&app, &token).await;
}

async fn a_disabled_account_refreshes_nothing(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, token) = signed_in(&app, &ann).await;
    app.latchkey(&["user", "disable", &ann.email]);
    is_over(&app, &token).await;
    app.latchkey(&["user", "enable", &ann.email]);
    is_over(&app, &token).await;
}

async fn a_factor_that_is_required_meanwhile_is_asked_for(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let program = app.program();
    let body = json!({ "email": ann.email, "password": ann.password });
    let said = program.post("/login?include_auth_token", body).await.done();
    program.carry(said["tf_token"].as_str());
    let code = json!({ "code": authenticator.code(&app) });
    let user = program.post("/tf-validate?include_auth_token", code).await.done()["user"].take();
    let token = user["refresh_token"].as_str().expect("a refresh token").to_owned();
    refreshed(&app, &token).await;
}

async fn a_program_is_listed_and_ended(setting: Setting) {
    let app = with_refresh_tokens(&setting, "body").await;
    let ann = app.person("ann").await;
    let (_, token) = signed_in(&app, &ann).await;
    app.minutes_pass(13 * 60);
    let token = refreshed(&app, &token).await;
    let browser = app.signed_in(&ann).await;
    let page = browser.get("/account/sessions").await;
    assert!(page.text.contains("Unknown browser or app"), "{page}");
    let ends: Vec<_> =
        page.forms.iter().filter(|form| form.path().starts_with("/account/sessions/")).collect();
    assert_eq!(ends.len(), 1, "{page}");
    let path = ends[0].path().to_owned();
    browser.press(&page, &path).await;
    is_over(&app, &token).await;
}

async fn a_program_in_a_trusted_browser_goes_on_while_that_is_trusted(setting: Setting) {
    let app = with_refresh_tokens(&setting, "cookie").await;
    let (ann, authenticator, ..) = with_app(&app).await;
    let program = app.program_with_cookies();
    let body = json!({ "email": ann.email, "password": ann.password });
    let half = program.post("/login", body.clone()).await.done();
    assert_eq!(half["tf_required"], json!(true), "{half}");
    let code = authenticator.code(&app);
    program.post("/tf-validate", json!({ "code": code, "trust": true })).await.done();
    program.post("/logout", json!({})).await.done();
    let whole = program.post("/login?include_auth_token", body).await.done();
    assert_eq!(whole["tf_required"], json!(false), "the browser is not trusted: {whole}");
    for _ in 0..2 {
        program.post("/refresh-token", json!({})).await.done();
    }
    let trusted = program.get("/account/sessions").await.done()["trusted"].take();
    let id = trusted[0]["id"].as_str().unwrap_or_else(|| panic!("it is not listed: {trusted}"));
    program.post(&format!("/account/sessions/trusted/{id}"), json!({})).await.done();
    program.post("/refresh-token", json!({})).await.refused(400, "REFRESH_TOKEN_INVALID");
}
