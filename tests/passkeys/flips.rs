//! Any bit of an answer turned: it is refused, or means the same.

use proptest::prelude::*;
use serde_json::Value;

use super::authenticator::{Answer, Site};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The answer with one bit turned in a member of its response.
fn turned(answer: &Value, member: &str, at: prop::sample::Index, bit: u8) -> String {
    let mut answer = answer.clone();
    let mut bytes = URL_SAFE_NO_PAD.decode(answer["response"][member].as_str().unwrap()).unwrap();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    answer["response"][member] = URL_SAFE_NO_PAD.encode(bytes).into();
    answer.to_string()
}

proptest! {
    /// All that is signed counts, and the signature has one form.
    #[test]
    fn no_bit_of_an_assertion_can_be_turned(
        member in prop::sample::select(vec!["clientDataJSON", "authenticatorData", "signature"]),
        at: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        let known = site.register(&answer.registration().to_string()).unwrap();
        answer.again();
        let honest = answer.assertion();
        prop_assert!(site.sign_in(&honest.to_string(), &known).is_ok());
        prop_assert!(site.sign_in(&turned(&honest, member, at, bit), &known).is_err());
    }

    /// A self-signed registration too, except for its CBOR around what is signed.
    #[test]
    fn no_bit_of_a_registration_changes_the_passkey(
        member in prop::sample::select(vec!["clientDataJSON", "attestationObject"]),
        at: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        (answer.format, answer.statement) = ("packed", None);
        let honest = answer.registration();
        let new = site.register(&honest.to_string()).unwrap();
        let other = site.register(&turned(&honest, member, at, bit));
        prop_assert!(other.is_err() || other == Ok(new));
    }

    /// Nothing else panics either.
    #[test]
    fn an_answer_may_be_anything(text in ".{0,200}", bytes: Vec<u8>) {
        let site = Site::new();
        prop_assert!(site.register(&text).is_err());
        let mut answer = Answer::new(&site).registration();
        answer["response"]["attestationObject"] = URL_SAFE_NO_PAD.encode(bytes).into();
        prop_assert!(site.register(&answer.to_string()).is_err());
    }
}
