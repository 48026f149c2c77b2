//! Rules for a new password, the same wherever one is set: long enough, not a known one, hard to guess.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{
    breached,
    password::{Password, PasswordSettings},
};
use crate::base::fault::Fault;

/// Characters passed to zxcvbn, from the start. Its time grows with their number, and with the signs that may stand for
/// a letter: 20 different ones take 80 ms in 32 characters and a second in 100. A password that is hard to guess shows
/// it by then.
const JUDGED: usize = 32;

/// Fewest characters of an own word that counts: shorter ones occur anywhere.
const SHORTEST_WORD: usize = 4;

/// Rules for a new password, following NIST SP 800-63B-4 (3.1.1.2) and OWASP ASVS 5.0 (6.2): a minimum length and no
/// known or easily guessed password, but no rule about kinds of characters.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    min_length: usize,
    min_score: u8,
}

impl Rules {
    /// Creates the rules for `settings`.
    pub fn new(settings: &PasswordSettings) -> Self {
        Self { min_length: settings.min_length, min_score: settings.min_score }
    }

    /// Judges `password`. `own_words` are what others know of the owner and of the site: the address, the names, the
    /// site's name and host; they are split at everything that is neither letter nor digit. Takes up to 80 ms, so in a
    /// request use [`Hasher::validate`](super::hasher::Hasher::validate).
    ///
    /// # Errors
    /// In this order `password-too-short`, `password-own-word` (too short without the own words in it),
    /// `password-breached` and `password-guessable` (too low a score by zxcvbn).
    pub fn validate(&self, password: &Password, own_words: &[impl AsRef<str>]) -> Result<(), Fault> {
        let text = password.as_str();
        if text.chars().count() < self.min_length {
            return Err(Fault::new("password-too-short").with("min", self.min_length));
        }
        let own_words = words(own_words);
        if self.leans_on(text, &own_words) {
            return Err(Fault::new("password-own-word"));
        }
        if breached::contains(text) {
            return Err(Fault::new("password-breached"));
        }
        let own_words: Vec<&str> = own_words.iter().map(String::as_str).collect();
        let validated = text.char_indices().nth(JUDGED).map_or(text, |(end, _)| &text[..end]);
        if u8::from(zxcvbn::zxcvbn(validated, &own_words).score()) < self.min_score {
            return Err(Fault::new("password-guessable"));
        }
        Ok(())
    }

    /// True if too little of `text` is left without the own words.
    fn leans_on(&self, text: &str, own_words: &[String]) -> bool {
        let mut rest = Zeroizing::new(text.to_lowercase());
        for word in own_words {
            rest = Zeroizing::new(rest.replace(word, ""));
        }
        rest.chars().count() < self.min_length
    }
}

/// Returns the words in `texts` that count, and each text as a whole, normalized like a password and in lower case,
/// longest first.
fn words(texts: &[impl AsRef<str>]) -> Vec<String> {
    let mut words: Vec<String> = texts
        .iter()
        .flat_map(|text| {
            text.as_ref().split(|character: char| !character.is_alphanumeric()).chain([text.as_ref()])
        })
        .map(|word| word.nfc().collect::<String>().to_lowercase())
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OWN_WORDS: [&str; 2] = ["jane.doe@example.com", "Latchkey"];

    fn fault(typed: &str) -> Option<&'static str> {
        let password = Password::parse(typed).unwrap();
        Rules::new(&PasswordSettings::default())
            .validate(&password, &OWN_WORDS)
            .err()
            .map(|fault| fault.said())
    }

    proptest! {
        #[test]
        fn whatever_is_typed_can_be_judged(typed: String, own_word: String) {
            if let Ok(password) = Password::parse(&typed) {
                let _ = Rules::new(&PasswordSettings { min_length: 1, ..PasswordSettings::default() }).validate(&password, &[own_word]);
            }
        }
    }

    #[test]
    fn a_good_password_needs_no_kinds_of_characters() {
        for good in [
            "correct horse battery staple",
            "the quick violet otter",
            "8273-5518-0942",
            "пингвин варит суп",
            "吾輩は猫である名前はまだ無い",
            "jane doe paints eleven green doors",
            "  xK9!vw2 ",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert_eq!(fault("xK9!vw2"), Some("password-too-short"));
        assert_eq!(fault("ÄÖÜßÄÖÜ"), Some("password-too-short"));
        assert_eq!(fault("A\u{308}O\u{308}U\u{308}ßa"), Some("password-too-short"));
    }

    #[test]
    fn own_words_do_not_count() {
        for own in [
            "latchkey",
            "LatchKey2024",
            "!!example!!",
            "jane-example-1",
            "janejanejane",
            "jane.doe@example.com",
        ] {
            assert_eq!(fault(own), Some("password-own-word"), "{own}");
        }
    }

    #[test]
    fn a_breached_password_is_refused_in_any_case() {
        for breached in ["password", "Password1", "QWERTYUIOP", "trustno1"] {
            assert_eq!(fault(breached), Some("password-breached"), "{breached}");
        }
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for weak in ["aaaaaaaaaaaaaaaaaaaa", "P@ssw0rd2024!", "        ", "19.04.1987", "poiuytrewq0987"] {
            assert_eq!(fault(weak), Some("password-guessable"), "{weak}");
        }
    }

    #[test]
    fn sixty_four_and_more_characters_are_welcome() {
        let long = "a long walk over the hills ".repeat(4);
        assert_eq!(fault(&long), None);
    }
}
