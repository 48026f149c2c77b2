//! An authenticator whose every part can be changed before it answers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::{
    base::{key::sha256, random::Random},
    webauthn::{
        answer::{AssertionAnswer, RegistrationAnswer},
        assertion::{self, Assertion, Holder},
        ceremony::{Ceremony, Verification},
        challenge::Challenge,
        credential::Credential,
        refusal::Refusal,
        registration,
        relying_party::RelyingParty,
        user_handle::UserHandle,
    },
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::cbor;

pub const PRESENT: u8 = 1;
pub const VERIFIED: u8 = 1 << 2;
pub const ELIGIBLE: u8 = 1 << 3;
pub const BACKED_UP: u8 = 1 << 4;
pub const ATTESTED: u8 = 1 << 6;
pub const EXTENDED: u8 = 1 << 7;

/// A site that asks, and what it asks.
pub struct Site {
    pub party: RelyingParty,
    pub challenge: Challenge,
    pub handle: UserHandle,
    pub verification: Verification,
    /// Whether the site knew the account when it asked.
    pub is_known: bool,
}

impl Site {
    pub fn new() -> Self {
        Self {
            party: RelyingParty::new("https://example.org", "A site").unwrap(),
            challenge: Challenge::draw(Random).unwrap(),
            handle: UserHandle::draw(Random).unwrap(),
            verification: Verification::Required,
            is_known: false,
        }
    }

    pub fn ceremony(&self) -> Ceremony<'_> {
        Ceremony { party: &self.party, challenge: &self.challenge, verification: self.verification }
    }

    pub fn register(&self, answer: &str) -> Result<Credential, Refusal> {
        registration::verify(&RegistrationAnswer::parse(answer)?, &self.ceremony())
    }

    pub fn sign_in(&self, answer: &str, credential: &Credential) -> Result<Assertion, Refusal> {
        let holder = Holder { credential, handle: &self.handle, is_known: self.is_known };
        assertion::verify(&AssertionAnswer::parse(answer)?, &self.ceremony(), &holder)
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// Authenticator data before it is written.
#[derive(Clone)]
pub struct Data {
    pub rp_id: String,
    pub flags: u8,
    pub sign_count: u32,
    pub id: Vec<u8>,
    pub key: Vec<u8>,
    pub extensions: Vec<u8>,
}

impl Data {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = sha256(self.rp_id.as_bytes());
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if self.flags & ATTESTED != 0 {
            bytes.extend([7; 16]);
            bytes.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            bytes.extend([&self.id[..], &self.key].concat());
        }
        bytes.extend(&self.extensions);
        bytes
    }
}

/// An honest answer, before it is changed and sent.
pub struct Answer {
    /// All but the response.
    pub json: Value,
    /// Client data; its type too, if that is to be another one.
    pub client: Value,
    pub data: Data,
    pub format: &'static str,
    /// Statement of the new passkey; `None` for one that the key signs itself.
    pub statement: Option<Vec<u8>>,
    /// Algorithm that a statement of the key itself names.
    pub algorithm: i64,
    pub user_handle: Option<Vec<u8>>,
    pub pair: EcdsaKeyPair,
}

/// Returns a key as COSE has it.
pub fn cose(pair: &EcdsaKeyPair) -> Vec<u8> {
    let point = &pair.public_key().as_ref()[1..];
    let (x, y) = point.split_at(32);
    let number = cbor::number;
    cbor::labelled(&[
        (1, number(2)),
        (3, number(-7)),
        (-1, number(1)),
        (-2, cbor::bytes(x)),
        (-3, cbor::bytes(y)),
    ])
}

/// Draws a key.
pub fn pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

pub fn base64url(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(bytes).into()
}

impl Answer {
    /// An answer to the question of the site for a new passkey.
    pub fn new(site: &Site) -> Self {
        let pair = pair();
        let id: Vec<u8> = (0..32).collect();
        Self {
            json: json!({ "id": base64url(&id), "rawId": base64url(&id), "type": "public-key",
                "clientExtensionResults": {}, "authenticatorAttachment": "platform", "later": [1] }),
            client: json!({ "challenge": site.challenge.text(), "origin": site.party.origin,
                "crossOrigin": false, "later": {} }),
            data: Data {
                rp_id: site.party.id.clone(),
                flags: PRESENT | VERIFIED | ATTESTED,
                sign_count: 1,
                id,
                key: cose(&pair),
                extensions: Vec::new(),
            },
            format: "none",
            statement: Some(cbor::map(&[])),
            algorithm: -7,
            user_handle: Some(site.handle.bytes().to_vec()),
            pair,
        }
    }

    /// Makes it the answer of the same authenticator to the question for a passkey that exists.
    pub fn again(&mut self) {
        self.data.flags &= !ATTESTED;
        self.data.sign_count += 1;
    }

    /// Gives the passkey an id everywhere.
    pub fn rename(&mut self, id: Vec<u8>) {
        (self.json["id"], self.json["rawId"]) = (base64url(&id), base64url(&id));
        self.data.id = id;
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    /// Writes the answer to the question for a new passkey.
    pub fn registration(&self) -> Value {
        let (client, data) = (self.client("webauthn.create"), self.data.bytes());
        let own = || {
            let signature = self.sign(&[&data[..], &sha256(&client)].concat());
            cbor::map(&[
                (cbor::text("alg"), cbor::number(self.algorithm)),
                (cbor::text("sig"), cbor::bytes(&signature)),
            ])
        };
        let object = cbor::map(&[
            (cbor::text("fmt"), cbor::text(self.format)),
            (cbor::text("attStmt"), self.statement.clone().unwrap_or_else(own)),
            (cbor::text("authData"), cbor::bytes(&data)),
        ]);
        let mut json = self.json.clone();
        json["response"] = json!({ "clientDataJSON": base64url(&client), "attestationObject": base64url(&object),
            "transports": ["internal", "hybrid"], "publicKeyAlgorithm": -7 });
        json
    }

    /// Writes the answer to the question for a passkey that exists.
    pub fn assertion(&self) -> Value {
        let (client, data) = (self.client("webauthn.get"), self.data.bytes());
        let signature = self.sign(&[&data[..], &sha256(&client)].concat());
        let mut json = self.json.clone();
        json["response"] = json!({ "clientDataJSON": base64url(&client), "authenticatorData": base64url(&data),
            "signature": base64url(&signature), "userHandle": self.user_handle.as_deref().map(base64url) });
        json
    }

    fn client(&self, kind: &str) -> Vec<u8> {
        let mut client = json!({ "type": kind });
        client.as_object_mut().unwrap().extend(self.client.as_object().unwrap().clone());
        client.to_string().into_bytes()
    }
}
