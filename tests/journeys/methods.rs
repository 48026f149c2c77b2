//! Ways to sign in, each by the page that offers all of them: what is proved there is enough.

use serde_json::json;

use crate::{
    common::{Engine, OLD, Setting},
    visit::{EMAIL, PHONE, Visit},
};

const ALL: [&str; 6] = ["password", "passkey", "email_code", "email_link", "sms_code", "totp"];

/// Starts a site that offers every way.
async fn begin(setting: &Setting, name: &str) -> Result<Visit, String> {
    let changes = [("latchkey.sign_in.methods", json!(ALL)), ("latchkey.sms.countries", json!(["DE"]))];
    Visit::with_or_without_scripts(setting, name, &changes).await
}

/// Asks for a message by the button `by`.
async fn ask(visit: &Visit, by: &str) {
    visit.open("/login").await;
    visit.chrome.type_in("username", EMAIL).await;
    visit.chrome.press(&format!("main button[name='with'][value='{by}']")).await;
    assert_eq!(visit.chrome.path().await, "/login/sent");
}

async fn arrive(visit: Visit) {
    assert!(visit.is_signed_in().await, "not signed in at the end: {}", visit.chrome.text().await);
    assert!(visit.chrome.text().await.contains(EMAIL));
    visit.end().await;
}

/// The password.
pub async fn by_password(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "sign-in-password").await?;
    visit.open("/login").await;
    let runs_scripts = setting.engine == Engine::Sqlite;
    assert_eq!(visit.chrome.has(".reveal").await, runs_scripts, "the password's button is there by a script");
    visit.chrome.look("1-login").await;
    visit.sign_in("not the password").await;
    visit.chrome.find(".summary").await;
    visit.chrome.look("2-wrong").await;
    visit.sign_in(OLD).await;
    arrive(visit).await;
    Ok(())
}

/// A code in a mail.
pub async fn by_email_code(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "sign-in-email-code").await?;
    ask(&visit, "email").await;
    visit.chrome.look("2-sent").await;
    let message = visit.site.mailbox.next(EMAIL).await;
    visit.type_code("abcd-efgh").await;
    visit.chrome.find("#code[aria-invalid='true']").await;
    visit.chrome.look("3-wrong").await;
    visit.type_code(&message.code()).await;
    arrive(visit).await;
    Ok(())
}

/// The link in a mail, in another browser.
pub async fn by_email_link(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "sign-in-email-link").await?;
    ask(&visit, "email").await;
    let message = visit.site.mailbox.next(EMAIL).await;
    visit.chrome.forget().await;
    visit.chrome.open(&message.link()).await;
    visit.chrome.look("3-link").await;
    visit.chrome.button("/login/link").await;
    arrive(visit).await;
    Ok(())
}

/// A code in a text message.
pub async fn by_sms_code(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "sign-in-sms-code").await?;
    visit.add_phone().await;
    visit.chrome.forget().await;
    ask(&visit, "sms").await;
    visit.chrome.look("2-sent").await;
    visit.type_code(&visit.site.mailbox.next(PHONE).await.code()).await;
    arrive(visit).await;
    Ok(())
}

/// The code of an authenticator app.
pub async fn by_totp(setting: Setting) -> Result<(), String> {
    let visit = begin(&setting, "sign-in-totp").await?;
    let app = visit.add_app().await;
    visit.chrome.forget().await;
    visit.open("/login").await;
    visit.chrome.press("main a[href^='/login/app']").await;
    visit.chrome.look("2-app").await;
    for (code, is_right) in [("000000".to_owned(), false), (app.code(&visit.site), true)] {
        visit.chrome.type_in("username", EMAIL).await;
        visit.chrome.type_in("one-time-code", &code).await;
        visit.chrome.submit("one-time-code").await;
        if !is_right {
            visit.chrome.find(".summary").await;
            visit.chrome.look("3-wrong").await;
        }
    }
    arrive(visit).await;
    Ok(())
}
