//! Recovery, step by step, under each strategy.

use super::{Browser, Message, Page, Person, Sent, Strategy, app::Site};

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
        match strategy {
            Strategy::OneTimeLogin | Strategy::SetThenLogin | Strategy::GeneratedPassword => {
                Ready { page, code: None }
            }
            Strategy::SecondKey | Strategy::SmsApproved => {
                let page = browser.press(&page, &send).await;
                self.next_code(Ready { page, code: None }, person).await
            }
        }
    }

    /// The same with the code from the next message.
    pub async fn next_code(&self, ready: Ready, person: &Person) -> Ready {
        let to = if self.setting.strategy == Strategy::SmsApproved { &person.phone } else { &person.email };
        Ready { code: Some(self.mailbox.next_code(to).await), ..ready }
    }

    /// Contents of the request that spends the key; `password` is the new one, if this request takes it.
    pub fn spending(&self, browser: &Browser, ready: &Ready, password: &str) -> Sent {
        let page = &ready.page;
        match (self.setting.strategy, &ready.code) {
            (Strategy::SetThenLogin, _) => browser.fill(page, &[("new-password", password)]),
            (_, Some(code)) => browser.fill(page, &[("one-time-code", code), ("new-password", password)]),
            (strategy, None) => browser.sent(page, page.form_to(&strategy.path()), &[]),
        }
    }

    /// Continues after the spending request until the new password is set and signs in.
    pub async fn finish(&self, browser: &Browser, page: Page, person: &Person, password: &str) -> Page {
        match self.setting.strategy {
            Strategy::SetThenLogin | Strategy::SecondKey | Strategy::SmsApproved => page,
            Strategy::OneTimeLogin => browser.submit(&page, &[("new-password", password)]).await,
            Strategy::GeneratedPassword => {
                let generated = self.mailbox.next_code(&person.email).await;
                let page = self.sign_in(browser, &person.email, &generated).await;
                browser.submit(&page, &[("new-password", password)]).await
            }
        }
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
