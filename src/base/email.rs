//! An email address: where mail goes, and the canonical form that identifies an account.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{duration::HumanDuration, fault::Fault, typed};

/// Life of the link that confirms a new address.
pub const CONFIRMING: HumanDuration = HumanDuration::hours(1);

/// An email address that follows the rules below.
///
/// The canonical form: NFC, Unicode's simple case folding of the local part (one character for one, so that look-alikes
/// stay different accounts), and the domain in IDNA's ASCII form. Quoted local parts, comments and address literals are
/// rejected.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// Parses an address, ignoring spaces and invisible characters around it.
    ///
    /// # Errors
    /// A [`Fault`], worded for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text: String = trimmed(text).nfc().collect();
        if text.is_empty() {
            return Err(Fault::missing());
        }
        let parsed = text.split_once('@').and_then(|(local, domain)| {
            let domain = ascii(domain)?;
            let key = folded(local);
            // Case folding makes some letters a byte longer.
            let fits = is_local(local) && is_local(&key) && is_domain(&domain);
            fits.then(|| Self { address: format!("{local}@{domain}"), key: format!("{key}@{domain}") })
        });
        parsed.ok_or(Fault::new("fault-email"))
    }

    /// Returns the canonical form of the beginning of an address, for searching.
    pub fn beginning(text: &str) -> String {
        match Self::parse(text) {
            Ok(email) => email.key,
            Err(_) => folded(&trimmed(text).nfc().collect::<String>()),
        }
    }

    /// Returns the address that mail goes to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the canonical form.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Returns an address as people write it: `jane@bücher.example` for `jane@xn--bcher-kva.example`.
///
/// Meant for its owner, who knows the spelling. Admins see the domain in ASCII, where look-alikes differ.
pub fn readable(address: &str) -> String {
    let Some((local, domain)) = address.split_once('@') else { return address.to_owned() };
    let (readable, fault) =
        Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    if fault.is_ok() { format!("{local}@{readable}") } else { address.to_owned() }
}

/// Returns an address as shown to the holder of a key of its account: `m•••@example.com`.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}•••@{domain}", local.chars().next().unwrap_or('•'))
}

/// Trims invisible characters, unless the text contains a line break, which no address does.
fn trimmed(text: &str) -> &str {
    let inner = typed::trimmed(text);
    if typed::has_line_break(text) { text } else { inner }
}

/// Converts a domain by IDNA, except for its rule against hyphens in third and fourth place, which names in use break.
fn ascii(domain: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.ok().map(|domain| domain.into_owned())
}

/// Applies Unicode's simple case folding, except to Cherokee letters, which it would fold to capitals.
fn folded(local: &str) -> String {
    let one = |mut all: std::char::ToUppercase| all.next().filter(|_| all.next().is_none());
    let fold = |c: char| {
        // The capital of the dotless i is that of another letter.
        let upper = one(c.to_uppercase()).filter(|_| c != 'ı').unwrap_or(c);
        let mut lower = upper.to_lowercase();
        lower.next().filter(|_| lower.next().is_none()).unwrap_or(upper)
    };
    local.chars().map(fold).nfc().collect()
}

/// True for a dot-atom (RFC 5322) of ASCII and of the letters, marks and digits of any script, with joiners between
/// them.
fn is_local(local: &str) -> bool {
    (1..=64).contains(&local.len()) && local.split('.').all(is_atom)
}

fn is_atom(atom: &str) -> bool {
    let mut before = None;
    let mut characters = atom.chars().peekable();
    while let Some(c) = characters.next() {
        let after = characters.peek();
        let fits = match c {
            '\u{200c}' | '\u{200d}' => {
                before.is_some_and(is_written) && after.is_some_and(|c| is_written(*c))
            }
            _ if is_combining_mark(c) => before.is_some() && is_written(c),
            _ if c.is_ascii() => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
            _ => is_written(c),
        };
        if !fits {
            return false;
        }
        before = Some(c);
    }
    before.is_some()
}

/// True for a visible letter, mark or digit.
fn is_written(c: char) -> bool {
    let unseen = matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}');
    !unseen && (c.is_alphanumeric() || is_combining_mark(c))
}

fn is_domain(domain: &str) -> bool {
    let labels = || domain.split('.');
    domain.len() <= 189
        && labels().count() >= 2
        && labels().all(|label| (1..=63).contains(&label.len()))
        && labels().next_back().is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Option<String> {
        Email::parse(text).ok().map(|email| email.key)
    }

    #[test]
    fn one_mailbox_has_one_canonical_form() {
        // NFC itself turns the Kelvin sign into a K: mail goes to the stored address all the same.
        for same in ["Mike@Example.ORG", " mike@example.org", "mike@ｅxample.org", "mi\u{212a}e@example.org"]
        {
            assert_eq!(key(same).as_deref(), Some("mike@example.org"), "{same}");
        }
        assert_eq!(key("jos\u{e9}@example.org"), key("jose\u{301}@example.org"));
        for (one, other) in [
            ("Émile@example.org", "émile@example.org"),
            ("ÉMILE@example.org", "e\u{301}mile@example.org"),
            ("ΝΊΚΟΣ@example.org", "νίκος@example.org"),
            ("КОЛЯ@пример.рф", "коля@ПРИМЕР.РФ"),
            ("STRAẞE@example.org", "straße@example.org"),
            ("\u{feff}mike@example.org\u{a0}", "mike@example.org"),
            ("\u{202a}mike@example.org\u{202c}", "mike@example.org"),
        ] {
            assert!(key(one).is_some() && key(one) == key(other), "{one} {:?} {:?}", key(one), key(other));
        }
    }

    #[test]
    fn every_script_has_addresses() {
        for address in [
            "संपर्क@डाटामेल.भारत",
            "ผู้ใช้@ตัวอย่าง.ไทย",
            "用户@例子.广告",
            "Dörte@Sörensen.example.com",
            "коля@пример.рф",
            "مثال@مثال.إختبار",
            "δοκιμή@παράδειγμα.δοκιμή",
            "ಬೆಂಬಲ@ಡೇಟಾಮೇಲ್.ಭಾರತ",
            "അജയ്@ഡാറ്റാമെയിൽ.ഭാരതം",
            "نامه\u{200c}ای@example.org",
            "ක්\u{200d}රී@example.org",
            "٣٤@example.org",
            "jane@ab--cd.example",
            "jane@xn--bcher-kva.example",
        ] {
            assert!(key(address).is_some(), "{address}");
        }
        for wrong in [
            "a.\u{200d}b@example.org",
            "a\u{200c}@example.org",
            "a\u{200d}.b@example.org",
            "a\u{200b}b@example.org",
            "a\u{ad}b@example.org",
            "\u{301}a@example.org",
            "a.\u{301}b@example.org",
            "a\u{fe0f}@example.org",
            "a\u{3164}@example.org",
            "a\u{202e}b@example.org",
            "🔑@example.org",
            "jane@-ab.example",
            "jane@ab-.example",
            "jane@xn--a.example",
        ] {
            assert_eq!(key(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_address_is_shown_as_its_owner_writes_it() {
        for written in ["jane@bücher.example", "संपर्क@डाटामेल.भारत", "jane@пример.рф", "jane@example.org"]
        {
            let sent = Email::parse(written).expect("an address").address;
            assert_eq!(readable(&sent), written);
        }
        assert_eq!(readable("j•••@xn--bcher-kva.example"), "j•••@bücher.example");
        for other in ["jane@xn--a.example", "jane", ""] {
            assert_eq!(readable(other), other);
        }
    }

    #[test]
    fn look_alikes_are_different_accounts() {
        for other in [
            "mıke@example.org",
            "mİke@example.org",
            "ⓜike@example.org",
            "ｍike@example.org",
            "mikе@example.org",
            "mike@ıxample.org",
        ] {
            assert_ne!(key(other).as_deref(), Some("mike@example.org"), "{other}");
        }
    }

    #[test]
    fn what_is_not_one_plain_address_is_refused() {
        for wrong in [
            "",
            "@",
            "a@",
            "@b.c",
            "a b@example.org",
            "a@b",
            "a@b..c",
            "a@example.org.",
            "a@@example.org",
            "a@b.org,c@d.org",
            "a@b.org;c@d.org",
            "\"a\"@example.org",
            "\"V\" <a@b.org>",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a\0@example.org",
            "a@example.org\r\nBcc:x@y.org",
            "a@example.org\n",
            "a\u{2028}@example.org",
            ".a@example.org",
            "a..b@example.org",
        ] {
            assert_eq!(key(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_accepted_address_can_break_a_header(text in ".{0,80}") {
            if let Ok(email) = Email::parse(&text) {
                for part in [email.address(), email.key()] {
                    prop_assert!(!part.chars().any(|c| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"".contains(c)));
                    prop_assert_eq!(part.matches('@').count(), 1);
                    prop_assert!(part.len() <= 254);
                }
                let again = key(email.key());
                prop_assert_eq!(again.as_deref(), Some(email.key()));
            }
        }
    }
}
