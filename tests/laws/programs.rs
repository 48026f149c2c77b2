//! Programs: everything that people do on pages, in JSON, with cookies or with a token alone.

use std::collections::BTreeSet;

use latchkey::{openapi::described, policy::strategy::Strategy};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::common::{NEW, OLD, Person, Program, Reply, Setting, TestApp, based, factors::with_app};

for_both_databases! {
    a_program_signs_in_and_out,
    a_token_opens_what_a_session_opens,
    a_token_ends_with_its_session,
    a_cookie_is_no_token_and_a_token_no_cookie,
    a_token_counts_before_a_cookie,
    a_token_lives_a_quarter_of_an_hour,
    a_second_factor_needs_no_cookies,
    a_token_for_a_factor_opens_nothing_else,
    a_new_factor_ends_tokens,
    a_password_is_changed_in_json,
    who_has_an_account_is_not_told_in_json,
    a_forged_request_is_refused_in_json,
    every_error_is_an_envelope,
    bad_json_is_refused_everywhere,
    no_body_is_an_empty_object,
    a_step_out_of_order_is_no_success,
    every_route_is_described,
    what_is_answered_is_described,
    people_read_the_description,
}

/// Signs in with a password; returns the answer.
async fn sign_in(program: &Program, ann: &Person, place: &str) -> Value {
    program.post(place, json!({ "email": ann.email, "password": ann.password })).await.done()
}

/// Returns a program that has a token and no cookies.
async fn with_token(app: &TestApp, ann: &Person) -> (Program, String) {
    let program = app.program();
    let said = sign_in(&program, ann, "/login?include_auth_token").await;
    let token = said["user"]["authentication_token"].as_str().expect("a token").to_owned();
    program.carry(Some(&token));
    (program, token)
}

async fn a_program_signs_in_and_out(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let program = app.program_with_cookies();
    let form = program.get("/login").await.done();
    assert!(form["csrf_token"].is_string(), "{form}");
    program.get("/account").await.refused(401, "UNAUTHENTICATED");
    let said = sign_in(&program, &ann, "/login").await;
    assert_eq!((&said["tf_required"], &said["user"]["email"]), (&json!(false), &json!(ann.email)), "{said}");
    assert!(said["user"].get("authentication_token").is_none(), "nobody asked for a token: {said}");
    let home = program.get("/account").await.done();
    assert_eq!(home["email"], json!(ann.email), "{home}");
    program.post("/logout", json!({})).await.done();
    assert!(!program.is_signed_in().await, "the session outlives signing out");
}

async fn a_token_opens_what_a_session_opens(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (program, token) = with_token(&app, &ann).await;
    assert!(program.is_signed_in().await);
    program.carry(None);
    let bearer = program.request(Method::GET, "/account").header("Authorization", format!("Bearer {token}"));
    program.send(bearer).await.done();
    for place in ["/account?auth_token=", "/account?authentication_token="] {
        program.get(&format!("{place}{token}")).await.refused(401, "UNAUTHENTICATED");
    }
    program.carry(Some(&token));
    let two = program.request(Method::GET, "/account");
    let two = two.header("Authorization", format!("Bearer {}", "A".repeat(43)));
    program.send(two).await.refused(401, "UNAUTHENTICATED");
}

async fn a_token_ends_with_its_session(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let program = app.program_with_cookies();
    let said = sign_in(&program, &ann, "/login?include_auth_token").await;
    let alone = app.program();
    alone.carry(said["user"]["authentication_token"].as_str());
    assert!(alone.is_signed_in().await && program.is_signed_in().await);
    alone.post("/logout", json!({})).await.done();
    assert!(!alone.is_signed_in().await, "the token outlives signing out by it");
    assert!(!program.is_signed_in().await, "its session outlives it");

    let said = sign_in(&program, &ann, "/login?include_auth_token").await;
    alone.carry(said["user"]["authentication_token"].as_str());
    program.post("/logout", json!({})).await.done();
    assert!(!alone.is_signed_in().await, "the token outlives the session");

    let (program, _) = with_token(&app, &ann).await;
    app.latchkey(&["user", "disable", &ann.email]);
    assert!(!program.is_signed_in().await, "the token of a disabled account opens");
}

async fn a_cookie_is_no_token_and_a_token_no_cookie(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let cookies = browser.jar().header().expect("cookies");
    let cookie =
        cookies.split("; ").find_map(|pair| pair.strip_prefix("latchkey_session=")).expect("a session");
    let program = app.program();
    program.carry(Some(cookie));
    assert!(!program.is_signed_in().await, "the secret of a session is a token");
    let (program, token) = with_token(&app, &ann).await;
    program.carry(None);
    let request =
        program.request(Method::GET, "/account").header("Cookie", format!("latchkey_session={token}"));
    program.send(request).await.refused(401, "UNAUTHENTICATED");
}

async fn a_token_counts_before_a_cookie(setting: Setting) {
    let app = setting.app().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    let program = app.program_with_cookies();
    sign_in(&program, &ann, "/login").await;
    let (_, token) = with_token(&app, &ben).await;
    program.carry(Some(&token));
    assert_eq!(program.get("/account").await.done()["user"]["email"], json!(ben.email));
    program.carry(Some(&"A".repeat(43)));
    program.get("/account").await.refused(401, "UNAUTHENTICATED");
    // What is no token of ours says nothing: some programs send `null` until they have one.
    program.carry(Some("null"));
    assert_eq!(program.get("/account").await.done()["user"]["email"], json!(ann.email));
}

async fn a_token_lives_a_quarter_of_an_hour(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (program, _) = with_token(&app, &ann).await;
    app.minutes_pass(14);
    assert!(program.is_signed_in().await);
    app.minutes_pass(2);
    assert!(!program.is_signed_in().await);
}

async fn a_second_factor_needs_no_cookies(setting: Setting) {
    let app = setting.app().await;
    let (ann, authenticator, _, codes) = with_app(&app).await;
    let program = app.program();
    let said = sign_in(&program, &ann, "/login?include_auth_token").await;
    assert_eq!(
        (&said["tf_required"], &said["tf_state"], &said["tf_method"]),
        (&json!(true), &json!("ready"), &json!("authenticator")),
        "{said}"
    );
    assert!(said.get("user").is_none(), "nothing of the account is told before the factor: {said}");
    let token = said["tf_token"].as_str().expect("a token for the factor");
    assert!(!program.is_signed_in().await);
    program.carry(Some(token));
    let wrong = program.post("/tf-validate", json!({ "code": "000000" })).await;
    assert_eq!((wrong.status, wrong.code()), (400, "TWO_FACTOR_INVALID_TOKEN"), "{wrong:?}");
    let code: u32 = authenticator.code(&app).parse().expect("six digits");
    let reply = program.post("/tf-validate", json!({ "code": format!("{code:06}") })).await;
    let token = reply.token().map(str::to_owned);
    reply.done();
    assert!(!program.is_signed_in().await, "the token for the factor is spent");
    program.carry(token.as_deref());
    assert!(program.is_signed_in().await);

    let program = app.program();
    let said = sign_in(&program, &ann, "/login").await;
    program.carry(said["tf_token"].as_str());
    let reply = program.post("/mf-recovery", json!({ "code": codes[3] })).await;
    program.carry(reply.token());
    assert!(program.is_signed_in().await);
}

async fn a_token_for_a_factor_opens_nothing_else(setting: Setting) {
    let app = setting.app().await;
    let (ann, ..) = with_app(&app).await;
    let program = app.program();
    let said = sign_in(&program, &ann, "/login").await;
    program.carry(said["tf_token"].as_str());
    for place in ["/account", "/account/sessions", "/account/factors", "/change", "/account/email"] {
        let reply = program.get(place).await;
        assert_eq!(reply.status, 401, "{place}: {reply:?}");
    }
    let reply = program.post("/change", json!({ "password": OLD, "new_password": NEW })).await;
    assert_eq!(reply.status, 401, "{reply:?}");
}

async fn a_new_factor_ends_tokens(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (program, _) = with_token(&app, &ann).await;
    let browser = app.signed_in(&ann).await;
    app.set_up_app(&browser).await;
    assert!(!program.is_signed_in().await, "a token from before the factor still opens");
}

async fn a_password_is_changed_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (program, old) = with_token(&app, &ann).await;
    let (other, _) = with_token(&app, &ann).await;
    let change = |new: &str, again: &str| json!({ "password": OLD, "new_password": new, "new_password_confirm": again });
    let reply = program.post("/change", change(NEW, OLD)).await;
    assert_eq!(
        reply.response["field_codes"],
        json!({ "new_password_confirm": ["RETYPE_PASSWORD_MISMATCH"] }),
        "{reply:?}"
    );
    let reply = program.post("/change", change("short", "short")).await;
    assert_eq!(
        reply.response["field_codes"],
        json!({ "new_password": ["PASSWORD_INVALID_LENGTH"] }),
        "{reply:?}"
    );
    let reply = program.post("/change?include_auth_token", change(NEW, NEW)).await;
    let token = reply.token().expect("another token").to_owned();
    reply.done();
    assert!(
        token != old && !other.is_signed_in().await && !program.is_signed_in().await,
        "older tokens still open"
    );
    program.carry(Some(&token));
    assert!(program.is_signed_in().await);
}

async fn who_has_an_account_is_not_told_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    for (place, body) in [
        ("/login", json!({ "password": NEW })),
        ("/reset", json!({})),
        ("/register", json!({ "password": NEW, "password_confirm": NEW })),
        ("/confirm", json!({})),
    ] {
        let mut said = Vec::new();
        for email in [ann.email.as_str(), "nobody@example.com"] {
            let mut body = body.clone();
            body["email"] = email.into();
            let reply = app.program().post(place, body).await;
            let mut response = reply.response;
            response.as_object_mut().expect("an object").remove("csrf_token");
            said.push((reply.status, response.to_string()));
        }
        assert_eq!(said[0], said[1], "{place}");
    }
}

async fn a_forged_request_is_refused_in_json(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let program = app.program_with_cookies();
    sign_in(&program, &ann, "/login").await;
    let cookies = program.jar().header().expect("cookies");
    let alone = app.program();
    let forged = |headers: &[(&'static str, &'static str)], body: Value| {
        let mut request = alone.request(Method::POST, "/logout").header("Cookie", &cookies);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.header(CONTENT_TYPE, "application/json").body(body.to_string())
    };
    for headers in [
        &[][..],
        &[("Origin", "https://evil.example")],
        &[("X-XSRF-Token", "bm9ib2R5cyB0b2tlbg")],
        &[("Sec-Fetch-Site", "cross-site")],
    ] {
        alone.send(forged(headers, json!({}))).await.refused(400, "CSRF_MISSING");
    }
    alone.send(forged(&[], json!({ "csrf_token": "bm9ib2R5cyB0b2tlbg" }))).await.refused(400, "CSRF_MISSING");
    assert!(program.is_signed_in().await);
    let csrf = program.get("/account").await.done()["csrf_token"].as_str().expect("a token").to_owned();
    alone.send(forged(&[], json!({ "csrf_token": csrf }))).await.done();
    assert!(!program.is_signed_in().await, "the token of this browser is not taken");
}

async fn every_error_is_an_envelope(setting: Setting) {
    let app = setting.app().await;
    let program = app.program();
    program.get("/no-such-page").await.refused(404, "NOT_FOUND");
    program.get("/account").await.refused(401, "UNAUTHENTICATED");
    let other = program.send(program.request(Method::DELETE, "/change")).await;
    assert_eq!(other.headers["Allow"], "GET, POST");
    other.refused(405, "METHOD_NOT_ALLOWED");
    program.get("/login/factor").await.refused(400, "TWO_FACTOR_PERMISSION_DENIED");
    let unknown = format!("/reset/{}", "a".repeat(43));
    program.get(&unknown).await.refused(400, "INVALID_RESET_PASSWORD_TOKEN");
    let text = program.request(Method::POST, "/login").header(CONTENT_TYPE, "text/plain").body("{}");
    program.send(text).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    let latin =
        program.request(Method::POST, "/login").header(CONTENT_TYPE, "application/json; charset=latin1");
    program.send(latin.body("{}")).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    let large = json!({ "email": "a".repeat(1 << 20) });
    program.post("/login", large).await.refused(413, "PAYLOAD_TOO_LARGE");
    let ann = app.person("ann").await;
    let (program, _) = with_token(&app, &ann).await;
    program.get("/admin").await.refused(403, "UNAUTHORIZED");
}

async fn bad_json_is_refused_everywhere(setting: Setting) {
    let app = setting.app().await;
    let program = app.program();
    let deep = format!("{{\"email\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for place in ["/login", "/reset", "/register", "/confirm", "/login/send", "/logout"] {
        for body in [
            b"[]".as_slice(),
            b"null",
            b"1",
            b"\"a\"",
            b"{",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\xff\"}",
            deep.as_bytes(),
        ] {
            let request = program.request(Method::POST, place).header(CONTENT_TYPE, "application/json");
            let reply = program.send(request.body(body.to_vec())).await;
            // There is nothing to read in a request to sign out.
            assert!(
                reply.status == 400 && reply.code() == "API_ERROR" || place == "/logout",
                "{place}: {reply:?}"
            );
        }
    }
    for value in [json!([]), json!({}), json!([["a"]])] {
        let reply = program.post("/login", json!({ "email": value, "password": value })).await;
        assert_eq!(reply.response["codes"], json!(["API_ERROR", "API_ERROR"]), "{reply:?}");
    }
    for value in [json!(1), json!(true), json!(null), json!(false), json!(1e300)] {
        let reply = program.post("/login", json!({ "email": value, "password": value })).await;
        assert_eq!(reply.status, 400, "{reply:?}");
    }
    let twice = program.request(Method::POST, "/reset").header(CONTENT_TYPE, "application/json");
    let twice = twice.body(r#"{"email":"a@example.com","email":"b@example.com"}"#);
    program.send(twice).await.refused(400, "API_ERROR");
}

async fn no_body_is_an_empty_object(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (stranger, mut signed_in) = (app.program(), with_token(&app, &ann).await.0);
    let posts = app.routes.iter().filter(|(method, _)| *method == Method::POST);
    let theirs =
        ["/us-verify", "/tf-validate", "/tf-select", "/mf-recovery", "/wan-verify", "/recover-username"];
    let places = posts.map(|(_, uri)| crate::inert::filled(uri)).chain(theirs.map(str::to_owned));
    for place in places.filter(|place| !place.starts_with("/admin") && place != "/logout") {
        for program in [&stranger, &signed_in] {
            let empty = program.post(&place, json!({})).await;
            for kind in ["", "application/json", "application/x-www-form-urlencoded"] {
                let request = program.request(Method::POST, &place);
                let request = if kind.is_empty() { request } else { request.header(CONTENT_TYPE, kind) };
                let none = program.send(request).await;
                // Both may be counted, and the second be too many.
                if ![empty.status, none.status].contains(&429) {
                    let codes = |reply: &Reply| (reply.status, reply.response["codes"].clone());
                    assert_eq!(codes(&none), codes(&empty), "{place} as {kind:?}");
                }
            }
        }
        if !signed_in.is_signed_in().await {
            signed_in = with_token(&app, &ann).await.0;
        }
    }
}

async fn a_step_out_of_order_is_no_success(setting: Setting) {
    let app = setting.app().await;
    let ann = app.person("ann").await;
    let (program, _) = with_token(&app, &ann).await;
    for place in ["/account/factors/totp", "/account/factors/sent", "/account/phone/code"] {
        program.post(place, json!({ "code": "123456" })).await.refused(400, "WRONG_ORDER");
    }
    program.post("/login/sent", json!({ "code": "123456" })).await.refused(400, "WRONG_ORDER");
    program.post("/reset/sent", json!({ "code": "123456" })).await.refused(400, "WRONG_ORDER");
}

async fn every_route_is_described(setting: Setting) {
    let app = setting.app().await;
    // For people and for machines that watch, each with a format of its own.
    let others = [
        "/admin",
        "/api/docs",
        "/assets",
        "/dev",
        "/.well-known",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/favicon.ico",
        "/robots.txt",
    ];
    let unnamed = |path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        let path = path.strip_prefix(based("/").trim_end_matches('/')).unwrap_or(path);
        let parts = path.split('/').map(|part| if part.starts_with(['<', '{']) { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let described: BTreeSet<_> =
        described().into_iter().map(|(method, path)| (method, unnamed(&path))).collect();
    let routed: BTreeSet<_> = app
        .routes
        .iter()
        .map(|(method, path)| (method.to_string(), unnamed(path)))
        .filter(|(_, path)| path != "/" && !others.iter().any(|other| path.starts_with(other)))
        .collect();
    // A strategy that is not in force has no routes.
    let in_force: BTreeSet<_> = described
        .iter()
        .filter(|(_, path)| {
            let strategy =
                Strategy::all().iter().find(|it| path.starts_with(&format!("/reset/{}", it.slug())));
            strategy.is_none() || routed.iter().any(|(_, routed)| routed == path)
        })
        .cloned()
        .collect();
    assert_eq!(routed, in_force);
}

async fn what_is_answered_is_described(setting: Setting) {
    let app = setting.app().await;
    let answer = app.browser().ask(Method::GET, "/openapi.json").await;
    let document: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(document["openapi"], json!("3.1.0"));
    let codes = &document["components"]["schemas"]["Code"]["enum"];
    for code in
        ["GENERIC_AUTHN_FAILED", "UNAUTHENTICATED", "RETYPE_PASSWORD_MISMATCH", "RATE_LIMITED", "WRONG_ORDER"]
    {
        assert!(codes.as_array().is_some_and(|codes| codes.contains(&json!(code))), "{code}");
    }
    let sign_in =
        &document["paths"]["/login"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(sign_in["properties"]["password"]["format"], json!("password"), "{sign_in}");
    let validate = &document["paths"]["/tf-validate"]["post"];
    assert_eq!(validate["operationId"], json!("post_tf_validate"), "{validate}");
}

async fn people_read_the_description(setting: Setting) {
    let app = setting.app().await;
    let page = app.browser().ask(Method::GET, "/api/docs").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"] {
        let place = format!("/api/docs/{file}");
        assert!(text.contains(&format!("{}\"", based(&place))), "{text}");
        assert_eq!(app.browser().ask(Method::GET, &place).await.status, 200, "{place}");
    }
    assert!(text.contains(&format!("data-document=\"{}\"", based("/openapi.json"))), "{text}");
    let app = setting.app_with(&[("latchkey.api.docs", json!(false))]).await;
    for place in ["/api/docs", "/api/docs/start.js"] {
        assert_eq!(app.browser().ask(Method::GET, place).await.status, 404, "{place}");
    }
}
