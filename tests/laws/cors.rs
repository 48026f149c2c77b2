//! Pages of other sites: none may call the site but those whose origin the configuration names, and in JSON alone.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

use crate::common::{NEW, OLD, OTHER, Setting, TestApp};

for_both_databases! {
    no_page_of_another_site_may_call_unless_it_is_named,
    a_named_page_may_call_in_json,
    a_named_page_does_not_reach_the_console_or_pages,
    a_mailed_link_leads_to_the_page_that_is_named,
}

const APP: &str = "http://localhost:5173";
const ANN: &str = "ann@example.com";

async fn naming(setting: &Setting) -> TestApp {
    setting.app_with(&[("latchkey.api.origins", json!([APP]))]).await
}

/// Asks as a browser does before a page of `origin` may send JSON; returns the origin that may.
async fn preflight(app: &TestApp, origin: &str, place: &str) -> (u16, Option<String>) {
    let program = app.program();
    let request = program.request(Method::OPTIONS, place).header("Origin", origin);
    let request = request.header("Access-Control-Request-Method", "POST");
    let answer = app.browser().send(request.header("Access-Control-Request-Headers", "content-type")).await;
    let allowed = answer.headers.get("Access-Control-Allow-Origin").and_then(|value| value.to_str().ok());
    (answer.status, allowed.map(str::to_owned))
}

async fn no_page_of_another_site_may_call_unless_it_is_named(setting: Setting) {
    let app = setting.app().await;
    for place in ["/login", "/tf-validate", "/reset", "/account"] {
        assert_eq!(preflight(&app, APP, place).await.1, None, "{place}");
    }
    let request = app.program().request(Method::GET, "/login").header("Origin", APP);
    let reply = app.program().send(request).await;
    assert!(!reply.headers.contains_key("Access-Control-Allow-Origin"), "{reply:?}");
}

async fn a_named_page_may_call_in_json(setting: Setting) {
    let app = naming(&setting).await;
    let ann = app.person("ann").await;
    for place in ["/login", "/tf-validate", "/wan-register/x", "/reset/-", "/account/factors"] {
        assert_eq!(preflight(&app, APP, place).await, (204, Some(APP.to_owned())), "{place}");
        for other in
            ["http://localhost:5174", "https://localhost:5173", "null", "http://localhost:5173.evil.example"]
        {
            assert_eq!(preflight(&app, other, place).await, (403, None), "{place} {other}");
        }
    }
    let program = app.program_with_cookies();
    let sign_in = |origin: &'static str| {
        let request = program.request(Method::POST, "/login").header("Origin", origin);
        let body = json!({ "email": ann.email, "password": ann.password });
        request.header(CONTENT_TYPE, "application/json").body(body.to_string())
    };
    let reply = program.send(sign_in(APP)).await;
    assert_eq!(reply.headers["Access-Control-Allow-Origin"], APP);
    assert_eq!(reply.headers["Access-Control-Allow-Credentials"], "true");
    reply.done();
    let evil = program.send(sign_in("https://evil.example")).await;
    assert!(!evil.headers.contains_key("Access-Control-Allow-Origin"), "{evil:?}");
}

async fn a_named_page_does_not_reach_the_console_or_pages(setting: Setting) {
    let app = naming(&setting).await;
    assert_eq!(preflight(&app, APP, "/admin/people").await.1, None);
    let request = app.program().request(Method::GET, "/admin/people").header("Origin", APP);
    let reply = app.program().send(request).await;
    assert!(!reply.headers.contains_key("Access-Control-Allow-Origin"), "{reply:?}");
    let root = app.admin("root@example.com").await;
    let console = app.signed_in(&root).await;
    for place in ["/admin/people", "/%61dmin/people", "/%61%64min/people", "//admin/people"] {
        for method in [Method::GET, Method::POST] {
            let request = app.program().request(method, place).header("Origin", APP);
            let request = request.header("Cookie", console.jar().header().expect("cookies"));
            let answer = console.send(request).await;
            let opened = answer.headers.contains_key("Access-Control-Allow-Origin");
            assert!(!opened, "{place}: {answer:?}");
        }
        let forged = app.program().request(Method::POST, &format!("{place}/x/disable")).header("Origin", APP);
        let forged = forged.header("Cookie", console.jar().header().expect("cookies"));
        let answer = console.send(forged).await;
        assert!(answer.text().contains("CSRF_MISSING") || answer.status == 404, "{place}: {answer:?}");
    }
    let browser = app.browser();
    let page = browser.send(browser.request(Method::GET, "/login").header("Origin", APP)).await;
    assert!(!page.headers.contains_key("Access-Control-Allow-Origin"), "{page:?}");
    let ann = app.person("ann").await;
    let fields = [("email", ann.email.as_str()), ("password", ann.password.as_str())];
    let form = browser.client().post(format!("{}/login", app.url)).header("Origin", APP).form(&fields);
    assert_eq!(browser.send(form).await.status, 403, "a form of another page signs in");
}

/// Returns the key that follows this in the next message to Ann.
async fn key_after(app: &TestApp, begun: &str) -> String {
    let message = app.mailbox.next(ANN).await;
    let rest = message.text.split_once(begun).expect("a link to the page").1;
    rest.chars().take_while(|it| it.is_ascii_alphanumeric() || "-_".contains(*it)).collect()
}

async fn a_mailed_link_leads_to_the_page_that_is_named(setting: Setting) {
    let page = format!("{APP}/keys");
    let settings = [("latchkey.api.origins", json!([APP])), ("latchkey.api.redirect", json!(page))];
    let app = setting.app_with(&settings).await;
    let ann = json!({ "email": ANN, "password": OLD, "password_confirm": OLD });
    app.program().post("/register", ann.clone()).await.done();
    let key = key_after(&app, &format!("{page}#confirm=")).await;
    // It was typed in another browser, as far as the site can tell.
    app.program().post(&format!("/confirm/{key}"), json!({})).await.refused(400, "PASSWORD_NOT_PROVIDED");
    app.program().post(&format!("/confirm/{key}"), ann).await.done();
    app.program().post("/reset", json!({ "email": ANN })).await.done();
    let key = key_after(&app, &format!("{page}#reset=")).await;
    let reset = |again: &str| json!({ "password": NEW, "password_confirm": again });
    let place = format!("/reset/{key}");
    let wrong = app.program().post(&place, reset(OTHER)).await;
    assert_eq!(wrong.response["field_codes"], json!({ "password_confirm": ["RETYPE_PASSWORD_MISMATCH"] }));
    app.program().post(&place, reset(NEW)).await.done();
    app.program().post(&place, reset(NEW)).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
    assert!(app.opens(ANN, NEW).await);
    let notice = app.mailbox.next(ANN).await;
    assert!(notice.text.contains("/reset/not-me/") && !notice.text.contains(&page), "{}", notice.text);
}
