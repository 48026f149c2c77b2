//! The pages that no other journey comes to, each looked at once.

use serde_json::json;

use crate::{
    common::{OLD, Setting},
    visit::{EMAIL, Visit},
};

const OPEN: [&str; 5] = ["/", "/confirm", "/confirm/sent", "/register/sent", "/nowhere"];
const OWN: [&str; 6] =
    ["/change", "/account/email", "/account/delete", "/account/sessions", "/logout", "/account/factors"];

/// Opens them, signed out and signed in, and those of links that work and that do not.
pub async fn every_other(setting: Setting) -> Result<(), String> {
    let changes = [("latchkey.sign_in.new_browser_notices", json!(true))];
    let visit = Visit::with_or_without_scripts(&setting, "pages", &changes).await?;
    let name = |path: &str| format!("page{}", path.replace('/', "-"));
    for path in OPEN {
        visit.open(path).await;
        visit.chrome.look(&name(path)).await;
    }
    visit.site.mailbox.rest(EMAIL).await;
    visit.sign_in(OLD).await;
    for path in OWN {
        visit.open(path).await;
        visit.chrome.look(&name(path)).await;
    }
    visit.open("/account/email").await;
    visit.chrome.type_in("email", "maria@example.org").await;
    visit.chrome.type_in("current-password", OLD).await;
    visit.chrome.submit("email").await;
    visit.chrome.look("new-address-sent").await;
    visit.chrome.open(&visit.site.mailbox.next("maria@example.org").await.link()).await;
    visit.chrome.look("new-address").await;

    let told = visit.site.mailbox.next_notice(EMAIL).await;
    visit.chrome.open(&told.link()).await;
    visit.chrome.look("not-me").await;
    visit.chrome.button("/reset/not-me").await;
    visit.chrome.look("not-me-done").await;
    visit.chrome.open(&told.link()).await;
    visit.chrome.look("used-link").await;
    visit.open("/reset/short").await;
    visit.chrome.look("incomplete-link").await;
    visit.open(&format!("/reset/{}", "A".repeat(43))).await;
    visit.chrome.look("unknown-link").await;
    visit.chrome.open(&visit.site.mailbox.next_key(EMAIL).await.link()).await;
    visit.chrome.press("form[action^='/reset/cancel'] button").await;
    visit.chrome.look("cancelled").await;
    visit.end().await;
    Ok(())
}
