//! A100: no input is printed, and each event stays on one line.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    common::Binary,
    fixture::{AttackFixture, V},
    raw::{escaped, post, status, wire},
    tries::SITE,
};

attacks! {
    SITE => a100_nothing_sent_forges_a_line;
}

/// Beginning of a forged line, if printed unescaped.
const FORGED: &str = "2026-08-01T00:00:00Z ERROR forged";

async fn a100_nothing_sent_forges_a_line(fixture: &mut AttackFixture) {
    let setting = fixture.app.setting.clone();
    for format in ["text", "json"] {
        let trusting = ("latchkey.trusted_proxies", json!(["127.0.0.1"]));
        let changes = [("log_level", json!("debug")), ("latchkey.log", json!(format)), trusting];
        let server = Binary::start(&setting, setting.config(&changes)).await;
        let browser = server.browser();
        for control in ["\n", "\r\n", "\u{1b}[2K\r", "\u{85}", "\u{2028}", "\u{2029}", "\0", "\u{9b}1A"] {
            let word = format!("x{control}{FORGED}");
            let field = escaped(&word);
            for (place, body) in [
                ("/reset", format!("email={field}")),
                ("/reset", format!("email={field}%40example.com")),
                ("/login", format!("email={field}&password={field}&next={field}")),
                ("/login", format!("email={V}&password=wrong&remember={field}")),
                ("/register", format!("email={field}%40example.com&password=seven+quiet+herons")),
                ("/reset/key", format!("key={field}")),
                ("/confirm", format!("email={field}")),
            ] {
                let answer = post(&browser, place, body).await;
                assert!(answer.status < 500, "{place} {control:?}: {}", answer.status);
            }
            for place in [format!("/reset/{field}"), format!("/{field}"), format!("/login?next={field}")] {
                browser.ask(Method::GET, &place).await;
            }
            for name in
                ["User-Agent", "X-Forwarded-For", "X-Request-Id", "Referer", "Cookie", "Accept-Language"]
            {
                let head = format!("GET /account HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{name}: ");
                let answer = wire(&server, &[head.as_bytes(), word.as_bytes(), b"\r\n\r\n"].concat()).await;
                assert!(status(&answer).is_none_or(|status| status < 500), "{name} {control:?}: {answer}");
            }
        }
        let (code, printed) = server.end("TERM").await;
        assert_eq!(code, Some(0), "{printed}");
        assert!(printed.lines().count() > 100, "each request is a line: {printed}");
        assert!(!printed.contains("forged"), "what was sent is printed: {printed}");
        for line in printed.lines() {
            assert!(!line.chars().any(|c| c.is_control() || "\u{2028}\u{2029}".contains(c)), "{line:?}");
            let object = serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
            assert!(object || format == "text", "{line:?}");
        }
    }
    fixture.unharmed(&["sign_in.failed"]).await;
}
