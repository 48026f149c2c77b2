//! A person's passkey, in a browser with an authenticator of its own: set up, asked for, and signing in alone.

use crate::{
    common::{OLD, Setting},
    factors::SCREENS,
    visit::Visit,
};

/// The whole journey; an error says what is missing here.
pub async fn by_passkey(setting: Setting) -> Result<(), String> {
    let visit = Visit::begin(&setting, "passkeys", &[]).await?;
    let chrome = &visit.chrome;
    chrome.add_authenticator().await;
    let hidden = chrome.offer_no_passkeys().await;

    visit.open("/login").await;
    chrome.look("1-login").await;
    visit.sign_in(OLD).await;
    visit.open("/account/factors").await;
    chrome.look("2-factors").await;
    let begun = chrome.pages();
    chrome.button("/account/factors/passkey").await;
    chrome.look("3-passkey").await;
    chrome.press("#passkey").await;
    chrome.find("ol.codes").await;
    let screens = chrome.pages() - begun;
    assert!(screens <= SCREENS, "it took {screens} screens");
    chrome.button("/account/factors/codes").await;
    chrome.find("#factors").await;
    chrome.look("4-factors").await;

    visit.sign_in_anew(OLD).await;
    chrome.find("form[action='/login/factor']").await;
    chrome.look("5-factor").await;
    chrome.refuse_once().await;
    chrome.press("#passkey").await;
    chrome.find(".summary a[href='#passkey']").await;
    chrome.look("6-refused").await;
    chrome.press("#passkey").await;
    visit.open("/account/factors").await;
    assert!(chrome.text().await.contains("last used"));

    chrome.forget().await;
    visit.open("/login").await;
    chrome.press("a[href^='/login/passkey']").await;
    // The page asks at once.
    chrome.find("form[action='/logout'], a[href='/account']").await;
    visit.open("/account/factors").await;
    chrome.find("#factors").await;

    // The browser offers it beside addresses, and its owner chooses it there.
    chrome.offer_passkeys(hidden).await;
    chrome.forget().await;
    visit.open("/login?next=/account/sessions").await;
    chrome.find("form[action^='/account/sessions']").await;
    chrome.look("7-sessions").await;
    visit.end().await;
    Ok(())
}
