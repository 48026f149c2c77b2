//! A request without an origin counts as a program's, and its cookies are ignored.

use reqwest::{Method, RequestBuilder};

use crate::common::{Browser, Setting};

for_both_databases! {
    a_request_without_origin_brings_no_cookie,
    a_browser_that_hides_its_origin_is_served,
    a_refusal_names_its_cause,
}

async fn a_request_without_origin_brings_no_cookie(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let answer = browser.send(stripped(&browser, "/logout")).await;
    assert_eq!(answer.status, 403);
    let plain = app.browser();
    let answer = plain.send(stripped(&plain, "/reset").form(&[("email", &ann.email)])).await;
    assert!(answer.status < 400, "a program without cookies may ask: {}", answer.status);
}

async fn a_browser_that_hides_its_origin_is_served(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let referer = format!("{}/account", app.url);
    for headers in [
        &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")][..],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Referer", &referer)],
    ] {
        let browser = app.signed_in(&ann).await;
        let request = headers
            .iter()
            .fold(stripped(&browser, "/logout"), |request, (name, value)| request.header(*name, *value));
        assert!(browser.send(request).await.status < 400, "{headers:?}");
        assert!(!browser.is_signed_in().await, "{headers:?}");
    }
}

async fn a_refusal_names_its_cause(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let answer = browser.send(stripped(&browser, "/logout").header("Origin", "null")).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("extension"), "{}", answer.text());
    let answer = browser.ask(Method::GET, "/admin").await;
    assert!(answer.status == 403 && answer.text().contains("role"), "{}", answer.text());
}

/// A POST to `place` without any header for its origin.
fn stripped(browser: &Browser, place: &str) -> RequestBuilder {
    let mut request = browser.request(Method::GET, place).build().expect("a request");
    *request.method_mut() = Method::POST;
    RequestBuilder::from_parts(browser.client(), request)
}
