//! Journeys that do not go well: a browser that is lost, codes that are wrong, the Back button, links that expire, cookies that
//! are refused. Each ends with its owner signed in, or with a page that says what to do.

use std::time::Duration;

use rocket::tokio::time::sleep;
use serde_json::json;

use crate::{
    common::{NEW, Setting, Strategy, chrome::Chrome},
    visit::{EMAIL, Visit},
};

/// Has the second key sent, and returns it.
async fn send(visit: &Visit) -> String {
    visit.chrome.button("/reset/second-key/send").await;
    visit.site.mailbox.next_code(EMAIL).await
}

/// The browser that asked and pressed the first button is gone: the newest message lets in another.
pub async fn lost_browser(mut setting: Setting) -> Result<(), String> {
    setting.strategy = Strategy::SecondKey;
    let visit = Visit::with_or_without_scripts(&setting, "lost-browser", &[]).await?;
    visit.forget_password().await;
    send(&visit).await;
    visit.chrome.forget().await;
    visit.ask_reset().await;
    visit.chrome.forget().await;
    visit.chrome.open(&visit.site.mailbox.next(EMAIL).await.link()).await;
    visit.chrome.look("1-again").await;
    visit.chrome.button("/reset/restart").await;
    let code = send(&visit).await;
    visit.chrome.type_in("one-time-code", &code).await;
    visit.choose(NEW).await;
    visit.arrive().await;
    visit.end().await;
    Ok(())
}

/// Three wrong codes end the code, and the page offers another.
pub async fn wrong_codes(mut setting: Setting) -> Result<(), String> {
    setting.strategy = Strategy::SecondKey;
    let visit = Visit::with_or_without_scripts(&setting, "wrong-codes", &[]).await?;
    visit.forget_password().await;
    send(&visit).await;
    for wrong in ["aaaa-aaaa", "bbbb-bbbb", "cccc-cccc"] {
        visit.chrome.type_in("one-time-code", wrong).await;
        visit.choose(NEW).await;
    }
    visit.chrome.look("1-dead").await;
    let code = send(&visit).await;
    visit.chrome.type_in("one-time-code", &code).await;
    visit.choose(NEW).await;
    visit.arrive().await;
    visit.end().await;
    Ok(())
}

/// A weak password, a good one, and then Back: the form is not shown as if it still worked. Every page on the way can be
/// loaded again.
pub async fn back_and_reload(setting: Setting) -> Result<(), String> {
    let visit = Visit::with_or_without_scripts(&setting, "back", &[]).await?;
    visit.chrome.forget().await;
    for path in ["/", "/login", "/register", "/reset", "/confirm"] {
        visit.open(path).await;
        visit.chrome.reload().await;
    }
    visit.ask_reset().await;
    visit.chrome.reload().await;
    visit.chrome.open(&visit.site.mailbox.next_key(EMAIL).await.link()).await;
    visit.chrome.reload().await;
    visit.choose("password123").await;
    visit.chrome.find("#new_password[aria-invalid='true']").await;
    visit.chrome.reload().await;
    visit.choose(NEW).await;
    assert_eq!(visit.chrome.path().await, "/account");
    visit.chrome.back().await;
    visit.chrome.look("1-back").await;
    assert!(!visit.chrome.has("input[autocomplete='new-password']").await, "{}", visit.chrome.text().await);
    for path in ["/account", "/account/sessions", "/account/factors", "/change"] {
        visit.open(path).await;
        visit.chrome.reload().await;
    }
    visit.arrive().await;
    visit.end().await;
    Ok(())
}

/// A link expires while its owner is still typing: nothing is lost but the link, and the page asks for another.
pub async fn late(setting: Setting) -> Result<(), String> {
    let changes = [("latchkey.reset.key_ttl", json!("1m"))];
    let visit = Visit::with_or_without_scripts(&setting, "late", &changes).await?;
    visit.forget_password().await;
    visit.chrome.type_in("new-password", NEW).await;
    sleep(Duration::from_secs(62)).await;
    visit.chrome.submit("new-password").await;
    assert!(visit.chrome.text().await.contains("expired"), "{}", visit.chrome.text().await);
    visit.chrome.look("1-expired").await;
    visit.chrome.press("main form[action='/reset'] button").await;
    visit.chrome.open(&visit.site.mailbox.next_key(EMAIL).await.link()).await;
    visit.choose(NEW).await;
    visit.arrive().await;
    visit.end().await;
    Ok(())
}

/// A browser that refuses cookies is told so, and the link is as good as before.
pub async fn without_cookies(setting: Setting) -> Result<(), String> {
    let visit = Visit::with_or_without_scripts(&setting, "cookies", &[]).await?;
    let strict = Chrome::start_without_cookies().await?;
    strict.open(&format!("{}/reset", visit.site.url)).await;
    strict.type_in("username", EMAIL).await;
    strict.submit("username").await;
    strict.look("1-asked").await;
    let link = visit.site.mailbox.next_key(EMAIL).await.link();
    strict.open(&link).await;
    assert!(strict.text().await.contains("Allow cookies"), "{}", strict.text().await);
    strict.look("2-no-cookie").await;
    strict.end().await;
    visit.chrome.open(&link).await;
    visit.choose(NEW).await;
    visit.arrive().await;
    visit.end().await;
    Ok(())
}
