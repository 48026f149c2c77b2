//! People with accounts, created by registering and reading their mail.

use super::{Browser, Page, app::Site};

/// First password of an account.
pub const OLD: &str = "seven quiet herons at dusk";
/// Password set by a reset.
pub const NEW: &str = "brass lantern under the stairs";
/// Password of anybody else.
pub const OTHER: &str = "copper kettles sing in winter";

/// A person with a confirmed account, and with a verified phone if the strategy in force needs one.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub password: String,
    pub phone: String,
}

impl Site {
    /// Submits the registration form and returns the answer.
    pub async fn register(&self, browser: &Browser, email: &str, password: &str) -> Page {
        let form = browser.get("/register").await;
        browser.submit(&form, &[("email", email), ("password", password)]).await
    }

    /// Creates an account for `name@example.com`, ready for the strategy in force.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.account(&format!("{name}@example.com")).await;
        if self.setting.strategy.needs_phone() { self.add_phone(&person).await } else { person }
    }

    /// Creates an account for `email`, without a phone.
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

    /// Creates an account for `email` with the role `admin`.
    pub async fn admin(&self, email: &str) -> Person {
        let root = self.account(email).await;
        self.latchkey(&["user", "role", email, "--add", "admin"]);
        root
    }

    /// Adds a phone to `person`, verifies it, and waits for the hold on new numbers to pass.
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

    /// Signs in with `password`; the page shows whether it worked.
    pub async fn sign_in(&self, browser: &Browser, email: &str, password: &str) -> Page {
        let mut form = browser.get("/login").await;
        if form.path() != "/login" {
            // A session exists here, perhaps for one step only.
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

    /// True if `password` signs `email` in.
    pub async fn opens(&self, email: &str, password: &str) -> bool {
        let browser = self.browser();
        self.sign_in(&browser, email, password).await;
        browser.is_signed_in().await
    }
}

impl Browser {
    /// True if the account page opens in this browser.
    pub async fn is_signed_in(&self) -> bool {
        let answer = self.ask(reqwest::Method::GET, "/account").await;
        assert!([200, 302, 303].contains(&answer.status), "/account answered {}", answer.status);
        answer.status == 200
    }
}
