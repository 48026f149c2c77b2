//! Keys that are none: of another type than their algorithm, on no curve, too weak, too large, or with something beside.

use latchkey::webauthn::{algorithm::Algorithm, public_key::PublicKey, refusal::Refusal};
use latchkey_testing::passkeys::keys::{ed_dsa, es256, rs256, with};

use super::cbor::{bytes, head, labelled, number, text};

fn read(entries: &[(i64, Vec<u8>)]) -> Result<Algorithm, Refusal> {
    let cose = labelled(entries);
    let key = PublicKey::parse(&cose)?;
    if key.is_sound() { Ok(key.algorithm()) } else { Err(Refusal::PublicKey) }
}

#[test]
fn a_key_of_each_algorithm_is_read() {
    assert_eq!(read(&es256()), Ok(Algorithm::Es256));
    assert_eq!(read(&ed_dsa()), Ok(Algorithm::EdDsa));
    for (length, exponent) in [(256, &[3][..]), (512, &[1, 0, 1]), (1024, &[1, 0, 0, 0, 1])] {
        assert_eq!(read(&rs256(&vec![0xff; length], exponent)), Ok(Algorithm::Rs256));
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let modulus = [0xff; 256];
    for (what, entries) in [
        ("ES256 of another type", with(es256(), 1, number(1))),
        ("ES256 on another curve", with(es256(), -1, number(2))),
        ("ES256 on no curve", with(es256(), -2, bytes(&[7; 32]))),
        ("ES256 at nowhere", with(with(es256(), -2, bytes(&[0; 32])), -3, bytes(&[0; 32]))),
        ("ES256 beyond the prime", with(es256(), -3, bytes(&[0xff; 32]))),
        ("ES256 too short", with(es256(), -2, bytes(&[7; 31]))),
        ("ES256 too long", with(es256(), -2, bytes(&[0; 33]))),
        ("ES256 compressed", with(es256(), -3, head(7, 21))),
        ("ES256 with a purpose", with(es256(), 4, number(1))),
        ("ES256 without a point", es256().into_iter().take(4).collect()),
        ("EdDSA of another type", with(ed_dsa(), 1, number(2))),
        ("EdDSA on Ed448", with(ed_dsa(), -1, number(7))),
        ("EdDSA of nothing", with(ed_dsa(), -2, bytes(&[0; 32]))),
        ("EdDSA with its private key", with(ed_dsa(), -4, bytes(&[7; 32]))),
        ("EdDSA with words for numbers", with(with(ed_dsa(), 1, text("OKP")), -1, text("Ed25519"))),
        ("RS256 of another type", with(rs256(&modulus, &[3]), 1, number(2))),
        ("RS256 with a purpose", with(rs256(&modulus, &[3]), 4, number(1))),
        ("RS256 of 2047 bits", rs256(&[&[0x7f], &modulus[1..]].concat(), &[3])),
        ("RS256 of 8193 bits", rs256(&[&[1][..], &[0xff; 1024]].concat(), &[3])),
        ("RS256 of 16384 bits", rs256(&[0xff; 2048], &[3])),
        ("RS256 with a zero in front", rs256(&[&[0], &modulus[..]].concat(), &[3])),
        ("RS256 of an even number", rs256(&[&modulus[1..], &[0xfe]].concat(), &[3])),
        ("RS256 of nothing", rs256(&[], &[3])),
        ("RS256 by 1", rs256(&modulus, &[1])),
        ("RS256 by 2", rs256(&modulus, &[2])),
        ("RS256 by 65537 after a zero", rs256(&modulus, &[0, 1, 0, 1])),
        ("RS256 by nothing", rs256(&modulus, &[])),
        ("RS256 by 34 bits", rs256(&modulus, &[2, 0, 0, 0, 1])),
    ] {
        assert_eq!(read(&entries), Err(Refusal::PublicKey), "{what}");
    }
    for number_of_another in [0, -35, -36, -37, -39, -47, -65535] {
        assert_eq!(read(&with(es256(), 3, number(number_of_another))), Err(Refusal::Algorithm));
    }
}

/// Each coordinate beside the right one, so that nothing but the curve tells them apart.
#[test]
fn a_point_beside_the_curve_is_refused() {
    let mut entries = es256();
    for at in 0..32 {
        let y = &mut entries[4].1;
        y[2 + at] ^= 1;
        assert_eq!(read(&entries), Err(Refusal::PublicKey));
        entries[4].1[2 + at] ^= 1;
    }
    assert_eq!(read(&entries), Ok(Algorithm::Es256));
}
