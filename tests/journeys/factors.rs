//! Second factors of each kind: set up on a few screens, then asked for after the password.

use crate::{
    common::{OLD, Setting},
    visit::{EMAIL, PHONE, Visit},
};

/// Most screens on which a factor is set up, from the list where its kind is chosen until that list names it.
pub const SCREENS: usize = 3;

/// Signs in and opens the list of factors.
async fn begin(setting: &Setting, name: &str) -> Result<Visit, String> {
    let visit = Visit::with_or_without_scripts(setting, name, &[]).await?;
    visit.sign_in(OLD).await;
    visit.open("/account/factors").await;
    Ok(visit)
}

/// Notes the recovery codes of a factor that was set up since there had been so many pages, and signs out; returns the first.
async fn finish(visit: &Visit, begun: usize) -> String {
    let chrome = &visit.chrome;
    let code = chrome.find("ol.codes bdi").await.text().await.expect("text");
    let screens = chrome.pages() - begun;
    assert!(screens <= SCREENS, "it took {screens} screens");
    chrome.button("/account/factors/codes").await;
    chrome.find("#factors").await;
    chrome.look("5-factors").await;
    visit.sign_out().await;
    code
}

/// Opens the list of factors, which says that the one of this journey was used.
async fn arrive(visit: Visit) {
    visit.arrive().await;
    visit.open("/account/factors").await;
    assert!(visit.chrome.text().await.contains("last used"), "{}", visit.chrome.text().await);
    visit.end().await;
}

/// An authenticator app.
pub async fn by_app(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "factor-app").await?;
    let (chrome, begun) = (&visit.chrome, visit.chrome.pages());
    chrome.look("1-factors").await;
    chrome.button("/account/factors/totp/start").await;
    chrome.look("2-app").await;
    let app = visit.scan().await;
    chrome.look("4-codes").await;
    finish(&visit, begun).await;
    visit.sign_in(OLD).await;
    chrome.find("form[action='/login/factor']").await;
    chrome.look("6-factor").await;
    visit.type_code("000000").await;
    chrome.find("#code[aria-invalid='true']").await;
    chrome.look("7-wrong").await;
    visit.type_code(&app.code(&visit.site).await).await;
    arrive(visit).await;
    Ok(())
}

/// A recovery code in place of the app.
pub async fn by_recovery_code(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "factor-recovery-code").await?;
    let (chrome, begun) = (&visit.chrome, visit.chrome.pages());
    visit.set_up_app().await;
    let code = finish(&visit, begun).await;
    visit.sign_in(OLD).await;
    chrome.click("details.help summary").await;
    chrome.press("a[href*='with=recovery_code']").await;
    chrome.look("6-factor").await;
    visit.type_code(&code).await;
    assert!(visit.is_signed_in().await, "{}", chrome.text().await);
    visit.open("/account/factors").await;
    assert!(
        chrome.text().await.contains("9 recovery codes"),
        "a code is still there: {}",
        chrome.text().await
    );
    visit.sign_in_anew(OLD).await;
    visit.open("/login/factor?with=recovery_code").await;
    visit.type_code(&code).await;
    assert!(!visit.is_signed_in().await, "a recovery code works twice");
    visit.end().await;
    Ok(())
}

/// Codes by text message.
pub async fn by_text(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "factor-text").await?;
    let (chrome, begun) = (&visit.chrome, visit.chrome.pages());
    chrome.button("/account/factors/sms").await;
    chrome.look("2-number").await;
    chrome.type_in("tel", PHONE).await;
    chrome.submit("tel").await;
    chrome.look("3-sent").await;
    visit.type_code(&visit.site.mailbox.next_code(PHONE).await).await;
    finish(&visit, begun).await;
    ask_for_codes(visit, PHONE).await;
    Ok(())
}

/// Codes by mail.
pub async fn by_mail(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "factor-mail").await?;
    let begun = visit.chrome.pages();
    visit.chrome.button("/account/factors/email/start").await;
    visit.chrome.look("3-sent").await;
    visit.type_code(&visit.site.mailbox.next_code(EMAIL).await).await;
    finish(&visit, begun).await;
    ask_for_codes(visit, EMAIL).await;
    Ok(())
}

/// Signs in with the password and a code that is sent to `to`, and again in the browser that is trusted since; what matters
/// most asks for a code even there.
async fn ask_for_codes(visit: Visit, to: &str) {
    let chrome = &visit.chrome;
    visit.sign_in(OLD).await;
    chrome.find("form[action='/login/factor/send']").await;
    chrome.look("6-factor").await;
    chrome.button("/login/factor/send").await;
    chrome.click("#trust").await;
    chrome.look("7-factor-sent").await;
    visit.type_code(&visit.site.mailbox.next_code(to).await).await;
    visit.sign_out().await;
    visit.sign_in(OLD).await;
    assert!(visit.is_signed_in().await, "the browser is not trusted: {}", chrome.text().await);
    visit.open("/account/factors").await;
    assert_eq!(chrome.path().await, "/verify");
    chrome.look("8-verify").await;
    chrome.button("/verify/send").await;
    chrome.look("9-verify-sent").await;
    visit.type_code(&visit.site.mailbox.next_code(to).await).await;
    chrome.find("#factors").await;
    arrive(visit).await;
}
