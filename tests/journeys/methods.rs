//! Ways to sign in, each by the page that offers all of them: what is proved there is enough.

use serde_json::json;

use crate::{
    common::{Engine, OLD, Setting},
    visit::{EMAIL, PHONE, Visit},
};

const ALL: [&str; 6] = ["password", "passkey", "email_code", "email_link", "sms_code", "totp"];

/// Signs in each way, one after another in one browser that is made to forget.
pub async fn each_way(setting: Setting) -> Result<(), String> {
    let changes = [
        ("latchkey.sign_in.methods", json!(ALL)),
        ("latchkey.sign_in.usernames", json!("optional")),
        ("latchkey.sms.countries", json!(["DE"])),
    ];
    let visit = Visit::with_or_without_scripts(&setting, "sign-in", &changes).await?;
    visit.open("/login").await;
    let runs_scripts = setting.engine == Engine::Sqlite;
    assert_eq!(visit.chrome.has(".reveal").await, runs_scripts, "the password's button is there by a script");
    visit.chrome.look("1-login").await;
    by_password(&visit).await;
    by_email_code(&visit).await;
    by_email_link(&visit).await;
    by_sms_code(&visit).await;
    by_username(&visit).await;
    by_totp(&visit).await;
    visit.end().await;
    Ok(())
}

/// Asks for a message by the button `by`.
async fn ask(visit: &Visit, by: &str) {
    visit.open("/login").await;
    visit.chrome.type_in("username", EMAIL).await;
    visit.chrome.press(&format!("main button[name='with'][value='{by}']")).await;
    assert_eq!(visit.chrome.path().await, "/login/sent");
}

/// Opens the account, and makes the browser forget who that is.
async fn arrive(visit: &Visit) {
    visit.arrive().await;
    assert!(visit.chrome.text().await.contains(EMAIL));
    visit.chrome.forget().await;
}

/// The password.
async fn by_password(visit: &Visit) {
    visit.sign_in("not the password").await;
    visit.chrome.find(".summary").await;
    visit.chrome.look("2-password-wrong").await;
    visit.sign_in(OLD).await;
    arrive(visit).await;
}

/// A code in a mail.
async fn by_email_code(visit: &Visit) {
    ask(visit, "email").await;
    visit.chrome.look("3-mailed").await;
    let message = visit.site.mailbox.next(EMAIL).await;
    visit.type_code("abcd-efgh").await;
    visit.chrome.find("#code[aria-invalid='true']").await;
    visit.chrome.look("4-mailed-wrong").await;
    visit.type_code(&message.code()).await;
    arrive(visit).await;
}

/// The link in a mail, in a browser that did not ask for it.
async fn by_email_link(visit: &Visit) {
    ask(visit, "email").await;
    let message = visit.site.mailbox.next(EMAIL).await;
    visit.chrome.forget().await;
    visit.chrome.open(&message.link()).await;
    visit.chrome.look("5-link").await;
    visit.chrome.button("/login/link").await;
    arrive(visit).await;
}

/// A code in a text message.
async fn by_sms_code(visit: &Visit) {
    visit.add_phone().await;
    visit.chrome.forget().await;
    ask(visit, "sms").await;
    visit.chrome.look("6-texted").await;
    visit.type_code(&visit.site.mailbox.next(PHONE).await.code()).await;
    arrive(visit).await;
}

/// The code of an authenticator app.
async fn by_totp(visit: &Visit) {
    let app = visit.add_app().await;
    visit.chrome.forget().await;
    visit.open("/login").await;
    visit.chrome.press("main a[href^='/login/app']").await;
    visit.chrome.look("7-app").await;
    for (code, is_right) in [("000000".to_owned(), false), (app.code(&visit.site).await, true)] {
        visit.chrome.type_in("username", EMAIL).await;
        visit.chrome.type_in("one-time-code", &code).await;
        visit.chrome.submit("one-time-code").await;
        if !is_right {
            visit.chrome.find(".summary").await;
            visit.chrome.look("8-app-wrong").await;
        }
    }
    arrive(visit).await;
}

/// A username in place of the address, and the mail to who has forgotten it.
async fn by_username(visit: &Visit) {
    visit.chrome.forget().await;
    visit.open("/login").await;
    visit.chrome.press("main a[href='/login/username']").await;
    visit.site.mailbox.rest(EMAIL).await;
    visit.chrome.look("9-username-forgotten").await;
    visit.chrome.type_in("username", EMAIL).await;
    visit.chrome.submit("username").await;
    visit.chrome.look("10-username-mailed").await;
    assert!(visit.site.mailbox.next(EMAIL).await.text.contains("no username"));

    visit.sign_in(OLD).await;
    for (name, is_right) in [("no", false), ("Maria.Fernandez", true)] {
        visit.open("/account/username").await;
        visit.chrome.type_in("username", name).await;
        visit.chrome.submit("username").await;
        visit.chrome.look(if is_right { "12-username-kept" } else { "11-username-wrong" }).await;
    }
    assert!(visit.chrome.text().await.contains("maria.fernandez"));
    assert!(visit.site.mailbox.next_notice(EMAIL).await.subject.contains("username"));
    visit.open("/account/username").await;
    visit.chrome.look("13-username").await;
    visit.chrome.forget().await;
    visit.open("/login").await;
    visit.chrome.type_in("username", "maria.fernandez").await;
    visit.chrome.press("main button[name='with'][value='email']").await;
    visit.chrome.look("14-mailed-by-name").await;
    visit.type_code(&visit.site.mailbox.next(EMAIL).await.code()).await;
    arrive(visit).await;
}
