//! A person's journey: register, confirm, forget the password, and get back in by the strategy in force.

use serde_json::json;

use crate::{
    common::{Binary, Capabilities, Engine, NEW, OLD, Setting, Strategy, chrome::Chrome},
    gateway::Gateway,
    mail::MailServer,
};

const EMAIL: &str = "maria.fernandez.de.la.cruz@example.com";
const PHONE: &str = "+4915112345678";

/// Everything that the journey needs.
pub struct Journey {
    setting: Setting,
    chrome: Chrome,
    mail: MailServer,
    sms: Gateway,
    site: Binary,
}

impl Journey {
    /// Starts the site and its servers, or says what is missing here.
    pub async fn begin(setting: Setting) -> Result<Journey, String> {
        let chrome = Chrome::start(&setting, setting.strategy.name()).await?;
        if setting.engine == Engine::Postgres {
            chrome.run_no_scripts().await;
        }
        let mail = MailServer::start()?;
        let sms = Gateway::start().await;
        let config = setting.config(&[
            ("latchkey.mail.url", json!(mail.url())),
            ("latchkey.mail.from", json!("Latchkey <no-reply@example.com>")),
            ("latchkey.sms.url", json!(sms.url())),
            ("latchkey.sms.countries", json!(["DE"])),
            ("latchkey.sms.format", json!("form")),
            ("latchkey.sms.fields", json!({ "to": "{to}", "text": "{text}" })),
            ("latchkey.limits.enabled", json!(true)),
        ]);
        let site = Binary::start(&setting, config).await;
        Ok(Journey { setting, chrome, mail, sms, site })
    }

    /// The whole journey.
    pub async fn go(self) {
        self.register().await;
        if self.setting.strategy.needs_phone() {
            self.add_phone().await;
        }
        self.chrome.forget().await;
        self.forget_password().await;
        self.recover().await;
        self.arrive().await;
        self.chrome.end().await;
        let (code, printed) = self.site.end("TERM").await;
        assert_eq!(code, Some(0), "{printed}");
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.site.url)
    }

    /// Looks at a page that is the same under every strategy.
    async fn look_once(&self, name: &str) {
        if self.setting.strategy == Strategy::SetThenLogin {
            self.chrome.look(name).await;
        }
    }

    async fn register(&self) {
        let chrome = &self.chrome;
        chrome.open(&self.at("/register")).await;
        self.look_once("1-register").await;
        chrome.type_in("username", EMAIL).await;
        chrome.type_in("new-password", OLD).await;
        chrome.submit("new-password").await;
        self.look_once("2-registered").await;
        let link = self.mail.next(EMAIL).await.link();
        chrome.open(&link).await;
        self.look_once("3-confirm").await;
        chrome.button("/confirm/address").await;
    }

    async fn sign_in(&self, password: &str) {
        let chrome = &self.chrome;
        chrome.open(&self.at("/login")).await;
        chrome.type_in("username", EMAIL).await;
        chrome.type_in("current-password", password).await;
        chrome.submit("current-password").await;
    }

    async fn add_phone(&self) {
        let chrome = &self.chrome;
        chrome.open(&self.at("/account/phone")).await;
        chrome.look("4-phone").await;
        chrome.type_in("tel", PHONE).await;
        chrome.type_in("current-password", OLD).await;
        chrome.submit("tel").await;
        chrome.look("5-phone-code").await;
        let code = self.sms.next(PHONE).await.code();
        chrome.type_in("one-time-code", &code).await;
        chrome.submit("one-time-code").await;
        chrome.find("main h1").await;
    }

    async fn forget_password(&self) {
        let chrome = &self.chrome;
        chrome.open(&self.at("/login")).await;
        self.look_once("6-sign-in").await;
        chrome.press("main a[href='/reset']").await;
        self.look_once("7-forgot").await;
        chrome.type_in("username", "not an address").await;
        chrome.submit("username").await;
        chrome.find("#email[aria-invalid='true']").await;
        self.look_once("7-forgot-error").await;
        chrome.type_in("username", EMAIL).await;
        chrome.submit("username").await;
        self.look_once("8-sent").await;
        let mut mail = self.mail.next(EMAIL).await;
        while !mail.is_key() {
            mail = self.mail.next(EMAIL).await;
        }
        let link = mail.link();
        chrome.open(&link).await;
        chrome.find(&format!("form[action^='{}']", self.setting.strategy.path())).await;
        chrome.look("9-opened").await;
    }

    async fn set_password(&self, code: Option<&str>) {
        let chrome = &self.chrome;
        for (password, picture) in [("password123", "weak"), (NEW, "")] {
            if let Some(code) = code {
                chrome.type_in("one-time-code", code).await;
            }
            chrome.type_in("new-password", password).await;
            chrome.submit("new-password").await;
            if !picture.is_empty() {
                chrome.find("#new_password[aria-invalid='true']").await;
                chrome.look("11-weak").await;
            }
        }
    }

    async fn recover(&self) {
        let (chrome, strategy) = (&self.chrome, self.setting.strategy);
        if strategy.takes_code() {
            chrome.button(&format!("{}/send", strategy.path())).await;
            chrome.look("10-code").await;
            let code =
                if strategy.needs_phone() { self.texted_code().await } else { self.mailed_code().await };
            return self.set_password(Some(&code)).await;
        }
        if strategy.signs_in_once() {
            chrome.button(&strategy.path()).await;
            chrome.look("10-new-password").await;
        }
        if strategy.mails_password() {
            chrome.button(&strategy.path()).await;
            chrome.look("10-generated").await;
            self.sign_in(&self.mailed_code().await).await;
        }
        self.set_password(None).await;
    }

    async fn mailed_code(&self) -> String {
        self.mail.next(EMAIL).await.code()
    }

    async fn texted_code(&self) -> String {
        let sms = self.sms.next(PHONE).await;
        assert!(sms.text.lines().last().is_some_and(|line| line.starts_with("@127.0.0.1 #")), "{}", sms.text);
        sms.code()
    }

    async fn arrive(&self) {
        self.chrome.open(&self.at("/account")).await;
        let text = self.chrome.text().await;
        assert!(text.contains(EMAIL), "not signed in at the end: {text}");
        self.look_once("12-account").await;
        let notice = self.mail.next(EMAIL).await;
        assert!(notice.is_notice() && !notice.text.contains(NEW), "{}", notice.text);
        self.chrome.forget().await;
        self.sign_in(NEW).await;
        self.chrome.open(&self.at("/account")).await;
        assert!(self.chrome.text().await.contains(EMAIL), "the new password does not sign in");
    }
}
