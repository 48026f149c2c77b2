//! Resets of people with a second factor: it is asked for before the new password counts, or approves the reset itself.

use serde_json::json;

use crate::{
    common::{NEW, Setting, Strategy},
    visit::{EMAIL, PHONE, Visit},
};

/// Opens the account, signs out, and signs in with the new password up to the factor.
async fn arrive(visit: Visit) {
    visit.arrive().await;
    visit.sign_in_anew(NEW).await;
    assert_eq!(visit.chrome.path().await, "/login/factor", "the new password does not count");
    visit.end().await;
}

/// The factor comes last, and the new password counts from then on.
pub async fn owes_a_factor(setting: Setting) -> Result<(), String> {
    let visit = Visit::with_or_without_scripts(&setting, "reset-factor", &[]).await?;
    let app = visit.add_app().await;
    visit.forget_password().await;
    visit.choose(NEW).await;
    assert_eq!(visit.chrome.path().await, "/login/factor");
    visit.chrome.look("1-factor").await;
    assert!(!visit.is_signed_in().await, "the factor is not waited for");
    let page = visit.site.sign_in(&visit.site.browser(), EMAIL, NEW).await;
    assert_eq!(page.path(), "/login", "the new password counts before the factor: {page}");
    visit.open("/login/factor").await;
    visit.type_code(&app.code(&visit.site).await).await;
    arrive(visit).await;
    Ok(())
}

/// An authenticator app approves in place of a text message.
pub async fn approved_by_app(mut setting: Setting) -> Result<(), String> {
    setting.strategy = Strategy::SmsApproved;
    let changes = [("latchkey.reset.approve", json!(["sms", "totp"]))];
    let visit = Visit::with_or_without_scripts(&setting, "reset-approved-by-app", &changes).await?;
    let app = visit.add_app().await;
    visit.forget_password().await;
    visit.chrome.look("1-approve").await;
    visit.chrome.type_in("one-time-code", "000000").await;
    visit.choose(NEW).await;
    visit.chrome.find("#code[aria-invalid='true']").await;
    visit.chrome.look("2-wrong").await;
    visit.chrome.type_in("one-time-code", &app.code(&visit.site).await).await;
    visit.choose(NEW).await;
    arrive(visit).await;
    Ok(())
}

/// A passkey approves, beside the text message that would do as well.
pub async fn approved_by_passkey(mut setting: Setting) -> Result<(), String> {
    setting.strategy = Strategy::SmsApproved;
    let changes = [("latchkey.reset.approve", json!(["sms", "passkey"]))];
    let visit = Visit::begin(&setting, "reset-approved-by-passkey", &changes).await?;
    let chrome = &visit.chrome;
    chrome.add_authenticator().await;
    chrome.offer_no_passkeys().await;
    visit.add_phone().await;
    visit.add_passkey().await;
    visit.forget_password().await;
    chrome.look("1-approve").await;
    chrome.click("details.help summary").await;
    chrome.press("a[href*='with=sms']").await;
    chrome.look("2-text").await;
    chrome.button("/reset/sms-approved/send").await;
    visit.site.mailbox.next_code(PHONE).await;
    chrome.click("details.help summary").await;
    chrome.look("3-texted").await;
    chrome.press("a[href*='with=passkey']").await;
    visit.choose(NEW).await;
    arrive(visit).await;
    Ok(())
}
