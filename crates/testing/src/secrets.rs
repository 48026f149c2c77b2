//! A run that produces every kind of secret, and a search for secrets in text.

use super::{NEW, OLD, OTHER, app::Site};

/// Goes through recovery and everything around it as a person called `name`; returns every secret that was in a
/// message, in a cookie, or typed.
pub async fn live(app: &Site, name: &str) -> Vec<String> {
    let ann = app.person(name).await;
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

/// True if `text` contains `secret`; a short one only as a whole word.
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
