//! A003, A066: no input becomes a header, a recipient, or a tag in a mail.

use serde_json::{Value, json};

use crate::{
    common::OLD,
    fixture::{AttackFixture, V, X},
    raw::{escaped, post},
    sink::Sink,
    tries::EVERY,
};

attacks! {
    EVERY => a003_a_line_break_in_an_address_reaches_no_mail_server, a066_tags_are_text_in_a_mail;
}

fn with_line_breaks() -> Vec<String> {
    let between = ["\r\n", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "%0d%0a", "\u{c}", "\u{b}", "\0"];
    let mut typed: Vec<_> = between.iter().map(|ending| format!("{V}{ending}Bcc: {X}")).collect();
    typed.extend([
        format!("{V}\r\nDATA\r\n.\r\nRCPT TO:<{X}>"),
        format!("{V}>\r\nRCPT TO:<{X}"),
        format!("{V}> RCPT TO:<{X}"),
        format!("\r\n{V}"),
        format!("{V}\r\n.\r\n"),
        "victim@example\r\n.com".into(),
        "vic\r\ntim@example.com".into(),
    ]);
    typed
}

async fn a003_a_line_break_in_an_address_reaches_no_mail_server(fixture: &mut AttackFixture) {
    let sink = Sink::beside(fixture, &[]).await;
    let password = escaped(OLD);
    for browser in [sink.site.browser(), fixture.app.browser()] {
        for address in with_line_breaks() {
            for (place, more) in
                [("/reset", ""), ("/confirm", ""), ("/register", &*format!("&password={password}"))]
            {
                let answer = post(&browser, place, format!("email={}{more}", escaped(&address))).await;
                assert_eq!(answer.came_to(), 422, "{place} {address:?}");
            }
        }
    }
    let body = format!("email={}&password={password}", escaped(V));
    assert_eq!(post(&sink.site.browser(), "/register", body).await.status, 303);
    let mail = sink.next();
    assert_eq!((&mail["to"], &mail["headers"]["bcc"]), (&json!([V]), &Value::Null));
    let lines = mail["dialogue"].as_array().expect("lines");
    let said = |command: &str| {
        lines.iter().filter(|line| line.as_str().expect("text").to_uppercase().starts_with(command)).count()
    };
    assert_eq!((said("MAIL FROM"), said("RCPT TO"), said("DATA")), (1, 1, 1), "{lines:?}");
    assert_eq!(
        mail["names"].as_array().map(Vec::len),
        Some(9),
        "headers of our own alone: {}",
        mail["names"]
    );
    assert!(sink.server.is_quiet(), "something else was sent");
    sink.site.stop().await;
    fixture.unharmed(&[]).await;
}

async fn a066_tags_are_text_in_a_mail(fixture: &mut AttackFixture) {
    let name = json!("<a href=//evil.example>click</a><img src=//evil.example> {{ 12345*67891 }}");
    let nick = json!([{ "name": "nick", "label": "What we call you" }]);
    let changes = [("latchkey.site_name", name.clone()), ("latchkey.register.fields", nick)];
    let sink = Sink::beside(fixture, &changes).await;
    let browser = sink.site.browser();
    let nick = name.as_str().expect("text");
    for wrong in ["<b>@example.com", "\"<img src=x>\"@example.com"] {
        let fields = format!("email={}&password={}", escaped(wrong), escaped(OLD));
        assert_eq!(post(&browser, "/register", fields).await.came_to(), 422, "{wrong}");
    }
    let email = "o'neil&lt;{{12345*67891}}".replace(';', "") + "@example.com";
    let fields = format!("email={}&password={}&field.nick={}", escaped(&email), escaped(OLD), escaped(nick));
    assert_eq!(post(&browser, "/register", fields).await.status, 303);
    let first = sink.next();
    let link = first["text"].as_str().and_then(|text| text.lines().find(|line| line.starts_with("http")));
    let page = browser.get(link.expect("a link")).await;
    browser.press(&page, "/confirm/address").await;
    sink.site.ask_reset(&email).await;
    for mail in [first, sink.next()] {
        let (text, html) = (mail["text"].as_str().expect("text"), mail["html"].as_str().expect("HTML"));
        for wrong in ["<img", "<a href=//", "<a href=\"//"] {
            assert!(!html.contains(wrong), "{wrong} in {html}");
        }
        assert!(!html.contains("838114395") && !text.contains("838114395"), "a template ran: {text}");
        assert_eq!(mail["to"], json!([email]));
    }
    sink.site.stop().await;
    fixture.unharmed(&[]).await;
}
