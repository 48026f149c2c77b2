//! People with accounts, made as people make them: by registering and reading their mail.

use super::{Browser, Page, app::Site};

/// The password that an account starts with.
pub const OLD: &str = "seven quiet herons at dusk";
/// The password that a reset sets.
pub const NEW: &str = "brass lantern under the stairs";
/// A third one, of whoever else there is.
pub const OTHER: &str = "copper kettles sing in winter";

/// Somebody with a confirmed account, and with a verified phone if the strategy in force needs one.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub password: String,
    pub phone: String,
}

impl Site {
    /// Fills the registration form and gives the answer.
    pub async fn register(&self, browser: &Browser, email: &str, password: &str) -> Page {
        let form = browser.get("/register").await;
        browser.submit(&form, &[("email", email), ("password", password)]).await
    }

    /// An account for `name@example.com`, ready for the strategy in force.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.account(&format!("{name}@example.com")).await;
        if self.setting.strategy == super::Strategy::SmsApproved {
            self.add_phone(&person).await
        } else {
            person
        }
    }

    /// An account for `email`, without a phone.
    pub async fn account(&self, email: &str) -> Person {
        let browser = self.browser();
        let answer = self.register(&browser, email, OLD).await;
        assert_eq!(answer.status, 200, "{answer}");
        let link = self.mailbox.next(email).await.link();
        let page = browser.get(&link).await;
        let page = browser.press(&page, "/confirm/address").await;
        assert_eq!(page.status, 200, "{page}");
        Person { email: email.to_owned(), password: OLD.to_owned(), phone: String::new() }
    }

    /// An account for `email` with the role `admin`.
    pub async fn admin(&self, email: &str) -> Person {
        let root = self.account(email).await;
        self.latchkey(&["user", "role", email, "--add", "admin"]);
        root
    }

    /// Adds a phone to `person` and verifies it; the hold on new numbers passes.
    pub async fn add_phone(&self, person: &Person) -> Person {
        let number: u32 =
            person.email.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let phone = format!("+4915112{:06}", number % 1_000_000);
        let browser = self.signed_in(person).await;
        let form = browser.get("/account/phone").await;
        let form = browser.submit(&form, &[("tel", &phone), ("current-password", &person.password)]).await;
        let code = self.mailbox.next(&phone).await.code();
        let page = browser.submit(&form, &[("one-time-code", &code)]).await;
        assert_eq!(page.status, 200, "{page}");
        assert!(self.mailbox.next(&person.email).await.is_notice(), "the owner is told of the phone by mail");
        self.minutes_pass(4 * 24 * 60);
        Person { phone, ..person.clone() }
    }

    /// Signs in with `password`; the page tells whether it worked.
    pub async fn sign_in(&self, browser: &Browser, email: &str, password: &str) -> Page {
        let mut form = browser.get("/login").await;
        if form.path() != "/login" {
            // Somebody is signed in here, perhaps for one step only.
            browser.press(&form, "/logout").await;
            form = browser.get("/login").await;
        }
        browser.submit(&form, &[("username", email), ("current-password", password)]).await
    }

    /// A browser in which `person` is signed in.
    pub async fn signed_in(&self, person: &Person) -> Browser {
        let browser = self.browser();
        let page = self.sign_in(&browser, &person.email, &person.password).await;
        assert!(browser.is_signed_in().await, "{page}");
        browser
    }

    /// Whether `password` signs `email` in.
    pub async fn opens(&self, email: &str, password: &str) -> bool {
        let browser = self.browser();
        self.sign_in(&browser, email, password).await;
        browser.is_signed_in().await
    }
}

impl Browser {
    /// Whether the account's page opens here.
    pub async fn is_signed_in(&self) -> bool {
        let answer = self.ask(reqwest::Method::GET, "/account").await;
        assert!([200, 302, 303].contains(&answer.status), "/account answered {}", answer.status);
        answer.status == 200
    }
}
