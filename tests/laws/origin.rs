//! Whatever changes something must come from the site's own pages.

use reqwest::{Method, header};

use crate::{
    common::{Browser, NEW, OLD, Setting},
    inert::filled,
};

for_both_databases! {
    no_route_takes_a_foreign_origin,
    signing_in_from_elsewhere_is_refused,
    a_method_cannot_be_smuggled,
    a_request_without_origin_brings_no_cookie,
}
for_every_strategy! {
    the_last_step_from_elsewhere_is_refused,
}

const FOREIGN: [&[(&str, &str)]; 6] = [
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[("Origin", "http://127.0.0.1")],
    &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "same-site")],
];

/// A request to `place` with the cookies of `browser`, made by a page of somebody else's.
fn forged(
    browser: &Browser,
    method: Method,
    place: &str,
    headers: &[(&str, &str)],
) -> reqwest::RequestBuilder {
    let mut request = browser.request(Method::GET, place).build().expect("a request");
    *request.method_mut() = method;
    for (name, value) in headers {
        request.headers_mut().insert(
            header::HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            value.parse().expect("a value"),
        );
    }
    reqwest::RequestBuilder::from_parts(browser.client(), request)
}

async fn no_route_takes_a_foreign_origin(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let link = app.key(&ann).await.link();
    browser.get(&link).await;
    let changing: Vec<_> = app.routes.iter().filter(|(method, _)| *method != Method::GET).collect();
    assert!(changing.len() > 10, "{changing:?}");
    for (method, uri) in changing {
        for headers in FOREIGN {
            let request =
                forged(&browser, method.clone(), &filled(uri), headers).form(&[("new_password", NEW)]);
            let answer = browser.send(request).await;
            assert_eq!(answer.status, 403, "{method} {uri} with {headers:?}");
        }
    }
    assert!(browser.is_signed_in().await && app.opens(&ann.email, OLD).await);
}

async fn the_last_step_from_elsewhere_is_refused(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let link = app.key(&ann).await.link();
    let browser = app.browser();
    let ready = app.prepare(&browser, &link, &ann).await;
    let sent = app.spending(&browser, &ready, NEW);
    for headers in FOREIGN {
        let answer = browser.send(forged(&browser, Method::POST, &sent.to, headers).form(&sent.fields)).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    let page = browser.post(&sent).await;
    app.finish(&browser, page, &ann, NEW).await;
    assert!(browser.is_signed_in().await, "what was refused cost the key");
}

async fn signing_in_from_elsewhere_is_refused(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.browser();
    for headers in FOREIGN {
        let fields = [("email", &*ann.email), ("password", OLD), ("next", "")];
        let answer = browser.send(forged(&browser, Method::POST, "/login", headers).form(&fields)).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert!(!browser.is_signed_in().await);
}

async fn a_method_cannot_be_smuggled(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    for method in ["GET", "PUT", "DELETE", "HEAD", "get"] {
        let own = browser.request(Method::POST, "/logout").form(&[("_method", method)]);
        assert!((400..500).contains(&browser.send(own).await.status), "_method={method} is taken");
        let foreign = forged(&browser, Method::POST, "/logout", FOREIGN[0]).form(&[("_method", method)]);
        assert!((400..500).contains(&browser.send(foreign).await.status), "_method={method} from elsewhere");
    }
    assert!(browser.is_signed_in().await);
}

async fn a_request_without_origin_brings_no_cookie(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let answer = browser.send(forged(&browser, Method::POST, "/logout", &[])).await;
    assert_eq!(answer.status, 403);
    let plain = app.browser();
    let answer = plain.send(forged(&plain, Method::POST, "/reset", &[]).form(&[("email", &ann.email)])).await;
    assert!(answer.status < 400, "a program without cookies may ask: {}", answer.status);
}
