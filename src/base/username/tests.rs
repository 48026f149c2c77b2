use proptest::prelude::*;

use super::*;

fn name(text: &str) -> Result<String, &'static str> {
    Username::parse(text).map(|name| name.name).map_err(|fault| fault.said())
}

fn looks_like(one: &str, other: &str) -> bool {
    Username::parse(one).expect(one).look == Username::parse(other).expect(other).look
}

#[test]
fn a_name_has_one_canonical_form() {
    for same in ["Maria.K", " maria.k ", "ｍａｒｉａ．ｋ", "MARIA.K", "\u{200b}maria.k\u{feff}"] {
        assert_eq!(name(same).as_deref(), Ok("maria.k"), "{same}");
    }
    assert_eq!(name("jose\u{301}"), name("José"));
    for written in ["müller_7", "коля", "νίκος", "山田太郎", "yamada太郎", "संपर्क", "مثال", "việt.nam", "żółw"]
    {
        assert_eq!(name(written).as_deref(), Ok(written));
    }
}

#[test]
fn what_is_no_name_is_refused() {
    for wrong in [
        "abc",
        "a23456789012345678901234567890123",
        "1234",
        "7maria",
        ".maria",
        "maria.",
        "maria-",
        "maria k",
        "maria@example.com",
        "+4915112345678",
        "maria\u{202e}k",
        "maria\u{200b}k",
        "maria/k",
        "maria\n\rk",
        "ma🔑ria",
        "ﬁona",
        "\u{301}maria",
        "mari\u{307}a",
        "MARİA",
        "mari\u{323}\u{307}a",
        "jose\u{301}\u{301}",
        "te_\u{331}st",
        "mari\u{301}\u{302}\u{303}\u{304}\u{30c}a",
        "مثالabc\u{202c}",
    ] {
        assert_eq!(name(wrong), Err("fault-username"), "{wrong:?}");
    }
    assert_eq!(name(" "), Err("fault-required"));
    for mixed in ["mаria", "коlя", "νίκοs"] {
        assert_eq!(name(mixed), Err("fault-username-mixed"), "{mixed:?}");
    }
    for reserved in ["admin", "Support", "adrnin", "supp0rt", "r00t", "adm1n", "ad.min"] {
        assert_eq!(name(reserved), Err("fault-username-taken"), "{reserved:?}");
    }
}

#[test]
fn names_that_look_alike_are_known() {
    for (one, other) in [("modern", "rnodern"), ("b0ris", "boris"), ("ann1e", "annle"), ("соре", "cope")]
    {
        assert!(looks_like(one, other), "{one} {other}");
    }
    for (one, other) in [("maria", "marta"), ("ann.k", "ann_k"), ("müller", "muller")] {
        assert!(!looks_like(one, other), "{one} {other}");
    }
}

proptest! {
    #[test]
    fn a_name_stays_as_it_is_and_is_no_other_identity(text in "\\PC{0,40}") {
        if let Ok(name) = Username::parse(&text) {
            prop_assert_eq!(&Username::parse(name.name()), &Ok(name.clone()));
            prop_assert!(!name.name().contains(['@', '+', ' ']) && !name.name().starts_with(|c: char| c.is_numeric()));
        }
    }
}
