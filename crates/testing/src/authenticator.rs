//! Authenticator apps of people, which compute their codes from the site's clock.

use latchkey::base::clock::{Clock, Time};
use totp_rs::{Algorithm, Builder, Secret};

use super::{Browser, Page, app::Site};

/// Seconds for which a code is shown.
const STEP: i64 = 30;

/// An authenticator app that has scanned the secret of one account.
#[derive(Clone)]
pub struct Authenticator(String);

impl Authenticator {
    /// Reads the secret from the page that shows it as text.
    pub fn scan(page: &Page) -> Authenticator {
        let is_group = |word: &&str| {
            word.len() == 4
                && word.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
        };
        let groups: Vec<_> = page.text.split_whitespace().filter(is_group).collect();
        assert_eq!(groups.len(), 8, "no secret on {page}");
        Authenticator(groups.concat())
    }

    /// Takes a secret that somebody types from the page.
    pub fn typed(secret: &str) -> Authenticator {
        Authenticator(secret.split_whitespace().collect())
    }

    /// Returns the code that it shows now.
    pub fn code(&self, app: &Site) -> String {
        self.code_after(app, 0)
    }

    /// Returns the code that it shows so many steps later.
    pub fn code_after(&self, app: &Site, steps: i64) -> String {
        self.code_of(Self::step(app.clock.now()) + steps)
    }

    /// The same by the system's clock, for a site that has no other.
    pub fn code_by_system_clock(&self, steps: i64) -> String {
        self.code_of(Self::step(Clock::system().now()) + steps)
    }

    /// The step of a time, in which one code is shown.
    pub fn step(time: Time) -> i64 {
        time.as_millis() / 1000 / STEP
    }

    /// Returns the code that it shows in a step.
    pub fn code_of(&self, step: i64) -> String {
        let secret = Secret::try_from_base32(&self.0).expect("base32");
        let totp =
            Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).build().expect("160 bits");
        totp.generate(u64::try_from(step * STEP).expect("after 1970")).to_string()
    }
}

impl Site {
    /// Sets up an authenticator app in a browser where its owner has just signed in; returns it with the page that
    /// follows.
    pub async fn set_up_app(&self, browser: &Browser) -> (Authenticator, Page) {
        let page = browser.get("/account/factors").await;
        let page = browser.press(&page, "/account/factors/totp/start").await;
        let authenticator = Authenticator::scan(&page);
        let page = browser.submit(&page, &[("one-time-code", &authenticator.code(self))]).await;
        assert_eq!(page.status, 200, "{page}");
        (authenticator, page)
    }

    /// Lets half a minute pass, so that every app shows another code.
    pub fn next_code_is_shown(&self) {
        self.minutes_pass(1);
    }
}

/// Returns the recovery codes on a page.
pub fn recovery_codes(page: &Page) -> Vec<String> {
    let is_code = |word: &&str| word.len() == 14 && word.split('-').all(|group| group.len() == 4);
    page.text.split_whitespace().filter(is_code).map(str::to_owned).collect()
}
