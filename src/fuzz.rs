//! Properties that each parser of external data guarantees for any input. `fuzz/` searches for inputs that
//! break them; the test below runs those found, the initial corpus, and inputs close to either.

use std::net::{IpAddr, Ipv4Addr};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use regex::bytes::Regex;
use zeroize::Zeroizing;

use crate::{
    base::{
        email::Email,
        identity::{Identity, IdentityKind},
        key::{Key, sha256},
        keyring::Keyring,
        network,
        phone::{self, Phone},
        random::Random,
        return_to,
        username::Username,
    },
    config::{Config, Provided, Proxies, Validated},
    hashing::password::Password,
    http::{
        Read, client, device,
        form::{fields, form},
    },
    outbox::sms,
    webauthn::{
        answer::{Answer, AttestationResponse},
        attestation::AttestationObject,
        authenticator_data::AuthenticatorData,
        base64url::Base64Url,
        ceremony::{Ceremony, Kind, Verification},
        challenge::Challenge,
        client_data::ClientData,
        registration,
        relying_party::RelyingParty,
        transports::Transports,
    },
};

/// Name of a parser, and the check of its property.
type Target = (&'static str, fn(&[u8]));

/// One target for each file in `fuzz/fuzz_targets`.
pub const TARGETS: [Target; 13] = [
    ("address", address),
    ("identity", identity),
    ("phone", phone),
    ("key", key),
    ("cookie", cookie),
    ("next", next),
    ("form", form),
    ("config", config),
    ("forwarded", forwarded),
    ("gateway", gateway),
    ("attestation_object", attestation_object),
    ("authenticator_data", authenticator_data),
    ("client_data", client_data),
];

const SITE: &str = "https://example.com";
const CHALLENGE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// An address is a single mailbox, is safe in a header, and has a stable canonical form.
pub fn address(bytes: &[u8]) {
    let Ok(email) = Email::parse(&String::from_utf8_lossy(bytes)) else { return };
    for part in [email.address(), email.key()] {
        assert!(!part.chars().any(|c| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"".contains(c)));
        assert_eq!(part.matches('@').count(), 1);
        assert!(part.len() <= 254);
    }
    assert_eq!(Email::parse(email.key()).expect("it is one").key(), email.key());
}

/// An identity is of one kind, which its canonical form shows; a username is no other kind, and stays as it is.
pub fn identity(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(identity) = Identity::parse(&text, Some("DE")) else { return };
    if let Some(kind) = identity.kind() {
        assert_eq!(IdentityKind::of(identity.key()), kind);
        assert_eq!(Identity::parse(identity.key(), None).expect("it is one").key(), identity.key());
    }
    let Ok(name) = Username::parse(&text) else { return };
    assert_eq!((identity.kind(), identity.key()), (Some(IdentityKind::Username), name.name()));
    assert!((4..=32).contains(&name.name().chars().count()) && !name.look().is_empty());
    assert_eq!(Username::parse(name.name()).expect("it is one"), name);
}

/// A number is a plus sign and digits, and has a stable form.
pub fn phone(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = phone::country(&text);
    for home in [None, Some("DE"), Some("AR")] {
        let Ok(phone) = Phone::parse(&text, home) else { continue };
        let digits = phone.number().strip_prefix('+').expect("a plus");
        assert!((8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(Phone::parse(phone.number(), home).expect("it is one").number(), phone.number());
        assert_eq!(phone::ending(phone.number()).len(), 2);
    }
}

/// A key has one form in a link, which can also be typed.
pub fn key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(key) = Key::parse(&text) {
        assert_eq!(key.expose(), text);
        assert_eq!(Key::parse_typed(&text).expect("it is one").expose(), text);
    }
    if let Some(key) = Key::parse_typed(&text) {
        assert!(Key::parse(key.expose()).is_some());
    }
    let _ = Key::parse_code(&text).grouped();
}

/// Only cookies sealed by this site open, and any sealed content is handled safely.
pub fn cookie(bytes: &[u8]) {
    let keyring = Keyring::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &[]).expect("a secret");
    let text = String::from_utf8_lossy(bytes);
    assert!(keyring.open_text("ticket", &text).is_none() && device::read(&keyring, &text).is_none());
    let sealed = keyring.seal_text(Random, "device", bytes).expect("there is randomness");
    assert_eq!(keyring.open_text("device", &sealed).as_deref(), Some(bytes));
    assert!(keyring.open_text("ticket", &sealed).is_none());
    let _ = device::read(&keyring, &sealed);
}

/// The address to return to stays on the site, for Rocket and for a browser.
pub fn next(bytes: &[u8]) {
    let Some(path) = return_to::path(&String::from_utf8_lossy(bytes)) else { return };
    assert!(path.starts_with('/') && !path.bytes().any(|byte| byte.is_ascii_control()));
    let site = reqwest::Url::parse(SITE).expect("a URL");
    let seen = site.join(&path).expect("a path");
    assert_eq!(seen.origin(), site.origin(), "{path}");
}

form! {
    /// A form with a field of most kinds.
    #[allow(dead_code, reason = "its draft is looked at")]
    struct AnyForm {
        email: Email = email(),
        tel: Phone = phone(),
        next: String = line(64),
        password: Password = password().named("current-password"),
        key: Zeroizing<String> = pasted(64),
        method: String = hidden().named("_method"),
    }
}

/// A form is parsed or refused, and a field is a single line.
pub fn form(bytes: &[u8]) {
    let Some(sent) = fields::parse(bytes) else { return };
    let Read { draft, refusal } = Read::<AnyForm>::of(&sent, &Config::default());
    if let Some(line) = draft.next {
        assert!(line.chars().count() <= 64 && !line.chars().any(char::is_control));
    }
    let values = [draft.email.is_some(), draft.tel.is_some(), draft.password.is_some(), draft.key.is_some()];
    assert!(!refusal.is_empty() || values == [true; 4]);
    assert_eq!(draft.method.as_deref(), Some(""));
}

/// A configuration is judged, and every finding has a text.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // Not the debug profile, which would look for secrets beside a database.
    let figment = Figment::from(Toml::string(&text).nested()).select("release");
    match Validated::look(&figment, &Provided::default()) {
        Ok(validated) => assert!(validated.findings.iter().all(|finding| !finding.why.is_empty())),
        Err(findings) => {
            assert!(!findings.is_empty() && findings.iter().all(|finding| !finding.why.is_empty()))
        }
    }
}

/// Only headers from a trusted proxy count, and nothing of a browser's name is repeated.
pub fn forwarded(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let trusting = |list| client::farthest(peer, text.split('\n'), &Proxies::Some(list)).address;
    assert_eq!(trusting(Vec::new()), peer);
    let nearest = network::address(text.rsplit(['\n', ',']).next().unwrap_or_default());
    assert_eq!(trusting(vec![peer.into()]) == peer, nearest.is_none_or(|hop| hop == peer));
    assert!(client::browser(&text).len() <= "Firefox on Windows".len());
}

/// A gateway's answer is a success only with a 2xx status and the expected words.
pub fn gateway(bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk::<2>() else { return };
    let (status, wanted) = (u16::from_be_bytes(*status), Regex::new("(?i-u)ok").expect("a pattern"));
    let well = (200..300).contains(&status);
    assert_eq!(sms::taken(status, Some(body), None).is_ok(), well);
    let said = body.to_ascii_lowercase().windows(2).any(|two| two == b"ok");
    assert_eq!(sms::taken(status, Some(body), Some(&wanted)).is_ok(), well && said);
    assert!(sms::taken(status, None, None).is_err());
}

/// A passkey is registered only if its data is for this site, and is stored as it was read.
pub fn attestation_object(bytes: &[u8]) {
    let Ok(object) = AttestationObject::parse(bytes) else { return };
    let Some(new) = object.data.attested else { return };
    let client =
        format!("{{\"type\":\"webauthn.create\",\"challenge\":\"{CHALLENGE}\",\"origin\":\"{SITE}\"}}");
    let response = AttestationResponse {
        client_data: Base64Url(client.into_bytes()),
        attestation_object: Base64Url(bytes.to_vec()),
        transports: Transports::default(),
    };
    let answer = Answer { id: Base64Url(new.id.to_vec()), response };
    let Ok(credential) = asked(|ceremony| registration::verify(&answer, ceremony)) else { return };
    assert!(bytes.windows(32).any(|hash| hash == sha256(b"example.com")));
    assert!(credential.public_key().is_ok_and(|key| key.is_sound()));
    let stored = serde_json::to_string(&credential).expect("its members are text, numbers and flags");
    assert_eq!(serde_json::from_str(&stored).ok(), Some(credential));
}

/// Authenticator data has one end: neither a part of it nor more than it is read.
pub fn authenticator_data(bytes: &[u8]) {
    let Ok(data) = AuthenticatorData::parse(bytes) else { return };
    assert_eq!(data.bytes, bytes);
    assert!((0..bytes.len()).all(|end| AuthenticatorData::parse(&bytes[..end]).is_err()));
    assert!(AuthenticatorData::parse(&[bytes, &[0]].concat()).is_err());
}

/// Client data is accepted only if it repeats the challenge and the site, however they are escaped.
pub fn client_data(bytes: &[u8]) {
    #[derive(serde::Deserialize)]
    struct Said {
        challenge: String,
        origin: String,
    }
    let Ok(client) = ClientData::parse(bytes) else { return };
    let verified = asked(|ceremony| client.verify(Kind::Get, ceremony));
    let text = String::from_utf8_lossy(bytes);
    let said: Said = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("it was read before");
    assert!(verified.is_err() || (said.challenge == CHALLENGE && said.origin == SITE));
}

/// Asks for a passkey, always with the same challenge.
fn asked<T>(then: impl Fn(&Ceremony<'_>) -> T) -> T {
    let party = RelyingParty::new(SITE, "Example").expect("a domain");
    let challenge = Challenge::parse(CHALLENGE).expect("32 bytes");
    then(&Ceremony { party: &party, challenge: &challenge, verification: Verification::Preferred })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use proptest::prelude::*;

    use super::*;

    /// Initial corpus of a fuzzer, and the inputs it found.
    fn known(target: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/known").join(target);
        let files = fs::read_dir(folder).unwrap();
        files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    #[test]
    fn every_parser_keeps_its_promise() {
        for (name, target) in TARGETS {
            let known = known(name);
            assert!(!known.is_empty(), "{name} begins with something");
            known.iter().for_each(|bytes| target(bytes));
            let neighbour =
                (prop::sample::select(known), any::<prop::sample::Index>(), 0..4usize, any::<Vec<u8>>());
            let mut runner = prop::test_runner::TestRunner::new(ProptestConfig::with_cases(500));
            let kept = runner.run(&neighbour, |(mut bytes, at, lost, new)| {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..bytes.len().min(at + lost), new.into_iter().take(4));
                target(&bytes);
                Ok(())
            });
            kept.unwrap_or_else(|broken| panic!("{name}: {broken}"));
        }
    }

    #[test]
    fn every_target_is_there_to_be_fuzzed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> =
            files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        let mut names = TARGETS.map(|(name, _)| name.to_owned());
        files.sort();
        names.sort();
        assert_eq!(files, names);
    }
}
