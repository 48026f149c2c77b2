//! Sign-ins by a passkey alone, over HTTP.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::webauthn::relying_party::RelyingParty;
use latchkey_testing::passkeys::authenticator::{self, Answer};
use serde_json::Value;

use super::{
    between::between,
    load::{Pace, get, post},
    resets::reset,
    sink::Sink,
    site::Site,
    visitor::{Visitor, visit},
};

/// Concurrent sign-ins: their answers leave on a beat of 10 ms.
const AT_ONCE: usize = 64;

/// Somebody with a passkey, who is asked in one browser.
pub struct Holder {
    passkey: Answer,
    browser: Visitor,
}

impl Holder {
    /// Lets a person set up a passkey, after a reset that signs them in. Its authenticator counts no signatures, or answers
    /// would have to arrive in their order.
    pub async fn of(site: &Site, sink: &Sink, email: &str) -> Holder {
        let mut browser = Visitor::open(site, sink).await;
        reset(&mut browser, email).await;
        let page = browser.ask(get(&site.url, "/account/factors/passkey", ""), 200).await;
        let (asked, question) = question(&page);
        let mut asking = authenticator::Site::new();
        asking.party = RelyingParty::new(&site.url, "").expect("passkeys work on localhost");
        let mut passkey = Answer::new(&asking);
        passkey.client["challenge"] = question["create"]["challenge"].clone();
        passkey.data.sign_count = 0;
        let form = form(&asked, &passkey.registration());
        let place = browser.send(post(&site.url, "/account/factors/passkey", &form)).await;
        assert!(place.starts_with("/account/factors/codes"), "the passkey is not set up: {place}");
        let handle = question["create"]["user"]["id"].as_str().expect("a handle");
        passkey.user_handle = Some(URL_SAFE_NO_PAD.decode(handle).expect("base64url"));
        passkey.again();
        passkey.data.sign_count = 0;
        browser.cookies.clear();
        Holder { passkey, browser }
    }

    /// Answers `count` questions, all of which were asked before.
    pub async fn sign_in(&mut self, site: &Site, sink: &Sink, count: usize) -> Pace {
        let mut forms = Vec::new();
        for _ in 0..count {
            let page = self.browser.ask(get(&site.url, "/login/passkey", ""), 200).await;
            let (asked, question) = question(&page);
            self.passkey.client["challenge"] = question["get"]["challenge"].clone();
            forms.push(post(&site.url, "/login/passkey", &form(&asked, &self.passkey.assertion())));
        }
        visit(site, sink, AT_ONCE, count, async |visitor, number| {
            visitor.cookies.clone_from(&self.browser.cookies);
            let place = visitor.send(forms[number].clone()).await;
            assert!(!place.starts_with("/login"), "not signed in: {place}");
        })
        .await
    }
}

/// The sealed question on a page, and what it hands to the browser.
fn question(page: &str) -> (String, Value) {
    let asked = between(page, "name=\"asked\" value=\"", |c| c == '"').expect("a sealed question");
    let options = between(page, "data-passkey=\"", |c| c == '"').expect("a question");
    let options = options.replace("&quot;", "\"").replace("&#x2F;", "/").replace("&amp;", "&");
    (asked, serde_json::from_str(&options).expect("JSON"))
}

/// The form that a page sends with an answer.
fn form(asked: &str, answer: &Value) -> String {
    let answer = answer.to_string();
    let encoded = answer.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    format!("next=&name=&asked={asked}&answer={}", encoded.collect::<String>())
}
