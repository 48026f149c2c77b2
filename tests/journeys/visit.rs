//! A visit of a person with an account: the site, and a browser at it.

use serde_json::json;

use crate::{
    app::App,
    common::{Binary, Change, Engine, OLD, Setting, chrome::Chrome},
};

pub const EMAIL: &str = "maria.fernandez.de.la.cruz@example.com";
pub const PHONE: &str = "+4915112345678";

/// The site, and the browser.
pub struct Visit {
    pub chrome: Chrome,
    pub site: Binary,
}

impl Visit {
    /// Starts a site with some keys changed, for the journey `name`, or says what is missing here.
    pub async fn begin(setting: &Setting, name: &str, changes: &[Change<'_>]) -> Result<Visit, String> {
        let chrome = Chrome::start(setting, name).await?;
        let mut config = setting.config(&[("latchkey.limits.enabled", json!(true))]);
        // No browser has passkeys on an IP address.
        config.set("latchkey.public_url", json!(format!("http://localhost:{}", config.port())));
        config.change(changes);
        let site = Binary::start(setting, config).await;
        site.account(EMAIL).await;
        Ok(Visit { chrome, site })
    }

    /// The same in a browser that runs no scripts on PostgreSQL: pages and scripts do not depend on the database, so that
    /// one walk with scripts and one without are enough.
    pub async fn with_or_without_scripts(
        setting: &Setting,
        name: &str,
        changes: &[Change<'_>],
    ) -> Result<Visit, String> {
        let visit = Visit::begin(setting, name, changes).await?;
        if setting.engine == Engine::Postgres {
            visit.chrome.run_no_scripts().await;
        }
        Ok(visit)
    }

    /// Opens the page at `path`.
    pub async fn open(&self, path: &str) {
        self.chrome.open(&format!("{}{path}", self.site.url)).await;
    }

    /// Types address and password on the page for signing in.
    pub async fn sign_in(&self, password: &str) {
        self.open("/login").await;
        self.chrome.type_in("username", EMAIL).await;
        self.chrome.type_in("current-password", password).await;
        self.chrome.submit("current-password").await;
    }

    /// Signs in with the password, in a browser that knows nobody.
    pub async fn sign_in_anew(&self, password: &str) {
        self.chrome.forget().await;
        self.sign_in(password).await;
    }

    /// Types a code, which is the whole of its form.
    pub async fn type_code(&self, code: &str) {
        self.chrome.type_in("one-time-code", code).await;
        self.chrome.submit("one-time-code").await;
    }

    /// Signs out by the button in the head of the page.
    pub async fn sign_out(&self) {
        self.open("/account").await;
        self.chrome.press("header form[action='/logout'] button").await;
        assert!(!self.is_signed_in().await, "signing out does nothing");
    }

    /// Opens the account page, which a person who is signed in reaches.
    pub async fn arrive(&self) {
        assert!(self.is_signed_in().await, "not signed in at the end: {}", self.chrome.text().await);
    }

    /// True if the account page opens.
    pub async fn is_signed_in(&self) -> bool {
        self.open("/account").await;
        self.chrome.path().await == "/account"
    }

    /// Signs in and verifies a phone, as people do.
    pub async fn add_phone(&self) {
        self.sign_in(OLD).await;
        self.open("/account/phone").await;
        self.chrome.type_in("tel", PHONE).await;
        self.chrome.type_in("current-password", OLD).await;
        self.chrome.submit("tel").await;
        self.type_code(&self.site.mailbox.next(PHONE).await.code()).await;
    }

    /// Signs in and sets up an authenticator app.
    pub async fn add_app(&self) -> App {
        self.sign_in(OLD).await;
        self.open("/account/factors").await;
        self.set_up_app().await
    }

    /// Sets up an authenticator app, from the list of factors to the recovery codes.
    pub async fn set_up_app(&self) -> App {
        self.chrome.button("/account/factors/totp/start").await;
        self.scan().await
    }

    /// Takes the secret from the page that shows it, and types a code.
    pub async fn scan(&self) -> App {
        let secret = self.chrome.find("p.text bdi").await.text().await.expect("text");
        let app = App::scan(&secret);
        self.type_code(&app.code(&self.site).await).await;
        self.chrome.find("ol.codes").await;
        app
    }

    /// Sets up the passkey of an authenticator, from the list of factors to the recovery codes.
    pub async fn add_passkey(&self) {
        self.open("/account/factors").await;
        self.chrome.button("/account/factors/passkey").await;
        self.chrome.press("#passkey").await;
        self.chrome.find("ol.codes").await;
    }

    /// Asks for a reset.
    pub async fn ask_reset(&self) {
        self.open("/reset").await;
        self.chrome.type_in("username", EMAIL).await;
        self.chrome.submit("username").await;
    }

    /// Types a new password.
    pub async fn choose(&self, password: &str) {
        self.chrome.type_in("new-password", password).await;
        self.chrome.submit("new-password").await;
    }

    /// Asks for a reset in a browser that knows nobody, and opens the link in the mail.
    pub async fn forget_password(&self) {
        self.chrome.forget().await;
        self.ask_reset().await;
        self.chrome.open(&self.site.mailbox.next_key(EMAIL).await.link()).await;
    }

    /// Ends the visit: the site stops when it is told to.
    pub async fn end(self) {
        self.chrome.end().await;
        let (code, printed) = self.site.end("TERM").await;
        assert_eq!(code, Some(0), "{printed}");
    }
}
