//! A038, A054 to A058: a request that changes something must come from one of the site's own forms.

use reqwest::{Method, header};

use crate::{
    common::OLD,
    raw::forged,
    scene::{Scene, V, X},
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
fn filled(uri: &str) -> String {
    let some = "01890a5d-ac96-774b-bcce-b302099a8057";
    let parts = uri.split('?').next().unwrap_or_default().split('/');
    parts.map(|part| if part.starts_with('<') { some } else { part }).collect::<Vec<_>>().join("/")
}

async fn a038_a_field_changes_no_method(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.app.browser();
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    let sent = scene.app.spending(&browser, &ready, "what X would like to set");
    for method in ["GET", "PUT", "DELETE", "HEAD", "PATCH", "get"] {
        for (browser, to, fields) in [(&scene.own, "/logout", &vec![]), (&browser, &*sent.to, &sent.fields)] {
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
    let code = scene.events().await.iter().any(|kind| kind == "reset.code_sent");
    scene.unharmed(if code { &["reset.issued", "reset.code_sent"] } else { &["reset.issued"] }).await;
}

async fn a054_no_route_takes_a_foreign_origin(scene: &mut Scene) {
    let link = scene.key().await;
    let browser = scene.own.copy();
    browser.get(&link).await;
    let changing: Vec<_> = scene.app.routes.iter().filter(|(method, _)| *method != Method::GET).collect();
    assert!(changing.len() > 10, "{changing:?}");
    for (method, uri) in changing {
        for headers in FOREIGN {
            let fields = [("new_password", "what X would like to set"), ("password", OLD)];
            let request = forged(&browser, method.clone(), &filled(uri), headers).form(&fields);
            assert_eq!(browser.send(request).await.status, 403, "{method} {uri} with {headers:?}");
        }
    }
    scene.unharmed(&["reset.issued"]).await;
}

async fn a055_signing_in_from_elsewhere_is_refused(scene: &mut Scene) {
    for browser in [scene.app.browser(), scene.own.copy()] {
        for headers in FOREIGN.iter().filter(|headers| !headers.is_empty()) {
            let fields = [("email", X), ("password", OLD), ("next", "")];
            let answer = browser.send(forged(&browser, Method::POST, "/login", headers).form(&fields)).await;
            assert_eq!(answer.status, 403, "{headers:?}");
        }
    }
    assert!(scene.own.get("/account").await.text.contains(V), "V is who V was");
    scene.unharmed(&[]).await;
}

async fn a056_no_content_type_passes_for_a_form(scene: &mut Scene) {
    let body = format!("email={V}&password={OLD}&current=1&new_password=what+X+would+like");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        for place in ["/change", "/account/email", "/account/phone", "/account/delete", "/login", "/reset"] {
            for headers in FOREIGN {
                let mut request = forged(&scene.own, Method::POST, place, headers).body(body.clone());
                if !kind.is_empty() {
                    request = request.header(header::CONTENT_TYPE, kind);
                }
                assert_eq!(scene.own.send(request).await.status, 403, "{place} {kind} {headers:?}");
            }
            let mut request = scene.own.request(Method::POST, place).body(body.clone());
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let answer = scene.own.send(request).await;
            let stale = answer.location().starts_with("/login?");
            assert!(stale || (400..500).contains(&answer.status), "{place} {kind}: {}", answer.status);
        }
    }
    scene.unharmed(&[]).await;
}

async fn a057_the_last_step_from_elsewhere_is_refused(scene: &mut Scene) {
    let link = scene.key().await;
    let (browser, password) = (scene.app.browser(), scene.password());
    let ready = scene.app.prepare(&browser, &link, &scene.v).await;
    let evil = scene.app.spending(&browser, &ready, "what X would like to set");
    for headers in FOREIGN {
        let answer = browser.send(forged(&browser, Method::POST, &evil.to, headers).form(&evil.fields)).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    let page = browser.post(&scene.app.spending(&browser, &ready, &password)).await;
    scene.app.finish(&browser, page, &scene.v, &password).await;
    assert!(browser.is_signed_in().await, "what was refused cost the key");
    scene.now_has(&password).await;
    scene.unharmed(&["reset.completed"]).await;
}

async fn a058_nobody_is_signed_out_by_a_picture(scene: &mut Scene) {
    for place in ["/logout", "/account/sessions", "/account/delete", "/reset/cancel", "/account/phone/remove"]
    {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let headers = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "image")];
            scene.own.send(forged(&scene.own, method, place, &headers)).await;
            assert!(scene.own.is_signed_in().await, "{place}");
        }
    }
    scene.unharmed(&[]).await;
}
