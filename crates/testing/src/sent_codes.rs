//! Second factors whose codes are sent, by text message or by mail.

use super::{Browser, Page, Person, app::Site};

/// Number of the phone to which codes are sent.
pub const PHONE: &str = "+4915112345678";

/// A way in which codes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Text,
    Mail,
}

impl By {
    /// Name of the factor.
    pub fn name(self) -> &'static str {
        match self {
            By::Text => "sms",
            By::Mail => "email",
        }
    }

    /// Where `ann` gets the codes.
    pub fn to(self, ann: &Person) -> &str {
        match self {
            By::Text => PHONE,
            By::Mail => &ann.email,
        }
    }
}

/// Asks for the first code of a factor, at `number` if it is a phone; returns its page.
pub async fn start(browser: &Browser, by: By, number: &str) -> Page {
    match by {
        By::Text => {
            let page = browser.get("/account/factors/sms").await;
            browser.submit(&page, &[("tel", number)]).await
        }
        By::Mail => {
            let page = browser.get("/account/factors").await;
            browser.press(&page, "/account/factors/email/start").await
        }
    }
}

/// Sets a factor up; returns the page that follows.
pub async fn set_up(app: &Site, browser: &Browser, ann: &Person, by: By) -> Page {
    let page = start(browser, by, PHONE).await;
    assert_eq!(page.path(), "/account/factors/sent", "{page}");
    let code = app.mailbox.next_code(by.to(ann)).await;
    browser.submit(&page, &[("one-time-code", &code)]).await
}

/// Presses the button that sends a code; returns the page that asks for it, and the code.
pub async fn send(app: &Site, browser: &Browser, page: &Page, to: &str) -> (Page, String) {
    let page = browser.press(page, &format!("{}/send", page.path())).await;
    (page, app.mailbox.next_code(to).await)
}
