//! A133, A134: what an authenticator sends is read to its last byte, or refused.

use latchkey::base::key::sha256;

use crate::{
    common::{
        Browser, Page,
        passkeys::{
            authenticator::{EXTENDED, base64url},
            cbor::{bytes, head, labelled, map, number, text},
            keys::{ed_dsa, es256, rs256, with},
        },
    },
    enrolment::with_passkeys,
    fixture::AttackFixture,
    forger::Forger,
    passkeys::{ann, is_refused},
    tries::SITE,
};

attacks! {
    SITE.with(with_passkeys) => a133_no_key_but_a_sound_one_is_set_up, a134_no_bytes_but_well_formed_ones_are_read;
}

async fn a133_no_key_but_a_sound_one_is_set_up(fixture: &mut AttackFixture) {
    let (_, _, own) = ann(&fixture.app).await;
    let before = own.get("/account/factors").await.text;
    let (modulus, weak) = ([0xff; 256], [0xff; 128]);
    let keys = [
        ("an algorithm that was not offered", with(es256(), 3, number(-35))),
        ("no algorithm", with(es256(), 3, number(0))),
        ("an algorithm by its name", with(es256(), 3, text("ES256"))),
        ("ES256 with a key of another type", with(es256(), 1, number(3))),
        ("EdDSA with a key of another type", with(ed_dsa(), 1, number(2))),
        ("RS256 with a key of another type", with(rs256(&modulus, &[1, 0, 1]), 1, number(2))),
        ("RS256 with a key of ES256", with(es256(), 3, number(-257))),
        ("a point beside the curve", with(es256(), -3, bytes(&[7; 32]))),
        ("the point at nowhere", with(with(es256(), -2, bytes(&[0; 32])), -3, bytes(&[0; 32]))),
        ("a point of small order", with(ed_dsa(), -2, bytes(&[0; 32]))),
        ("RSA by 1", rs256(&modulus, &[1])),
        ("RSA by an even number", rs256(&modulus, &[4])),
        ("RSA of 1024 bits", rs256(&weak, &[1, 0, 1])),
        ("RSA of 16384 bits", rs256(&[0xff; 2048], &[1, 0, 1])),
        ("RSA of nothing", rs256(&[], &[1, 0, 1])),
        ("nothing", Vec::new()),
    ];
    let none = ("no key at all", Vec::new());
    for (what, key) in keys.map(|(what, entries)| (what, labelled(&entries))).into_iter().chain([none]) {
        let page = own.get("/account/factors/passkey").await;
        let mut forger = Forger::new(&page);
        forger.answer.data.key = key;
        assert!(is_refused(&own, &page, &forger.registration()).await, "{what} is set up");
    }
    assert_eq!(own.get("/account/factors").await.text, before);
    fixture.unharmed(&[]).await;
}

/// CBOR that claims or nests more than is there, or says something twice.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |byte: u8| [vec![byte; 8_000], vec![0]].concat();
    let claim = |byte: u8| [vec![byte], vec![0xff; 8]].concat();
    let in_map = |value: Vec<u8>| map(&[(text("fmt"), value)]);
    vec![
        ("arrays in arrays", deep(0x81)),
        ("maps in maps", [0xa1, 0x00].repeat(4_000)),
        ("tags on tags", deep(0xc1)),
        ("arrays in a map", in_map(deep(0x81))),
        ("bytes without end", claim(0x5b)),
        ("text without end", claim(0x7b)),
        ("an array without end", claim(0x9b)),
        ("a map without end", claim(0xbb)),
        ("a value without end", in_map(claim(0x5b))),
        ("an indefinite map", vec![0xbf, 0xff]),
        ("indefinite bytes", in_map(vec![0x5f, 0x41, 0x00, 0xff])),
        ("a break alone", vec![0xff]),
        ("a float", vec![0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
        ("nothing", Vec::new()),
        ("64 KB of bytes", [head(2, 0xffff), vec![0; 0xffff]].concat()),
        ("64 KB of zeros", vec![0; 1 << 16]),
    ]
}

/// The honest object of a registration with something else about it.
fn twisted(data: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (format, statement, data) =
        ((text("fmt"), text("none")), (text("attStmt"), map(&[])), (text("authData"), bytes(data)));
    let honest = map(&[format.clone(), statement.clone(), data.clone()]);
    let cut = honest[..honest.len() - 1].to_vec();
    vec![
        ("a label twice", map(&[format.clone(), statement.clone(), data.clone(), data.clone()])),
        (
            "a label twice, first another",
            map(&[format.clone(), (text("authData"), bytes(b"")), statement, data]),
        ),
        ("a byte behind", [&honest[..], &[0]].concat()),
        ("itself behind", [&honest[..], &honest].concat()),
        ("a byte less", cut),
    ]
}

/// Status to which a form with this answer comes.
async fn status(browser: &Browser, page: &Page, answer: &str) -> u16 {
    browser.post_only(&browser.fill(page, &[("answer", answer)])).await.came_to()
}

async fn a134_no_bytes_but_well_formed_ones_are_read(fixture: &mut AttackFixture) {
    let (_, mut key, own) = ann(&fixture.app).await;
    let before = own.get("/account/factors").await.text;
    let place = "/account/factors/passkey";
    for case in 0.. {
        let page = own.get(place).await;
        let forger = Forger::new(&page);
        let cases = [malformed(), twisted(&forger.answer.data.bytes())].concat();
        let Some((what, object)) = cases.get(case) else { break };
        let mut answer = forger.answer.registration();
        answer["response"]["attestationObject"] = base64url(object);
        let status = status(&own, &page, &answer.to_string()).await;
        assert!((400..500).contains(&status), "{what}: {status}");
    }
    // The same as a key, and as an extension.
    let alone = fixture.app.browser();
    for (what, inner) in malformed().into_iter().filter(|(_, inner)| inner.len() < 0x8000) {
        let page = own.get(place).await;
        let mut forger = Forger::new(&page);
        forger.answer.data.key.clone_from(&inner);
        let of_key = status(&own, &page, &forger.registration()).await;
        let page = alone.get("/login/passkey").await;
        let answer = key.altered(&page, |it| {
            it.data.flags |= EXTENDED;
            it.data.extensions = inner;
        });
        let of_extension = status(&alone, &page, &answer).await;
        for status in [of_key, of_extension] {
            assert!((400..500).contains(&status), "{what}: {status}");
        }
    }
    assert!(!alone.is_signed_in().await);
    assert_eq!(own.get("/account/factors").await.text, before);
    let page = alone.get("/login/passkey").await;
    let answer = key.altered(&page, |it| {
        it.data.flags |= EXTENDED;
        it.data.extensions = map(&[(text("later"), bytes(&sha256(b"")))]);
    });
    assert!(!is_refused(&alone, &page, &answer).await, "an extension that is well formed");
    fixture.unharmed(&[]).await;
}
