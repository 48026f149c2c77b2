//! A148 to A151: X speaks JSON where nobody expects it, or has V's browser speak it.

use reqwest::{
    Method,
    header::{ACCEPT, CONNECTION, CONTENT_TYPE},
};
use serde_json::{Value, json};

use crate::{
    common::{Browser, OTHER, Person, Program, Setting, TestApp, texts},
    csrf::filled,
    everywhere::FIELDS,
    own_strategy::Host,
};

attacks! {
    Host =>
        a148_no_shape_of_json_breaks_anything,
        a149_no_page_of_x_has_vs_browser_speak_json,
        a150_no_other_origin_reads_an_answer,
        a151_pages_and_answers_are_never_mixed;
}

/// Addresses of ours that take a form, and end no session.
fn forms(app: &TestApp) -> Vec<String> {
    let posts = app.routes.iter().filter(|(method, _)| *method == Method::POST);
    let places = posts.map(|(_, uri)| filled(uri));
    places.filter(|place| !place.starts_with("/admin") && !place.starts_with("/logout")).collect()
}

async fn with_token(app: &TestApp, x: &Person) -> Program {
    let program = app.program();
    let body = json!({ "email": x.email, "password": x.password });
    let reply = program.post("/login?include_auth_token", body).await;
    program.carry(Some(reply.token().expect("a token")));
    program
}

async fn a148_no_shape_of_json_breaks_anything(setting: &Setting) {
    let app = setting.app().await;
    let x = app.person("x").await;
    let (stranger, mut signed_in) = (app.program(), with_token(&app, &x).await);
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let wide = |length| json!({ "email": "x".repeat(length) }).to_string();
    // Both are larger than a form may be; the first is sent whole even to a route that refuses before it reads.
    let (large, huge) = (wide(40 << 10), wide(1 << 20));
    let bodies = [
        "",
        "null",
        "true",
        "7",
        "1e400",
        "-0.0",
        "\"x\"",
        "[]",
        "[{}]",
        "{",
        "{\"a\":}",
        "{\"a\":1,\"a\":2}",
        "\u{feff}{}",
        &deep,
        &large,
        "{\"email\":\"\\ud800\"}",
        "{\"__proto__\":{}}",
    ];
    let values = [
        Value::Null,
        json!(true),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{202e}\u{fffd}"),
        json!([]),
        json!([null, [], {}]),
        json!({ "a": { "b": [] } }),
    ];
    let of_values = values.iter().map(|value| {
        let fields = FIELDS.iter().map(|name| ((*name).to_owned(), value.clone()));
        Value::Object(fields.collect()).to_string()
    });
    let bodies: Vec<_> = bodies.iter().map(|&body| body.to_owned()).chain(of_values).collect();
    for place in forms(&app) {
        for body in &bodies {
            for program in [&stranger, &signed_in] {
                let request = program.request(Method::POST, &place).header(CONTENT_TYPE, "application/json");
                // It checks that the answer is an envelope, and no 5xx.
                program.send(request.body(body.clone())).await;
            }
        }
        for program in [&stranger, &signed_in] {
            let request = program.request(Method::POST, &place).header(CONTENT_TYPE, "application/json");
            // Where the route does not read it, the client may be cut off while it sends, and see no answer.
            if let Ok(answer) = request.header(CONNECTION, "close").body(huge.clone()).send().await {
                let (status, kind) = (answer.status().as_u16(), answer.headers().get(CONTENT_TYPE));
                assert!(
                    status < 500 && kind.is_some_and(|kind| kind == "application/json"),
                    "{place}: {answer:?}"
                );
            }
        }
        if !signed_in.is_signed_in().await {
            signed_in = with_token(&app, &x).await;
        }
    }
    assert!(app.opens(&x.email, &x.password).await, "the account has changed");
    app.stop().await;
}

async fn a149_no_page_of_x_has_vs_browser_speak_json(setting: &Setting) {
    let app = setting.app().await;
    let v = app.person("v").await;
    let own: Browser = app.signed_in(&v).await;
    let cookies = own.jar().header().expect("cookies");
    let state = async || {
        let accounts =
            texts(&setting.database, "SELECT email || ' ' || CAST(version AS TEXT) FROM latchkey_accounts")
                .await;
        let sessions = texts(&setting.database, "SELECT CAST(COUNT(*) AS TEXT) FROM latchkey_sessions").await;
        (accounts, sessions)
    };
    let before = state().await;
    let body = json!({ "email": "x@example.com", "password": v.password, "new_password": OTHER, "name": "x", "days": 7, "phone": "" });
    let as_form = format!("{}=", body);
    // A form of a page sends the first three types, a script without asking the last as well; JSON it may not send.
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/json",
    ] {
        for (name, value) in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Referer", "https://evil.example/"),
            ("X-XSRF-Token", "AAAA"),
        ] {
            for place in forms(&app) {
                let request = app.program().request(Method::POST, &place).header("Cookie", &cookies);
                let request = request.header(name, value).header(CONTENT_TYPE, kind);
                let body = if kind.ends_with("urlencoded") { as_form.clone() } else { body.to_string() };
                let answer = request.body(body).send().await.expect("an answer");
                let status = answer.status().as_u16();
                assert!((400..500).contains(&status), "{place} {kind} {name}: {value}: {status}");
            }
        }
    }
    assert_eq!(state().await, before, "something has changed");
    assert!(own.is_signed_in().await);
    app.stop().await;
}

async fn a150_no_other_origin_reads_an_answer(setting: &Setting) {
    const APP: &str = "https://app.example.com";
    let app = setting.app_with(&[("latchkey.api.origins", json!([APP]))]).await;
    let v = app.person("v").await;
    let cookies = app.signed_in(&v).await.jar().header().expect("cookies");
    for origin in [
        "null",
        "*",
        "",
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://evilapp.example.com",
        "https://evil.example/https://app.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://APP.example.com",
        "https://app.example.com/",
        "https://app.example.com, https://evil.example",
        "https://app.example.co",
        "https://app.example.com%00.evil.example",
        "https://app.example.com\u{60}",
    ] {
        for (method, place) in
            [(Method::GET, "/account"), (Method::POST, "/login"), (Method::OPTIONS, "/account")]
        {
            let request = app
                .program()
                .request(method.clone(), place)
                .header("Cookie", &cookies)
                .header("Origin", origin);
            let request = request.header("Access-Control-Request-Method", "GET");
            let answer = request.send().await.expect("an answer");
            let opened = answer.headers().get("Access-Control-Allow-Origin");
            assert!(opened.is_none(), "{method} {place} for {origin:?}: {opened:?}");
        }
    }
    let request =
        app.program().request(Method::GET, "/account").header("Cookie", &cookies).header("Origin", APP);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["Access-Control-Allow-Origin"], APP, "nothing is tried");
    app.stop().await;
}

async fn a151_pages_and_answers_are_never_mixed(setting: &Setting) {
    let app = setting.app().await;
    let v = app.person("v").await;
    let own = app.signed_in(&v).await;
    for (method, uri) in app.routes.iter().filter(|(method, _)| *method == Method::GET) {
        let place = filled(uri);
        if ["/dev", "/assets", "/api/docs", "/openapi", "/healthz", "/readyz", "/metrics"]
            .iter()
            .any(|other| place.starts_with(other))
        {
            continue;
        }
        for accept in ["application/json", "text/html"] {
            let answer = own.send(own.request(method.clone(), &place).header(ACCEPT, accept)).await;
            let header = |name: &str| {
                answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
            };
            let is_json = header("Content-Type").starts_with("application/json");
            // A page that is the same for everybody may be kept by a browser, which has to ask whether it still is.
            let is_kept = !["no-store", "no-cache"].iter().any(|word| header("Cache-Control").contains(word));
            if is_json {
                assert_eq!(header("Cache-Control"), "no-store", "{place}");
            }
            if is_json || is_kept {
                assert!(header("Vary").contains("Accept"), "{place} as {accept}: {:?}", answer.headers);
            }
        }
    }
    app.stop().await;
}
