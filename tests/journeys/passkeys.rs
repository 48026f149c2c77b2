//! A person's passkey, in a browser with an authenticator of its own: set up, asked for, and signing in alone.

use serde_json::json;

use crate::{
    chrome::Chrome,
    common::{Binary, Engine, OLD, Setting},
};

const EMAIL: &str = "maria.fernandez.de.la.cruz@example.com";

/// The whole journey; an error says what is missing here.
pub async fn by_passkey(setting: Setting) -> Result<(), String> {
    let target = common::root().join("target/screenshots/passkeys");
    let engine = if setting.engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let chrome = Chrome::start(&target.join(engine)).await?;
    let mut config = setting.config(&[("latchkey.limits.enabled", json!(true))]);
    // No browser has passkeys on an IP address.
    config.set("latchkey.public_url", json!(format!("http://localhost:{}", config.port())));
    let site = Binary::start(&setting, config).await;
    site.account(EMAIL).await;
    let at = |path: &str| format!("{}{path}", site.url);
    chrome.add_authenticator().await;
    let hidden = chrome.offer_no_passkeys().await;

    let sign_in = async || {
        chrome.open(&at("/login")).await;
        chrome.type_in("username", EMAIL).await;
        chrome.type_in("current-password", OLD).await;
        chrome.submit("current-password").await;
    };
    chrome.open(&at("/login")).await;
    chrome.shoot_both("1-login").await;
    sign_in().await;
    chrome.open(&at("/account/factors")).await;
    chrome.shoot_both("2-factors").await;
    chrome.button("/account/factors/passkey").await;
    chrome.shoot_both("3-passkey").await;
    chrome.press("#passkey").await;
    chrome.find("ol.codes").await;
    chrome.button("/account/factors/codes").await;
    chrome.find("#factors").await;
    chrome.shoot_both("4-factors").await;

    chrome.forget().await;
    sign_in().await;
    chrome.find("form[action='/login/factor']").await;
    chrome.shoot_both("5-factor").await;
    chrome.refuse_once().await;
    chrome.press("#passkey").await;
    chrome.find(".summary a[href='#passkey']").await;
    chrome.shoot_both("6-refused").await;
    chrome.press("#passkey").await;
    chrome.open(&at("/account/factors")).await;
    assert!(chrome.text().await.contains("last used"));

    chrome.forget().await;
    chrome.open(&at("/login")).await;
    chrome.press("a[href^='/login/passkey']").await;
    // The page asks at once.
    chrome.find("form[action='/logout'], a[href='/account']").await;
    chrome.open(&at("/account/factors")).await;
    chrome.find("#factors").await;

    // The browser offers it beside addresses, and its owner chooses it there.
    chrome.offer_passkeys(hidden).await;
    chrome.forget().await;
    chrome.open(&at("/login?next=/account/sessions")).await;
    chrome.find("form[action^='/account/sessions']").await;

    chrome.end().await;
    let (code, printed) = site.end("TERM").await;
    assert_eq!(code, Some(0), "{printed}");
    Ok(())
}
