use std::collections::BTreeSet;

use super::*;

/// An example from libphonenumber.
struct Example {
    dialled_in: &'static str,
    country: &'static str,
    kind: &'static str,
    number: &'static str,
    international: &'static str,
    national: &'static str,
}

impl Example {
    fn all() -> Vec<Example> {
        let lines = include_str!("examples.txt").lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let mut columns = line.split('\t');
                let mut next = || columns.next().expect("six columns");
                Example {
                    dialled_in: next(),
                    country: next(),
                    kind: next(),
                    number: next(),
                    international: next(),
                    national: next(),
                }
            })
            .collect()
    }

    fn may_be_texted(&self) -> bool {
        let usual = ["mobile", "fixed_line", "fixed_line_or_mobile", "voip"].contains(&self.kind);
        usual && self.country != "001"
    }
}

fn read(text: &str, home: Option<&str>) -> Option<String> {
    Phone::parse(text, home).ok().map(|phone| phone.number().to_owned())
}

/// Replaces digits by those of the script whose zero is `zero`.
fn in_script(text: &str, zero: u32) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|value| char::from_u32(zero + value)).unwrap_or(c);
    text.chars().map(digit).collect()
}

#[test]
fn each_usual_spelling_of_a_number_of_any_country_is_the_same_number() {
    let examples = Example::all();
    let countries: BTreeSet<_> = examples.iter().map(|example| example.dialled_in).collect();
    assert!(countries.len() > 240, "{}", countries.len());
    for example in examples.iter().filter(|example| example.may_be_texted()) {
        let (international, national, home) =
            (example.international, example.national, Some(example.dialled_in));
        let (code, rest) = international.split_once([' ', '-']).expect("a country code");
        let mut spellings = vec![
            (example.number.to_owned(), None),
            (international.to_owned(), None),
            (international.replace('+', "00"), None),
            (format!(" {} ", international.replace([' ', '-'], ".")), None),
            (international.replace(' ', "\u{2011}").replace('-', "\u{2013}"), None),
            (international.replace(' ', "\u{a0}").replace('+', "\u{ff0b}"), None),
            (format!("\u{202a}{}\u{202c}", in_script(international, 0xff10)), None),
            (in_script(example.number, 0x660), None),
            (example.number.to_owned(), home),
            (international.to_owned(), home),
            (international.replace('+', "00"), home),
            (national.to_owned(), home),
            (national.replace([' ', '-'], "/"), home),
            (in_script(national, 0x966), home),
        ];
        // Italian numbers may begin with a zero: there, one in brackets is part of the number.
        if !["+39", "+378"].contains(&code) {
            spellings.push((format!("{code} (0) {rest}"), None));
            spellings.push((format!("{code} (0){rest}"), home));
        }
        for (spelling, home) in spellings {
            let phone = read(&spelling, home);
            assert_eq!(phone.as_deref(), Some(example.number), "{spelling:?} in {home:?}");
        }
        assert_eq!(country(example.number).as_deref(), Some(example.country), "{}", example.number);
    }
}

#[test]
fn no_number_of_a_special_price_is_accepted_in_any_country() {
    let examples = Example::all();
    let kinds: BTreeSet<_> =
        examples.iter().filter(|example| !example.may_be_texted()).map(|example| example.kind).collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    for example in examples.iter().filter(|example| !example.may_be_texted()) {
        for text in [example.number, example.international] {
            assert_eq!(read(text, None), None, "{text} of {}, {}", example.country, example.kind);
        }
        let dialled = read(example.national, Some(example.dialled_in));
        assert_eq!(dialled, None, "{} in {}, {}", example.national, example.dialled_in, example.kind);
    }
    for satellite in ["+881612345678", "+870301234567", "+8823421234", "+883510012345", "+447012345678"] {
        assert!(
            read(satellite, None).is_none() && country(satellite).is_none_or(|of| of == "GB"),
            "{satellite}"
        );
    }
}

#[test]
fn a_zero_is_dropped_where_it_is_dialled_and_kept_where_it_is_part_of_the_number() {
    for (typed, number) in [
        ("+44 (0)7911 123456", "+447911123456"),
        ("+4407911123456", "+447911123456"),
        ("0044 7911 123456", "+447911123456"),
        ("+49 (0)151 23456789", "+4915123456789"),
        ("+49015112345678", "+4915112345678"),
        ("+39 06 69812345", "+390669812345"),
        ("+39 347 1234567", "+393471234567"),
        ("+225 07 07 12 34 56", "+2250707123456"),
        ("+242 06 612 3456", "+242066123456"),
        ("+241 06 03 12 34", "+24106031234"),
        ("+229 01 95 12 34 56", "+2290195123456"),
        ("+54 9 11 2345 6789", "+5491123456789"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+7 (8) 912 345-67-89", "+79123456789"),
    ] {
        assert_eq!(read(typed, None).as_deref(), Some(number), "{typed}");
        assert_eq!(read(number, None).as_deref(), Some(number), "{number} is not stable");
    }
}

#[test]
fn a_national_number_is_read_by_the_one_country_alone() {
    assert_eq!(read("0151 23456789", Some("DE")).as_deref(), Some("+4915123456789"));
    assert_eq!(read("(212) 555-0123", Some("US")).as_deref(), Some("+12125550123"));
    assert_eq!(read("011 49 151 23456789", Some("US")).as_deref(), Some("+4915123456789"));
    assert_eq!(read("+44 7911 123456", Some("DE")).as_deref(), Some("+447911123456"));
    assert_eq!(read("44 7911 123456", Some("GB")).as_deref(), Some("+447911123456"));
    assert_eq!(read("0151 23456789", None), None);
    assert_eq!(read("0151 23456789", Some("XX")), None);
}

#[test]
fn what_is_not_a_number_is_refused() {
    for wrong in [
        "",
        "+",
        "00",
        "+0123456789",
        "+1234567",
        "+1234567890123456",
        "+49151x2345678",
        "+49 151 23456789 ext. 5",
        "+49\x00151 12345678",
        "++4915112345678",
        "+49+15112345678",
        "+999123456789",
        "+49 151 12345678, +49 151 12345679",
    ] {
        for home in [None, Some("DE"), Some("US")] {
            assert_eq!(read(wrong, home), None, "{wrong:?} in {home:?}");
        }
    }
    assert_eq!(ending("+4915112345678"), "78");
    assert!(
        is_country("DE") && !is_country("de") && !is_country("XX") && !is_country("*") && !is_country("001")
    );
}
