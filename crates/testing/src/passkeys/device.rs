//! Somebody's device that keeps one passkey: a client and an authenticator that are software.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::{Aaguid, Ctap2Error},
    },
};
use reqwest::Url;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::{Browser, Page, TestApp};

/// Address of a site that has passkeys: a name, since an address by numbers has none.
pub const URL: &str = "http://localhost:8000";

/// A device, and the site at which its owner believes to be.
#[derive(Clone)]
pub struct Device {
    pub passkey: Option<Passkey>,
    /// Whether it can verify who is there.
    pub verifies: bool,
    /// Whether it counts its signatures.
    pub counts: bool,
    pub origin: Url,
}

/// Somebody who is there, and is verified if asked, or not.
pub struct Somebody(pub bool);

#[rocket::async_trait]
impl UserValidationMethod for Somebody {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification: verification && self.0 })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// Returns what the page hands to the browser.
pub fn question(page: &Page) -> Value {
    let html = Html::parse_document(&page.body);
    let field = html.select(&Selector::parse("[data-passkey]").unwrap()).next();
    let options = field.and_then(|field| field.attr("data-passkey"));
    serde_json::from_str(options.unwrap_or_else(|| panic!("no question on {page}"))).unwrap()
}

impl Device {
    /// A device of a person at the site.
    pub fn new(app: &TestApp) -> Device {
        Device { passkey: None, verifies: true, counts: true, origin: app.url.parse().unwrap() }
    }

    /// Answers the question of a page with a new passkey, or with the one that it has.
    pub async fn answer(&mut self, page: &Page) -> String {
        self.answer_to(&question(page)).await.unwrap_or_else(|| panic!("nothing to answer on {page}"))
    }

    /// Answers a question; `None` if it refuses.
    pub async fn answer_to(&mut self, question: &Value) -> Option<String> {
        let somebody = Somebody(self.verifies);
        let mut device =
            Authenticator::new(Aaguid::new_empty(), self.passkey.clone(), somebody, RustCryptoBackend);
        device.set_make_credentials_with_signature_counter(self.counts);
        let client = Client::new(device).allows_insecure_localhost(true);
        let mut client = client.user_verification_when_preferred(self.verifies);
        let answer = match question.get("create") {
            Some(options) => {
                let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
                let answer = client.register(&self.origin, options, DefaultClientData).await.ok()?;
                serde_json::to_string(&answer).unwrap()
            }
            None => {
                let options = serde_json::from_value(json!({ "publicKey": question["get"] })).unwrap();
                let answer = client.authenticate(&self.origin, options, DefaultClientData).await.ok()?;
                serde_json::to_string(&answer).unwrap()
            }
        };
        self.passkey.clone_from(client.authenticator().store());
        Some(answer)
    }

    /// Answers the page that asks, as its script does, and sends the form.
    pub async fn prove(&mut self, browser: &Browser, page: &Page) -> Page {
        let answer = self.answer(page).await;
        browser.submit(page, &[("answer", &answer)]).await
    }

    /// Sets up a passkey in a browser where its owner has just proved themselves.
    pub async fn set_up(&mut self, browser: &Browser) -> Page {
        let page = browser.get("/account/factors/passkey").await;
        self.prove(browser, &page).await
    }
}

/// An answer about a new passkey, without a statement, as if its authenticator had drawn another id of the same length.
pub fn with_id(answer: &str, id: &[u8]) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap();
    let drawn = BASE64.decode(answer["rawId"].as_str().unwrap()).unwrap();
    let object = answer["response"]["attestationObject"].as_str().unwrap();
    let mut object = BASE64.decode(object).unwrap();
    let at = object.windows(drawn.len()).position(|window| window == drawn).unwrap();
    object[at..at + id.len()].copy_from_slice(id);
    (answer["id"], answer["rawId"]) = (BASE64.encode(id).into(), BASE64.encode(id).into());
    answer["response"]["attestationObject"] = BASE64.encode(object).into();
    answer.to_string()
}
