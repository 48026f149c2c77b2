//! A038, A054 to A058: a request that changes something must come from one of the site's own forms.

use reqwest::{Method, header};
use serde_json::json;

use crate::{
    common::OLD,
    fixture::{AttackFixture, V, X},
    raw::forged,
    tries::{EVERY, SITE},
};

attacks! {
    EVERY => a038_a_field_changes_no_method, a054_no_route_takes_a_foreign_origin,
        a056_no_content_type_passes_for_a_form, a057_the_last_step_from_elsewhere_is_refused;
    SITE => a055_signing_in_from_elsewhere_is_refused, a058_nobody_is_signed_out_by_a_picture;
}

const FOREIGN: [&[(&str, &str)]; 10] = [
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[("Origin", "http://127.0.0.1")],
    &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
    &[("Origin", "null"), ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")],
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Referer", "https://evil.example/login")],
    &[("Referer", "http://127.0.0.1@evil.example/")],
    &[("Sec-Fetch-Site", "same-site")],
    &[],
];

/// Path of a route with its dynamic parts filled in, without its query.
pub fn filled(uri: &str) -> String {
    let some = "01890a5d-ac96-774b-bcce-b302099a8057";
    let parts = uri.split('?').next().unwrap_or_default().split('/');
    parts.map(|part| if part.starts_with('<') { some } else { part }).collect::<Vec<_>>().join("/")
}

async fn a038_a_field_changes_no_method(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.app.browser();
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let sent = fixture.app.spending(&browser, &ready, "what X would like to set");
    for method in ["GET", "PUT", "DELETE", "HEAD", "PATCH", "get"] {
        for (browser, to, fields) in [(&fixture.own, "/logout", &vec![]), (&browser, &*sent.to, &sent.fields)]
        {
            let first = [&[("_method".to_owned(), method.to_owned())], &fields[..]].concat();
            let last = [&fields[..], &[("_method".to_owned(), method.to_owned())]].concat();
            let own = browser.send(browser.request(Method::POST, to).form(&first)).await;
            assert!((400..500).contains(&own.status), "_method={method} to {to}: {}", own.status);
            for fields in [&first, &last] {
                let request = forged(browser, Method::POST, to, FOREIGN[0]).form(fields);
                assert!((400..500).contains(&browser.send(request).await.status), "_method={method} to {to}");
            }
        }
    }
    assert!(!browser.is_signed_in().await);
    let code = fixture.events().await.iter().any(|kind| kind == "reset.code_sent");
    fixture.unharmed(if code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] }).await;
}

async fn a054_no_route_takes_a_foreign_origin(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let browser = fixture.own.copy();
    browser.get(&link).await;
    let changing: Vec<_> = fixture.app.routes.iter().filter(|(method, _)| *method != Method::GET).collect();
    assert!(changing.len() > 10, "{changing:?}");
    for (method, uri) in changing {
        for headers in FOREIGN {
            let fields = [("new_password", "what X would like to set"), ("password", OLD)];
            let forged = || forged(&browser, method.clone(), &filled(uri), headers);
            let status = browser.send(forged().form(&fields)).await.status;
            // Nothing but JSON comes to some of them.
            assert!(status == 403 || status == 404, "{method} {uri} with {headers:?}: {status}");
            let body = json!({ "new_password": "what X would like to set", "password": OLD }).to_string();
            let json = forged().header(header::CONTENT_TYPE, "application/json").body(body);
            let answer = browser.send(json).await;
            let refused = (answer.status, answer.text().contains("CSRF_MISSING"));
            assert_eq!(refused, (400, true), "JSON {method} {uri} with {headers:?}");
        }
    }
    fixture.unharmed(&["reset.issued"]).await;
}

async fn a055_signing_in_from_elsewhere_is_refused(fixture: &mut AttackFixture) {
    for browser in [fixture.app.browser(), fixture.own.copy()] {
        for headers in FOREIGN.iter().filter(|headers| !headers.is_empty()) {
            let fields = [("email", X), ("password", OLD), ("next", "")];
            let answer = browser.send(forged(&browser, Method::POST, "/login", headers).form(&fields)).await;
            assert_eq!(answer.status, 403, "{headers:?}");
        }
    }
    assert!(fixture.own.get("/account").await.text.contains(V), "V is who V was");
    fixture.unharmed(&[]).await;
}

async fn a056_no_content_type_passes_for_a_form(fixture: &mut AttackFixture) {
    let body = format!("email={V}&password={OLD}&current=1&new_password=what+X+would+like");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        for place in ["/change", "/account/email", "/account/phone", "/account/delete", "/login", "/reset"] {
            for headers in FOREIGN {
                let mut request = forged(&fixture.own, Method::POST, place, headers).body(body.clone());
                if !kind.is_empty() {
                    request = request.header(header::CONTENT_TYPE, kind);
                }
                let status = if kind == "application/json" { 400 } else { 403 };
                assert_eq!(fixture.own.send(request).await.status, status, "{place} {kind} {headers:?}");
            }
            let mut request = fixture.own.request(Method::POST, place).body(body.clone());
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let answer = fixture.own.send(request).await;
            let stale = answer.location().starts_with("/login?");
            assert!(stale || (400..500).contains(&answer.status), "{place} {kind}: {}", answer.status);
        }
    }
    fixture.unharmed(&[]).await;
}

async fn a057_the_last_step_from_elsewhere_is_refused(fixture: &mut AttackFixture) {
    let link = fixture.key().await;
    let (browser, password) = (fixture.app.browser(), fixture.password());
    let ready = fixture.app.prepare(&browser, &link, &fixture.v).await;
    let evil = fixture.app.spending(&browser, &ready, "what X would like to set");
    for headers in FOREIGN {
        let answer = browser.send(forged(&browser, Method::POST, &evil.to, headers).form(&evil.fields)).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    let page = browser.post(&fixture.app.spending(&browser, &ready, &password)).await;
    fixture.app.finish(&browser, page, &fixture.v, &password).await;
    assert!(browser.is_signed_in().await, "what was refused cost the key");
    fixture.now_has(&password).await;
    fixture.unharmed(&["reset.completed"]).await;
}

async fn a058_nobody_is_signed_out_by_a_picture(fixture: &mut AttackFixture) {
    for place in ["/logout", "/account/sessions", "/account/delete", "/reset/cancel", "/account/phone/remove"]
    {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let headers = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "image")];
            fixture.own.send(forged(&fixture.own, method, place, &headers)).await;
            assert!(fixture.own.is_signed_in().await, "{place}");
        }
    }
    fixture.unharmed(&[]).await;
}
