//! An authenticator in the hands of somebody who knows its key: it answers a question of the site with whatever they like.

use latchkey::{
    base::key::sha256,
    webauthn::{
        ceremony::Verification, challenge::Challenge, relying_party::RelyingParty, user_handle::UserHandle,
    },
};
use ring::signature::KeyPair;
use serde_json::Value;

use crate::common::{
    Browser, Page, Person, Site,
    passkeys::{
        URL,
        authenticator::{ATTESTED, Answer, Site as Asking},
        question,
    },
};

/// The authenticator, with one passkey.
pub struct Forger {
    pub answer: Answer,
}

/// The question of a page, whatever it is for.
pub fn asked(page: &Page) -> Value {
    let question = question(page);
    question.get("create").or(question.get("get")).expect("a question").clone()
}

impl Forger {
    /// One that has answered this question for a new passkey.
    pub fn new(page: &Page) -> Forger {
        let asked = asked(page);
        let handle: UserHandle = serde_json::from_value(asked["user"]["id"].clone()).expect("a handle");
        let site = Asking {
            party: RelyingParty::new(URL, "A site").expect("a site with passkeys"),
            challenge: Challenge::parse(asked["challenge"].as_str().expect("text")).expect("a challenge"),
            handle,
            verification: Verification::Required,
            is_known: true,
        };
        let mut answer = Answer::new(&site);
        // Its key is as good a source as any for an id that no other has.
        answer.rename(sha256(answer.pair.public_key().as_ref()));
        Forger { answer }
    }

    /// Sets up its passkey for `person`; returns the browser in which that was done too.
    pub async fn of(app: &Site, person: &Person) -> (Forger, Browser) {
        let own = app.signed_in(person).await;
        let page = own.get("/account/factors/passkey").await;
        let forger = Forger::new(&page);
        let page = own.submit(&page, &[("answer", &forger.registration())]).await;
        assert_eq!(page.path(), "/account/factors/codes", "{page}");
        (forger, own)
    }

    /// Its answer to the question for which it was made.
    pub fn registration(&self) -> String {
        self.answer.registration().to_string()
    }

    /// Its answer to the question of a page for a passkey that exists.
    pub fn assertion(&mut self, page: &Page) -> String {
        self.altered(page, |_| ())
    }

    /// The same, changed before it is signed.
    pub fn altered(&mut self, page: &Page, alter: impl FnOnce(&mut Answer)) -> String {
        self.answer.client["challenge"] = asked(page)["challenge"].clone();
        self.answer.data.sign_count += 1;
        let answer = &mut self.answer;
        let before =
            (answer.json.clone(), answer.client.clone(), answer.data.clone(), answer.user_handle.clone());
        answer.data.flags &= !ATTESTED;
        alter(answer);
        let text = answer.assertion().to_string();
        (answer.json, answer.client, answer.data, answer.user_handle) = before;
        text
    }

    /// Id of its passkey.
    pub fn id(&self) -> Vec<u8> {
        self.answer.data.id.clone()
    }
}
