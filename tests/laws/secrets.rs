//! What is secret is not logged: nothing of it is printed at any level.

use serde_json::json;

use crate::common::{Binary, NEW, OLD, OTHER, Setting, Site};

for_every_strategy! {
    no_secret_is_in_any_log,
}

/// Every way back in and all around it; gives each secret that was in a message, in a cookie, or typed.
pub async fn live(app: &Site) -> Vec<String> {
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let remembering = app.browser();
    let form = remembering.get("/login").await;
    remembering.submit(&form, &[("username", &ann.email), ("password", OLD), ("remember", "on")]).await;
    let mut secrets = browser.jar().values();
    secrets.extend(remembering.jar().values());

    let link = app.key(&ann).await.link();
    let reset = app.browser();
    let ready = app.prepare(&reset, &link, &ann).await;
    secrets.extend(reset.jar().values());
    let page = reset.post(&app.spending(&reset, &ready, NEW)).await;
    secrets.extend(reset.jar().values());
    app.finish(&reset, page, &ann, NEW).await;
    secrets.extend(reset.jar().values());
    assert!(reset.is_signed_in().await);

    app.key(&ann).await;
    app.register(&app.browser(), "young@example.com", OTHER).await;
    app.mailbox.next("young@example.com").await;
    app.sign_in(&app.browser(), &ann.email, "a wrong password of ann's").await;
    app.browser().get("/reset/key-that-never-was-but-is-secret").await;
    let typing = app.browser();
    let form = typing.get("/reset/key").await;
    typing.submit(&form, &[("one-time-code", "typed-key-that-never-was")]).await;

    for message in app.mailbox.all().await {
        for line in message.text.lines().map(str::trim) {
            if let Some((_, key)) = line.rsplit_once('/').filter(|_| line.starts_with("http")) {
                secrets.push(key.to_owned());
            }
        }
        if !message.has_link() || message.channel == "sms" {
            let code = std::panic::catch_unwind(|| message.code());
            secrets.extend(code.ok());
        }
    }
    secrets.extend([OLD, NEW, OTHER, "a wrong password of ann's"].map(str::to_owned));
    secrets.extend(["key-that-never-was-but-is-secret", "typed-key-that-never-was"].map(str::to_owned));
    secrets.extend(["a pepper that is long enough for a test", "the-database-password"].map(str::to_owned));
    secrets.retain(|secret| secret.len() >= 6);
    assert!(secrets.len() >= 10, "{secrets:?}");
    secrets
}

async fn no_secret_is_in_any_log(setting: Setting) {
    let config = setting.config(&[("log_level", json!("debug")), ("latchkey.password.cost", json!(10))]);
    let server = Binary::start(&setting, config).await;
    let mut secrets = live(&server).await;
    secrets.push("hPRYyVRiMyxpw5sBB1XeCMN1kFsDCqKvBi2QJxBVHQk".into());
    let (code, printed) = server.end("TERM").await;
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.len() > 100, "at debug level something is printed: {printed}");
    for secret in &secrets {
        let line = printed.lines().find(|line| alone(line, secret));
        assert!(line.is_none(), "{secret} is printed: {line:?}");
    }
    for address in ["ann@example.com", "young@example.com"] {
        let line = printed.lines().find(|line| line.contains(address));
        assert!(line.is_none(), "an address in full: {line:?}");
    }
}

/// Whether `secret` is in `text`; a short one only if it is not part of something longer.
pub fn alone(text: &str, secret: &str) -> bool {
    if secret.len() > 8 {
        return text.contains(secret);
    }
    text.match_indices(secret).any(|(place, _)| {
        let before = text[..place].chars().last().is_some_and(char::is_alphanumeric);
        let after = text[place + secret.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !before && !after
    })
}
