//! Monitoring endpoints report the state of the server, and nothing about any person.

use reqwest::Method;

use crate::common::{Browser, Setting, Site};

for_both_databases! {
    the_meters_count_and_name_nobody,
    the_meters_are_for_this_machine_or_who_has_the_token,
    where_others_come_by_another_name_nobody_is_this_machine,
    a_running_server_is_ready,
    every_answer_has_an_id_of_its_own,
}

const TOKEN: &str = "a token that only the scraper has";

/// Status and text of `/metrics`, requested with an additional header.
async fn metrics(app: &Site, header: Option<(&str, &str)>) -> (u16, String) {
    let browser = app.browser();
    let mut request = browser.request(Method::GET, "/metrics");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let answer = browser.send(request).await;
    (answer.status, answer.text())
}

async fn the_meters_count_and_name_nobody(setting: Setting) {
    let app = setting.app().await;
    let ann = app.account("ann@example.com").await;
    let link = app.key(&ann).await.link();
    app.browser().get(&link).await;
    let (status, text) = metrics(&app, None).await;
    assert_eq!(status, 200);
    let counted = |line: &str| text.lines().any(|it| it.starts_with(line) && !it.ends_with(" 0"));
    assert!(counted("latchkey_resets_total{"), "{text}");
    assert!(counted("latchkey_requests_total{"), "{text}");
    let key = link.rsplit('/').next().expect("a key");
    for secret in [key, "ann@", "example.com", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} is in the meters");
    }
}

async fn the_meters_are_for_this_machine_or_who_has_the_token(setting: Setting) {
    let app = setting.app().await;
    for (name, value) in [
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Server", "x"),
        ("Forwarded", "for=192.0.2.1"),
        ("Via", "1.1 proxy"),
    ] {
        assert_eq!(metrics(&app, Some((name, value))).await.0, 404, "{name}");
    }
    let app = app.restart(&[("latchkey.metrics_token", TOKEN.into())]).await;
    assert_eq!(metrics(&app, None).await.0, 404);
    assert_eq!(metrics(&app, Some(("Authorization", "Bearer "))).await.0, 404);
    assert_eq!(metrics(&app, Some(("Authorization", "Bearer another token of some length"))).await.0, 404);
    assert_eq!(metrics(&app, Some(("Authorization", &format!("Bearer {TOKEN}")))).await.0, 200);
}

async fn where_others_come_by_another_name_nobody_is_this_machine(setting: Setting) {
    let public = ("latchkey.public_url", "https://id.example.com".into());
    for proxies in [serde_json::json!(["127.0.0.1"]), serde_json::json!("none")] {
        let proxies = ("latchkey.trusted_proxies", proxies);
        let app = setting.app_with(&[public.clone(), proxies.clone()]).await;
        let server = format!("http://127.0.0.1:{}", app.config.port());
        let local = Browser::new(&server, &server);
        // The request of a proxy that passes neither Host nor the client's address.
        assert_eq!(local.ask(Method::GET, "/metrics").await.status, 404);
        assert_eq!(local.ask(Method::GET, "/healthz").await.text(), r#"{"status":"ok"}"#);
        let app = app.restart(&[("latchkey.metrics_token", TOKEN.into())]).await;
        let token = ("Authorization", &*format!("Bearer {TOKEN}"));
        assert_eq!(metrics(&app, Some(token)).await.0, 200);
        let browser = app.browser();
        let health = browser.request(Method::GET, "/healthz").header(token.0, token.1);
        assert!(browser.send(health).await.text().contains("policy"));
        app.stop().await;
    }
}

async fn a_running_server_is_ready(setting: Setting) {
    let app = setting.app().await;
    let answer = app.browser().ask(Method::GET, "/readyz").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"status":"ready"}"#));
}

async fn every_answer_has_an_id_of_its_own(setting: Setting) {
    let app = setting.app().await;
    let browser = app.browser();
    let mut ids = Vec::new();
    for place in ["/login", "/healthz", "/nothing", "/account"] {
        let forged = browser.request(Method::GET, place).header("X-Request-Id", "forged");
        let answer = browser.send(forged).await;
        ids.push(answer.headers["x-request-id"].to_str().expect("ASCII").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(!ids.contains(&"forged".to_owned()));
}
