//! The test vectors of the specification, section 16: what is supported is accepted, and the rest refused for its reason.

use latchkey::webauthn::{
    answer::{Answer, AssertionResponse, AttestationResponse},
    assertion::{self, Counter, Holder},
    attestation::AttestationObject,
    attested::Attested,
    base64url::Base64Url,
    ceremony::{Ceremony, Verification},
    challenge::Challenge,
    credential::Credential,
    public_key::PublicKey,
    refusal::Refusal::{self, *},
    registration,
    relying_party::RelyingParty,
    user_handle::UserHandle,
};

use super::cbor;

/// A registration, and an assertion by the same passkey.
struct Vector {
    section: &'static str,
    values: Vec<Vec<u8>>,
}

fn vectors() -> Vec<Vector> {
    let blocks = include_str!("vectors.txt").split("\n\n").skip(1);
    blocks
        .map(|block| {
            let (title, values) = block.split_once('\n').unwrap();
            let values = values.lines().map(|line| hex(line.split_once(' ').unwrap().1));
            Vector { section: title.split_once(' ').unwrap().0, values: values.collect() }
        })
        .collect()
}

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

impl Vector {
    fn ask<T>(&self, challenge: usize, then: impl Fn(&Ceremony<'_>) -> T) -> T {
        let party = RelyingParty::new("https://example.org", "Vectors").unwrap();
        let challenge = Challenge::parse(&Base64Url(self.values[challenge].clone()).text()).unwrap();
        then(&Ceremony { party: &party, challenge: &challenge, verification: Verification::Preferred })
    }

    fn passkey(&self) -> Attested<'_> {
        AttestationObject::parse(&self.values[2]).unwrap().data.attested.unwrap()
    }

    /// Registers the passkey, attested as in the vector or by another object.
    fn register(&self, object: &[u8]) -> Result<Credential, Refusal> {
        let response = AttestationResponse {
            client_data: Base64Url(self.values[1].clone()),
            attestation_object: Base64Url(object.to_vec()),
            transports: Default::default(),
        };
        let answer = Answer { id: Base64Url(self.passkey().id.to_vec()), response };
        self.ask(0, |ceremony| registration::verify(&answer, ceremony))
    }

    /// The same passkey as a browser presents it if nothing else was asked for: without a statement.
    fn without_statement(&self) -> Vec<u8> {
        let data = AttestationObject::parse(&self.values[2]).unwrap().data.bytes;
        cbor::map(&[
            (cbor::text("fmt"), cbor::text("none")),
            (cbor::text("attStmt"), cbor::map(&[])),
            (cbor::text("authData"), cbor::bytes(data)),
        ])
    }

    fn sign_in(&self, credential: &Credential, signature: &[u8]) -> Result<Counter, Refusal> {
        let response = AssertionResponse {
            client_data: Base64Url(self.values[4].clone()),
            authenticator_data: Base64Url(self.values[5].clone()),
            signature: Base64Url(signature.to_vec()),
            user_handle: None,
        };
        let answer = Answer { id: credential.id.clone(), response };
        let holder = Holder { credential, handle: &UserHandle::from_bytes(vec![7; 32]), is_known: true };
        self.ask(3, |ceremony| assertion::verify(&answer, ceremony, &holder)).map(|proven| proven.counter)
    }
}

#[test]
fn every_vector_is_accepted_or_refused_for_its_reason() {
    let expected = [
        ("16.2", None),
        ("16.3", None),
        ("16.4", Some(CrossOrigin)),
        ("16.5", Some(CrossOrigin)),
        ("16.6", None),
        ("16.7", Some(AttestationFormat)),
        ("16.8", Some(Algorithm)),
        ("16.9", Some(Algorithm)),
        ("16.10", Some(AttestationFormat)),
        ("16.11", Some(AttestationFormat)),
        ("16.12", Some(Algorithm)),
        ("16.13", Some(AttestationFormat)),
        ("16.14", Some(AttestationFormat)),
        ("16.15", Some(AttestationFormat)),
        ("16.16", Some(AttestationFormat)),
    ];
    let vectors = vectors();
    assert_eq!(vectors.len(), expected.len());
    for (vector, (section, refusal)) in vectors.iter().zip(expected) {
        assert_eq!(vector.section, section);
        if refusal == Some(Algorithm) {
            assert_eq!(PublicKey::parse(vector.passkey().key).err(), refusal, "{section}");
            continue;
        }
        let registered = vector.register(&vector.values[2]);
        assert_eq!(registered.as_ref().err(), refusal.as_ref(), "{section}");
        if refusal.is_some_and(|refusal| refusal != AttestationFormat) {
            continue;
        }
        let credential = vector.register(&vector.without_statement()).unwrap();
        assert!(registered.is_err() || registered == Ok(credential.clone()), "{section}");
        assert_eq!(vector.sign_in(&credential, &vector.values[6]), Ok(Counter::Ok), "{section}");
        let mut forged = vector.values[6].clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(vector.sign_in(&credential, &forged), Err(Signature), "{section}");
    }
}
