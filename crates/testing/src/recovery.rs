//! Recovery, step by step, under each strategy.

use super::{Browser, Capabilities, Message, Page, Person, Sent, app::Site};

/// A person about to send the request that spends the key.
pub struct Ready {
    page: Page,
    code: Option<String>,
}

impl Site {
    /// Requests a reset for `email`, from a new browser.
    pub async fn ask_reset(&self, email: &str) -> Page {
        let browser = self.browser();
        let form = browser.get("/reset").await;
        browser.submit(&form, &[("email", email)]).await
    }

    /// Requests a reset and returns the message with the key.
    pub async fn key(&self, person: &Person) -> Message {
        let page = self.ask_reset(&person.email).await;
        assert_eq!(page.status, 200, "{page}");
        self.mailbox.next_key(&person.email).await
    }

    /// Opens `link` and stops before the request that spends the key.
    pub async fn prepare(&self, browser: &Browser, link: &str, person: &Person) -> Ready {
        let page = browser.get(link).await;
        let strategy = self.setting.strategy;
        assert_eq!(page.path(), strategy.path(), "the link leads to its strategy's page: {page}");
        let send = format!("{}/send", strategy.path());
        if strategy.takes_code() {
            let page = browser.press(&page, &send).await;
            self.next_code(Ready { page, code: None }, person).await
        } else {
            Ready { page, code: None }
        }
    }

    /// The same with the code from the next message.
    pub async fn next_code(&self, ready: Ready, person: &Person) -> Ready {
        let to = if self.setting.strategy.needs_phone() { &person.phone } else { &person.email };
        Ready { code: Some(self.mailbox.next_code(to).await), ..ready }
    }

    /// Contents of the request that spends the key; `password` is the new one, if this request takes it.
    pub fn spending(&self, browser: &Browser, ready: &Ready, password: &str) -> Sent {
        let page = &ready.page;
        let strategy = self.setting.strategy;
        match &ready.code {
            Some(code) => browser.fill(page, &[("one-time-code", code), ("new-password", password)]),
            None if strategy.ends_with_password() => browser.fill(page, &[("new-password", password)]),
            None => browser.sent(page, page.form_to(&strategy.path()), &[]),
        }
    }

    /// Continues after the spending request until the new password is set and signs in.
    pub async fn finish(&self, browser: &Browser, page: Page, person: &Person, password: &str) -> Page {
        let strategy = self.setting.strategy;
        if strategy.ends_with_password() {
            return page;
        }
        let form = if strategy.mails_password() {
            let generated = self.mailbox.next_code(&person.email).await;
            self.sign_in(browser, &person.email, &generated).await
        } else {
            page
        };
        browser.submit(&form, &[("new-password", password)]).await
    }

    /// Completes a reset in `browser`, from opening the link to the account signed in with `password`.
    pub async fn recover(&self, browser: &Browser, person: &Person, link: &str, password: &str) -> Person {
        let ready = self.prepare(browser, link, person).await;
        let page = browser.post(&self.spending(browser, &ready, password)).await;
        let page = self.finish(browser, page, person, password).await;
        assert!(browser.is_signed_in().await, "not signed in at the end: {page}");
        Person { password: password.to_owned(), ..person.clone() }
    }
}
