//! A person has one account and one number, whatever the spelling and whichever version stored them.

use std::time::Duration;

use rocket::tokio::time::sleep;
use serde_json::json;

use crate::common::{OLD, Setting, execute, texts};

for_both_databases! {
    what_an_earlier_version_stored_is_brought_up_to_date,
    of_two_accounts_that_became_one_address_both_stay,
    a_number_is_texted_in_its_one_form,
}

const KEYS: &str = "SELECT email_key FROM latchkey_accounts ORDER BY id";

/// Waits until all accounts have been checked.
async fn looked_through(setting: &Setting) {
    until(setting, "SELECT name FROM latchkey_upkeep").await;
}

/// Waits until a query finds something.
async fn until(setting: &Setting, query: &'static str) {
    for _ in 0..400 {
        if !texts(&setting.database, query).await.is_empty() {
            return;
        }
        sleep(Duration::from_millis(25)).await;
    }
    panic!("stored accounts are not brought up to date");
}

async fn what_an_earlier_version_stored_is_brought_up_to_date(setting: Setting) {
    let mut app = setting.app().await;
    let emile = app.account("\u{c9}mile@example.com").await;
    app.add_phone(&emile).await;
    looked_through(&setting).await;
    for statement in [
        "UPDATE latchkey_accounts SET email_key = '\u{c9}mile@example.com', phone = '+49015112345678'",
        "DELETE FROM latchkey_upkeep",
    ] {
        execute(&setting.database, statement).await;
    }
    app.again(&[]).await;
    looked_through(&setting).await;
    assert_eq!(texts(&setting.database, KEYS).await, ["\u{e9}mile@example.com"]);
    assert_eq!(texts(&setting.database, "SELECT phone FROM latchkey_accounts").await, ["+4915112345678"]);
    for typed in
        ["\u{e9}mile@example.com", "\u{c9}MILE@Example.com", "\u{feff}e\u{301}mile@example.com\u{a0}"]
    {
        assert!(app.opens(typed, OLD).await, "{typed}");
    }
}

async fn of_two_accounts_that_became_one_address_both_stay(setting: Setting) {
    let mut app = setting.app().await;
    app.account("emile@example.com").await;
    app.account("\u{e9}mile@example.com").await;
    looked_through(&setting).await;
    for statement in [
        "UPDATE latchkey_accounts SET email = '\u{c9}mile@example.com', email_key = '\u{c9}mile@example.com'
         WHERE email_key = 'emile@example.com'",
        // Checked last, so that both have been when this is done.
        "UPDATE latchkey_accounts SET phone = '+49015112345678' WHERE email_key LIKE '\u{e9}%'",
        "DELETE FROM latchkey_upkeep",
    ] {
        execute(&setting.database, statement).await;
    }
    app.again(&[]).await;
    until(&setting, "SELECT email FROM latchkey_accounts WHERE phone = '+4915112345678'").await;
    assert!(app.opens("\u{c9}mile@example.com", OLD).await);
    assert_eq!(texts(&setting.database, KEYS).await, ["\u{c9}mile@example.com", "\u{e9}mile@example.com"]);
    let done = texts(&setting.database, "SELECT name FROM latchkey_upkeep").await;
    assert!(done.is_empty(), "what is left over is told again at the next start");
}

async fn a_number_is_texted_in_its_one_form(setting: Setting) {
    let app = setting.app_with(&[("latchkey.sms.countries", json!(["DE"]))]).await;
    let ann = app.account("ann@example.com").await;
    let browser = app.signed_in(&ann).await;
    let form = browser.get("/account/phone").await;
    assert!(form.text.contains("As you dial it at home"), "{form}");
    for typed in [
        "+49 (0)151 12345678",
        "0049151\u{2011}12345678",
        "0151/12345678",
        "\u{ff0b}\u{664}\u{669}15112345678",
    ] {
        let page = browser.submit(&form, &[("tel", typed), ("current-password", OLD)]).await;
        assert_eq!(page.path(), "/account/phone/code", "{typed}: {page}");
        let code = app.mailbox.next("+4915112345678").await.code();
        let strewn: String = code.chars().flat_map(|c| ['\u{200b}', c, '\u{2011}']).collect();
        let wide = strewn.replace('1', "\u{ff11}").replace('0', "O");
        if typed.starts_with("0151") {
            let page = browser.submit(&page, &[("one-time-code", &wide)]).await;
            assert!(page.status == 200 && !page.asks(&["one-time-code"]), "{page}");
        }
    }
    for costly in ["+449001234567", "+447012345678", "0900 1123456", "+881612345678"] {
        let page = browser.submit(&form, &[("tel", costly), ("current-password", OLD)]).await;
        assert!(page.status == 422 && page.text.contains("Enter a phone number"), "{costly}: {page}");
    }
}
