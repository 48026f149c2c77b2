//! Ways to sign in beside the password, as people go through them.

use super::{Browser, Page};

/// Asks for a message by the button `by` of the sign-in page.
pub async fn ask(browser: &Browser, by: &str, email: &str) -> Page {
    let page = browser.get("/login").await;
    browser.press_with(&page, by, &[("email", email)]).await
}

/// Types the code of that message.
pub async fn type_code(browser: &Browser, code: &str) -> Page {
    let page = browser.get("/login/sent").await;
    browser.submit(&page, &[("one-time-code", code)]).await
}

/// Types a username on its page.
pub async fn choose_username(browser: &Browser, name: &str) -> Page {
    let page = browser.get("/account/username").await;
    browser.submit(&page, &[("username", name)]).await
}
