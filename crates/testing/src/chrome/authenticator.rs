//! The browser's own authenticator, and when it is asked.

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::Chrome;

/// A virtual authenticator, whose owner is there and agrees (Web Authentication, 11.3).
#[derive(Debug)]
struct Authenticator;

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let device = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true });
        (Method::POST, Some(device.to_string()))
    }
}

impl Chrome {
    /// Adds an authenticator to the browser.
    pub async fn add_authenticator(&self) {
        self.client.issue_cmd(Authenticator).await.expect("an authenticator");
    }

    /// On this page, lets the browser refuse to use a passkey.
    pub async fn refuse_once(&self) {
        let script = "navigator.credentials.get = () => Promise.reject(new Error('refused'))";
        self.client.execute(script, vec![]).await.expect("a script");
    }

    /// Keeps the pages opened from now on from offering passkeys beside addresses, which this authenticator answers unasked;
    /// returns what [`offer_passkeys`](Self::offer_passkeys) takes.
    pub async fn offer_no_passkeys(&self) -> Value {
        let source = "PublicKeyCredential.isConditionalMediationAvailable = async () => false";
        self.native("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await
    }

    /// Lets pages offer passkeys again.
    pub async fn offer_passkeys(&self, hidden: Value) {
        self.native("Page.removeScriptToEvaluateOnNewDocument", hidden).await;
    }
}
