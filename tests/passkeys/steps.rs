//! Each step of the specification, broken once.

use latchkey::webauthn::{
    assertion::Counter,
    ceremony::Verification,
    refusal::Refusal::{self, *},
};
use serde_json::{Value, json};

use super::{
    authenticator::{
        ATTESTED, Answer, BACKED_UP, ELIGIBLE, EXTENDED, PRESENT, Site, VERIFIED, base64url, pair,
    },
    cbor,
};

/// Step, change of an honest answer, and why it is refused then.
type Case = (&'static str, fn(&mut Answer), Refusal);
/// The same, for the answer as it is sent.
type Sent = (&'static str, fn(&mut Value), Refusal);

/// What both ceremonies refuse; steps of 7.1 and 7.2.
const BOTH: &[Case] = &[
    ("6, 9", |it| it.client["challenge"] = 7.into(), ClientData),
    ("6, 9", |it| it.client["crossOrigin"] = "no".into(), ClientData),
    ("7, 10", |it| it.client["type"] = "payment.get".into(), Ceremony),
    ("8, 11", |it| it.client["challenge"] = "".into(), Challenge),
    ("8, 11", |it| it.client["challenge"] = Site::new().challenge.text().into(), Challenge),
    ("9, 12", |it| it.client["origin"] = "http://example.org".into(), Origin),
    ("9, 12", |it| it.client["origin"] = "https://example.org:8443".into(), Origin),
    ("9, 12", |it| it.client["origin"] = "https://id.example.org".into(), Origin),
    ("9, 12", |it| it.client["origin"] = "https://example.org.evil.example".into(), Origin),
    ("9, 12", |it| it.client["origin"] = "null".into(), Origin),
    ("10, 13", |it| it.client["crossOrigin"] = true.into(), CrossOrigin),
    ("11, 14", |it| it.client["topOrigin"] = "https://example.org".into(), TopOrigin),
    ("11, 14", |it| it.client["topOrigin"] = Value::Null, TopOrigin),
    ("13, 7", |it| it.data.extensions = vec![0], AuthenticatorData),
    ("13, 7", |it| it.data.flags |= EXTENDED, AuthenticatorData),
    (
        "13, 7",
        |it| (it.data.flags, it.data.extensions) = (it.data.flags | EXTENDED, vec![0x80]),
        AuthenticatorData,
    ),
    ("14, 15", |it| it.data.rp_id = "id.example.org".into(), RelyingParty),
    ("14, 15", |it| it.data.rp_id = "https://example.org".into(), RelyingParty),
    ("15, 16", |it| it.data.flags &= !PRESENT, UserPresence),
    ("16, 17", |it| it.data.flags &= !VERIFIED, UserVerification),
    ("17, 18", |it| it.data.flags |= BACKED_UP, BackupState),
];

const REGISTRATION: &[Case] = &[
    ("7", |it| it.client["type"] = "webauthn.get".into(), Ceremony),
    ("13", |it| it.data.key.truncate(76), AuthenticatorData),
    ("13", |it| it.data.flags &= !ATTESTED, AttestedData),
    ("13", |it| it.data.id[0] ^= 1, CredentialId),
    ("20", |it| it.data.key = key_with(3, cbor::number(-35), it), Algorithm),
    ("20", |it| it.data.key = key_with(3, cbor::number(-47), it), Algorithm),
    ("20", |it| it.data.key = key_with(3, cbor::text("ES256"), it), Algorithm),
    ("20", |it| it.data.key = key_with(-2, cbor::bytes(&[7; 32]), it), PublicKey),
    ("21", |it| it.format = "None", AttestationFormat),
    ("21", |it| it.format = "fido-u2f", AttestationFormat),
    ("21", |it| (it.format, it.statement) = ("packed", Some(by_maker())), AttestationFormat),
    ("22", |it| it.statement = Some(by_maker()), AttestationStatement),
    ("22", |it| it.format = "packed", AttestationStatement),
    ("22", |it| (it.format, it.statement, it.algorithm) = ("packed", None, -8), AttestationStatement),
    ("22", |it| (it.format, it.statement) = ("packed", Some(own(&it.sign(b"else")))), AttestationStatement),
    ("25", |it| it.rename(vec![7; 15]), IdLength),
    ("25", |it| it.rename(vec![7; 1024]), IdLength),
];

const ASSERTION: &[Case] = &[
    ("5, 6", |it| it.rename(vec![7; 32]), OtherCredential),
    ("6", |it| it.user_handle = Some(Site::new().handle.bytes().to_vec()), UserHandle),
    ("6", |it| it.user_handle = None, UserHandle),
    ("6", |it| it.user_handle = Some(Vec::new()), UserHandle),
    ("10", |it| it.client["type"] = "webauthn.create".into(), Ceremony),
    ("19", |it| it.data.flags |= ELIGIBLE, BackupEligibility),
    ("6.1", |it| it.data.flags |= ATTESTED, AttestedData),
    ("21", |it| it.pair = pair(), Signature),
    ("21, 17", |it| (it.pair, it.data.flags) = (pair(), it.data.flags & !VERIFIED), Signature),
];

/// What the form of an answer refuses.
const SENT: &[Sent] = &[
    ("3", |it| it["type"] = "password".into(), CredentialType),
    ("3", |it| it["id"] = base64url(&[7; 32]), CredentialId),
    ("3", |it| it["rawId"] = base64url(&[]), CredentialId),
    ("3", |it| it["id"] = Value::Null, Refusal::Answer),
    ("3", |it| it["rawId"] = "AA==".into(), Refusal::Answer),
    ("3", |it| it["response"] = json!({}), Refusal::Answer),
    ("3", |it| it["response"]["clientDataJSON"] = "{}".into(), Refusal::Answer),
    ("3", |it| *it = json!([]), Refusal::Answer),
    ("3", |it| it["later"] = "x".repeat(1 << 14).into(), TooLong),
    ("6", |it| it["response"]["clientDataJSON"] = base64url(b"{"), ClientData),
    ("6", |it| it["response"]["clientDataJSON"] = base64url(&[0xff; 8]), ClientData),
];

/// The key of an answer with one entry in place of another, or beside the others.
fn key_with(label: i64, value: Vec<u8>, answer: &Answer) -> Vec<u8> {
    let (x, y) = (answer.data.key[10..42].to_vec(), answer.data.key[45..77].to_vec());
    let number = cbor::number;
    let mut entries =
        vec![(1, number(2)), (3, number(-7)), (-1, number(1)), (-2, cbor::bytes(&x)), (-3, cbor::bytes(&y))];
    entries.retain(|(known, _)| *known != label);
    entries.push((label, value));
    cbor::labelled(&entries)
}

/// A statement that the key signed itself.
fn own(signature: &[u8]) -> Vec<u8> {
    cbor::map(&[(cbor::text("alg"), cbor::number(-7)), (cbor::text("sig"), cbor::bytes(signature))])
}

/// A statement with a certificate.
fn by_maker() -> Vec<u8> {
    let certificates = [cbor::head(4, 1), cbor::bytes(b"certificate")].concat();
    cbor::map(&[
        (cbor::text("alg"), cbor::number(-7)),
        (cbor::text("sig"), cbor::bytes(b"signature")),
        (cbor::text("x5c"), certificates),
    ])
}

#[test]
fn an_honest_answer_is_accepted() {
    let mut site = Site::new();
    let mut answer = Answer::new(&site);
    answer.data.flags |= ELIGIBLE;
    let new = site.register(&answer.registration().to_string()).unwrap();
    assert_eq!(
        (new.sign_count, new.backup_eligible, new.backed_up, new.user_verified),
        (1, true, false, true)
    );
    assert_eq!(new.transports.names(), ["internal", "hybrid"]);
    (answer.format, answer.statement) = ("packed", None);
    assert_eq!(site.register(&answer.registration().to_string()), Ok(new.clone()), "signed by itself");

    answer.again();
    answer.data.flags |= BACKED_UP | EXTENDED;
    answer.data.extensions = cbor::map(&[(cbor::text("later"), cbor::number(1))]);
    let proven = site.sign_in(&answer.assertion().to_string(), &new).unwrap();
    assert_eq!((proven.counter, proven.user_verified), (Counter::Ok, true));
    assert_eq!((proven.credential.sign_count, proven.credential.backed_up), (2, true));

    site.is_known = true;
    for nothing in [None, Some(Vec::new())] {
        answer.user_handle = nothing;
        assert!(site.sign_in(&answer.assertion().to_string(), &new).is_ok());
    }
    site.verification = Verification::Preferred;
    answer.data.flags &= !VERIFIED;
    assert!(!site.sign_in(&answer.assertion().to_string(), &new).unwrap().user_verified);
}

#[test]
fn each_step_of_a_registration_refuses_what_breaks_it() {
    for (step, change, refusal) in BOTH.iter().chain(REGISTRATION) {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        change(&mut answer);
        let refused = site.register(&answer.registration().to_string());
        assert_eq!(refused.err(), Some(*refusal), "step {step}");
    }
}

#[test]
fn each_step_of_an_assertion_refuses_what_breaks_it() {
    for (step, change, refusal) in BOTH.iter().chain(ASSERTION) {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        let known = site.register(&answer.registration().to_string()).unwrap();
        answer.again();
        change(&mut answer);
        let refused = site.sign_in(&answer.assertion().to_string(), &known);
        assert_eq!(refused.err(), Some(*refusal), "step {step}");
    }
}

#[test]
fn an_answer_of_another_form_is_refused() {
    for (step, change, refusal) in SENT {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        let mut sent = answer.registration();
        let known = site.register(&sent.to_string()).unwrap();
        change(&mut sent);
        assert_eq!(site.register(&sent.to_string()).err(), Some(*refusal), "step {step}");
        answer.again();
        let mut sent = answer.assertion();
        change(&mut sent);
        assert_eq!(site.sign_in(&sent.to_string(), &known).err(), Some(*refusal), "step {step}");
    }
}

#[test]
fn a_counter_that_does_not_rise_is_told() {
    for (before, now, counter, stored) in [
        (0, 0, Counter::Ok, 0),
        (0, 1, Counter::Ok, 1),
        (7, 8, Counter::Ok, 8),
        (7, u32::MAX, Counter::Ok, u32::MAX),
        (7, 7, Counter::Backwards, 7),
        (7, 6, Counter::Backwards, 7),
        (7, 0, Counter::Backwards, 7),
    ] {
        let site = Site::new();
        let mut answer = Answer::new(&site);
        answer.data.sign_count = before;
        let known = site.register(&answer.registration().to_string()).unwrap();
        answer.again();
        answer.data.sign_count = now;
        let proven = site.sign_in(&answer.assertion().to_string(), &known).unwrap();
        assert_eq!((proven.counter, proven.credential.sign_count), (counter, stored), "{before} {now}");
    }
}
