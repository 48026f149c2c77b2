//! An admin's work in the console: finds a person, adds a role, sends a reset, and reads the events.

use crate::common::{Binary, OLD, Setting, chrome::Chrome};

const ADMIN: &str = "root@example.com";
const EMAIL: &str = "maria.fernandez.de.la.cruz@example.com";

/// The whole journey; an error says what is missing here.
pub async fn look_after(setting: Setting) -> Result<(), String> {
    let chrome = Chrome::start(&setting, "console").await?;
    let site = Binary::start(&setting, setting.config(&[])).await;
    for email in [ADMIN, EMAIL] {
        site.account(email).await;
    }
    site.latchkey(&["user", "role", ADMIN, "--add", "admin"]);
    let at = |path: &str| format!("{}{path}", site.url);

    chrome.open(&at("/admin")).await;
    chrome.type_in("username", ADMIN).await;
    chrome.type_in("current-password", OLD).await;
    chrome.submit("current-password").await;
    chrome.find("nav.places a[href='/admin'][aria-current]").await;
    chrome.look("1-empty").await;
    chrome.open(&at("/account")).await;
    chrome.press("main a[href='/admin']").await;

    chrome.press("nav.places a[href='/admin/people']").await;
    chrome.find("#q").await.send_keys("maria.").await.expect("typed");
    chrome.press("main form.filter button").await;
    chrome.look("2-people").await;
    chrome.press("main td a").await;
    chrome.look("3-person").await;
    chrome.find("#role").await.send_keys("not a role").await.expect("typed");
    chrome.press("form[action$='/add-role'] button").await;
    chrome.find("#role[aria-invalid='true']").await;
    chrome.look("4-person-error").await;
    chrome.find("#role").await.clear().await.expect("cleared");
    chrome.find("#role").await.send_keys("editor").await.expect("typed");
    chrome.press("form[action$='/add-role'] button").await;
    chrome.find("form[action$='/remove-role']").await;
    chrome.press("form[action$='/send-reset'] button").await;
    chrome.look("5-person-done").await;
    let mail = site.mailbox.next_key(EMAIL).await;
    assert!(!chrome.text().await.contains(mail.link().rsplit('/').next().expect("a key")));

    chrome.press("nav.places a[href='/admin/policy']").await;
    chrome.look("6-policy").await;
    chrome.press("nav.places a[href='/admin/messages']").await;
    chrome.press("nav.shelves a[href$='state=sent']").await;
    assert!(chrome.text().await.contains(EMAIL));
    chrome.look("7-messages").await;
    chrome.press("nav.places a[href='/admin/events']").await;
    let text = chrome.text().await;
    assert!(text.contains("Reset sent for them") && text.contains("+editor"), "{text}");
    chrome.look("8-events").await;
    chrome.press("nav.places a[href='/admin']").await;
    chrome.find("figure.chart svg rect").await;
    chrome.look("9-overview").await;
    chrome.end().await;
    let (code, printed) = site.end("TERM").await;
    assert_eq!(code, Some(0), "{printed}");
    Ok(())
}
