//! The options and the answers in the hands of others: a client and an authenticator that are software.

use std::time::Duration;

use latchkey::webauthn::{
    algorithm::Algorithm,
    options::{CreationOptions, Person, RequestOptions},
    relying_party::RelyingParty,
};
use latchkey_testing::passkeys::Somebody;
use passkey::{
    authenticator::Authenticator,
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::Aaguid,
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use reqwest::Url;
use serde_json::{Value, json};

use super::authenticator::{Answer, Site};

const TIMEOUT: Duration = Duration::from_secs(300);

/// The options for a new passkey as the page gets them, with one algorithm alone.
fn creation(site: &Site, algorithm: Algorithm) -> Value {
    let person = Person { id: &site.handle, name: "ann@example.org", display_name: "Ann" };
    let mut options = json!({ "publicKey": CreationOptions::new(&site.ceremony(), person, &[], TIMEOUT) });
    let algorithms = options["publicKey"]["pubKeyCredParams"].as_array_mut().unwrap();
    algorithms.retain(|it| it["alg"] == algorithm.number());
    options
}

async fn whole_journey(party: &RelyingParty, algorithm: Algorithm) {
    let origin: Url = party.origin.parse().unwrap();
    let store: Option<Passkey> = None;
    let authenticator = Authenticator::new(Aaguid::new_empty(), store, Somebody(true), RustCryptoBackend);
    let mut client = Client::new(authenticator).allows_insecure_localhost(true);

    let mut site = Site { party: party.clone(), ..Site::new() };
    let options: CredentialCreationOptions = serde_json::from_value(creation(&site, algorithm)).unwrap();
    let answer = client.register(&origin, options, DefaultClientData).await.unwrap();
    let known = site.register(&serde_json::to_string(&answer).unwrap()).unwrap();
    assert_eq!(known.public_key().map(|key| key.algorithm()), Ok(algorithm));

    for allowed in [&[][..], std::slice::from_ref(&known)] {
        site = Site { party: party.clone(), handle: site.handle, ..Site::new() };
        let options = json!({ "publicKey": RequestOptions::new(&site.ceremony(), allowed, TIMEOUT) });
        let options: CredentialRequestOptions = serde_json::from_value(options).unwrap();
        let answer = client.authenticate(&origin, options, DefaultClientData).await.unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        let proven = site.sign_in(&answer, &known).unwrap();
        assert!(proven.user_verified);
        assert!(Site::new().sign_in(&answer, &known).is_err(), "for another challenge");
    }
}

#[rocket::async_test]
async fn a_software_authenticator_registers_and_signs_in() {
    for url in ["https://id.example.org:8443", "http://localhost:8000"] {
        let party = RelyingParty::new(url, "A site").unwrap();
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            whole_journey(&party, algorithm).await;
        }
    }
}

/// As the specification writes it, 5.1.9 and 5.1.10.
#[test]
fn options_are_what_a_browser_parses() {
    let site = Site::new();
    let id = serde_json::to_value(&site.handle).unwrap();
    let kinds = [-7, -8, -257].map(|number| json!({ "type": "public-key", "alg": number }));
    let person = Person { id: &site.handle, name: "ann@example.org", display_name: "Ann" };
    let known = site.register(&Answer::new(&site).registration().to_string()).unwrap();
    let one = json!({ "type": "public-key", "id": known.id, "transports": ["internal", "hybrid"] });
    let known = [known];
    assert_eq!(
        json!(CreationOptions::new(&site.ceremony(), person, &known, TIMEOUT)),
        json!({
            "rp": { "id": "example.org", "name": "A site" },
            "user": { "id": id, "name": "ann@example.org", "displayName": "Ann" },
            "challenge": site.challenge.text(),
            "pubKeyCredParams": kinds,
            "timeout": 300_000,
            "excludeCredentials": [one],
            "authenticatorSelection":
                { "residentKey": "preferred", "requireResidentKey": false, "userVerification": "required" },
            "attestation": "none",
        })
    );
    assert_eq!(
        json!(RequestOptions::new(&site.ceremony(), &known, TIMEOUT)),
        json!({
            "challenge": site.challenge.text(),
            "timeout": 300_000,
            "rpId": "example.org",
            "allowCredentials": [one],
            "userVerification": "required",
        })
    );
}
