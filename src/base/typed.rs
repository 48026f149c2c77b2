//! Normalizes what people type or paste of our own codes, keys and numbers, and around addresses, whatever a keyboard,
//! a screen reader or an office program made of it. Not for passwords that people choose.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use zeroize::Zeroizing;

/// Returns the text in NFKC without spaces and invisible characters, with `-` for any dash and 0 to 9 for the digits of
/// any script.
pub fn plain(text: &str) -> Zeroizing<String> {
    gathered(text, Some)
}

/// Like [`plain`], without dashes, in lower case, by the rule of Crockford's base32: `o` is 0, `i` and `l` are 1.
pub fn crockford(text: &str) -> Zeroizing<String> {
    gathered(text, |character| match character.to_ascii_lowercase() {
        '-' => None,
        'o' => Some('0'),
        'i' | 'l' => Some('1'),
        other => Some(other),
    })
}

/// Trims spaces and invisible characters; what is inside stays.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

/// True if the text has a line break, of which no single line of a form is typed.
pub fn has_line_break(text: &str) -> bool {
    text.contains(['\r', '\n', '\u{2028}', '\u{2029}'])
}

fn gathered(text: &str, keep: impl Fn(char) -> Option<char>) -> Zeroizing<String> {
    // No reallocation, which would leave a copy of the secret behind: NFKC makes a character at most eighteen.
    let mut gathered = Zeroizing::new(String::with_capacity(text.len().saturating_mul(4)));
    gathered.extend(text.nfkc().filter(|character| !is_unseen(*character)).map(usual).filter_map(keep));
    gathered
}

/// True for invisible characters: white space, format characters (Cf) and variation selectors.
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.general_category() == GeneralCategory::Format
        || matches!(character, '\u{fe00}'..='\u{fe0f}')
}

fn usual(character: char) -> char {
    match character.general_category() {
        _ if character.is_ascii() => character,
        GeneralCategory::DashPunctuation => '-',
        // The minus sign, and the long-vowel mark next to the zero on Japanese keyboards.
        _ if matches!(character, '\u{2212}' | '\u{30fc}') => '-',
        GeneralCategory::DecimalNumber => digit(character),
        _ => character,
    }
}

/// Returns the ASCII digit for a decimal digit. Unicode keeps the digits of a script together, in order from zero, so
/// every tenth of a run is a zero.
fn digit(character: char) -> char {
    let is_digit = |point: &u32| {
        char::from_u32(*point).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber)
    };
    let before = (0..u32::from(character)).rev().take_while(is_digit).count() % 10;
    u32::try_from(before).ok().and_then(|value| char::from_digit(value, 10)).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(category: GeneralCategory) -> Vec<char> {
        ('\0'..=char::MAX).filter(|c| c.general_category() == category).collect()
    }

    fn any_of(characters: Vec<char>) -> impl Strategy<Value = char> {
        prop::sample::select(characters)
    }

    /// Generates up to three characters of a kind.
    fn strewn(kind: impl Strategy<Value = char>) -> impl Strategy<Value = String> {
        prop::collection::vec(kind, 0..4).prop_map(|some| some.into_iter().collect())
    }

    #[test]
    fn digits_of_every_script_come_in_tens() {
        let digits = all(GeneralCategory::DecimalNumber);
        assert!(digits.len() >= 680 && digits.len().is_multiple_of(10), "{}", digits.len());
        for ten in digits.chunks(10) {
            let read: String = ten.iter().map(|&c| usual(c)).collect();
            assert_eq!(read, "0123456789", "from U+{:04X} on", u32::from(ten[0]));
        }
        assert_eq!(plain("٠٩۴๓߇").as_str(), "09437");
    }

    #[test]
    fn what_is_seen_as_a_dash_is_one() {
        for dash in all(GeneralCategory::DashPunctuation).into_iter().chain(['\u{2212}', 'ー', 'ｰ']) {
            let read = plain(&format!("1{dash}2"));
            // NFKC splits a double or triple dash into as many.
            assert!(
                !read.is_empty() && read.trim_matches(['1', '2', '-']).is_empty(),
                "U+{:04X}",
                u32::from(dash)
            );
            assert_eq!(crockford(&format!("1{dash}2")).as_str(), "12");
        }
    }

    #[test]
    fn what_is_not_such_a_character_stays() {
        assert_eq!(plain("aB3-é€@\0_").as_str(), "aB3-é€@\0_");
        assert_eq!(trimmed("\u{feff}\u{a0} a b\u{200b}c \u{202c}"), "a b\u{200b}c");
        assert_eq!(crockford(" ab1-OIl\u{2011}u ").as_str(), "ab1011u");
    }

    proptest! {
        #[test]
        fn a_code_survives_what_is_strewn_into_it(
            code in "[0-9a-hjkmnp-tv-z]{6,16}",
            unseen in strewn(any_of([all(GeneralCategory::Format), all(GeneralCategory::SpaceSeparator), vec!['\t', '\n', '\u{fe0f}']].concat())),
            dashes in strewn(any_of(all(GeneralCategory::DashPunctuation))),
            script in 0..68usize,
            at in any::<prop::sample::Index>(),
        ) {
            let scripts = all(GeneralCategory::DecimalNumber);
            let written: String = code
                .chars()
                .map(|c| c.to_digit(10).map_or(c, |value| scripts[script * 10 + value as usize]))
                .collect();
            let (at, _) = written.char_indices().nth(at.index(code.len())).unwrap_or_default();
            let (start, end) = written.split_at(at);
            let typed = format!("{unseen}{start}{dashes}{unseen}{end}{dashes}{unseen}");
            prop_assert_eq!(crockford(&typed).to_string(), code.as_str());
            prop_assert_eq!(plain(&typed).replace('-', ""), code);
        }

        #[test]
        fn nothing_unseen_is_left_of_any_text(text in any::<String>()) {
            prop_assert!(!plain(&text).contains(is_unseen));
            prop_assert!(!crockford(&text).contains(['-', 'O', 'o', 'I', 'i', 'L', 'l']));
        }
    }
}
