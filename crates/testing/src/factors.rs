//! People with an authenticator app as second factor, and what they do with it.

use super::{Authenticator, Browser, Capabilities, Page, Person, app::Site, recovery_codes};

/// Creates Ann, who has an authenticator app; returns the browser that set it up, and her recovery codes.
pub async fn with_app(app: &Site) -> (Person, Authenticator, Browser, Vec<String>) {
    let ann = app.person("ann").await;
    let browser = app.signed_in(&ann).await;
    let (authenticator, page) = app.set_up_app(&browser).await;
    let codes = recovery_codes(&page);
    assert_eq!((page.path(), codes.len()), ("/account/factors/codes", 10), "{page}");
    let page = browser.press(&page, "/account/factors/codes").await;
    assert_eq!(page.path(), "/account/factors", "{page}");
    assert!(app.mailbox.next(&ann.email).await.is_notice(), "the owner is told");
    app.next_code_is_shown();
    (ann, authenticator, browser, codes)
}

/// Types a code on the page that asks for it.
pub async fn prove(browser: &Browser, page: &Page, code: &str) -> Page {
    browser.submit(page, &[("one-time-code", code)]).await
}

/// Signs in with the password in a new browser, up to the page that asks for the factor.
pub async fn half_way(app: &Site, ann: &Person) -> (Browser, Page) {
    let browser = app.browser();
    let page = app.sign_in(&browser, &ann.email, &ann.password).await;
    assert_eq!(page.path(), "/login/factor", "the factor is not asked for: {page}");
    (browser, page)
}

/// Types a recovery code for a sign-in that owes a factor.
pub async fn with_recovery_code(browser: &Browser, code: &str) -> Page {
    let page = browser.get("/login/factor?with=recovery_code").await;
    prove(browser, &page, code).await
}

/// Removes the only factor.
pub async fn remove(browser: &Browser) {
    let page = browser.get("/account/factors").await;
    let remove = page.forms.iter().find(|form| form.path().ends_with("/remove")).expect("a button");
    let path = remove.path().to_owned();
    let page = browser.press(&page, &path).await;
    assert_eq!(page.status, 200, "{page}");
}

/// Resets the password in `browser` by a new key, up to the page that comes before a new password or asks for a factor.
pub async fn reset(app: &Site, ann: &Person, browser: &Browser, password: &str) -> Page {
    let link = app.key(ann).await.link();
    spend(app, ann, browser, &link, password).await
}

/// The same by the key of `link`.
pub async fn spend(app: &Site, ann: &Person, browser: &Browser, link: &str, password: &str) -> Page {
    let ready = app.prepare(browser, link, ann).await;
    let page = browser.post(&app.spending(browser, &ready, password)).await;
    if !app.setting.strategy.mails_password() {
        return page;
    }
    let generated = app.mailbox.next_code(&ann.email).await;
    app.sign_in(browser, &ann.email, &generated).await
}

/// Resets the password, up to the page that asks for the factor.
pub async fn to_the_factor(app: &Site, ann: &Person, browser: &Browser, password: &str) -> Page {
    let page = reset(app, ann, browser, password).await;
    assert_eq!(page.path(), "/login/factor", "the factor is not asked for: {page}");
    page
}

/// Chooses the new password where that comes last.
pub async fn finish(browser: &Browser, page: Page, password: &str) {
    let page = match page.path() {
        "/reset/new-password" => browser.submit(&page, &[("new-password", password)]).await,
        _ => page,
    };
    assert!(browser.is_signed_in().await, "not signed in at the end: {page}");
}

/// Presses "this wasn't me", and chooses a new password.
pub async fn undo(app: &Site, ann: &Person, link: &str, password: &str) -> (Browser, Page) {
    let browser = app.browser();
    let page = browser.get(link).await;
    browser.press(&page, "/reset/not-me").await;
    let key = app.mailbox.next_key(&ann.email).await.link();
    let page = spend(app, ann, &browser, &key, password).await;
    (browser, page)
}

/// Proves the factor, and ticks that the browser is trusted.
pub async fn trust(browser: &Browser, page: &Page, code: &str) -> Page {
    browser.submit(page, &[("one-time-code", code), ("trust", "on")]).await
}

/// Signs out.
pub async fn leave(browser: &Browser) {
    browser.press(&browser.get("/account").await, "/logout").await;
}

/// True if the password alone signs in.
pub async fn is_trusted(app: &Site, browser: &Browser, ann: &Person) -> bool {
    app.sign_in(browser, &ann.email, &ann.password).await;
    browser.is_signed_in().await
}
