//! An e-mail address: where mail goes, and the one canonical form by which accounts are told apart.

use unicode_normalization::UnicodeNormalization;

use super::fault::Fault;
use crate::span::Span;

/// How long the link is good that confirms another address.
pub const CONFIRMING: Span = Span::hours(1);

/// An address that passed the rules below.
///
/// The canonical form: NFC, ASCII letters of the local part in lower case, the domain as IDNA makes it ASCII. Nothing
/// else is folded, so that look-alikes stay different accounts. Quoted local parts, comments and address literals are
/// refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// Reads an address; white space around it is forgiven.
    ///
    /// # Errors
    /// A [`Fault`] in words for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text: String = text.trim_matches([' ', '\t']).nfc().collect();
        if text.is_empty() {
            return Err(Fault::new("fault-required"));
        }
        let parsed = text.split_once('@').and_then(|(local, domain)| {
            let domain = idna::domain_to_ascii_strict(domain).ok()?;
            (is_local(local) && is_domain(&domain)).then(|| (local.to_owned(), domain))
        });
        let (local, domain) = parsed.ok_or(Fault::new("fault-email"))?;
        let key = format!("{}@{domain}", local.to_ascii_lowercase());
        Ok(Self { address: format!("{local}@{domain}"), key })
    }

    /// How the canonical form of every address begins that begins like `text`, as far as that can be told.
    pub fn beginning(text: &str) -> String {
        match Self::parse(text) {
            Ok(email) => email.key,
            Err(_) => text.trim_matches([' ', '\t']).nfc().collect::<String>().to_lowercase(),
        }
    }

    /// Where mail goes.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The canonical form.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// An address as it may be shown to whoever holds a key of its account: `m•••@example.com`.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}•••@{domain}", local.chars().next().unwrap_or('•'))
}

fn is_local(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter(c))
        })
}

fn is_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric()
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
        // The Kelvin sign is a K by NFC itself: mail goes to the stored address all the same.
        for same in ["Mike@Example.ORG", " mike@example.org", "mike@ｅxample.org", "mi\u{212a}e@example.org"]
        {
            assert_eq!(key(same).as_deref(), Some("mike@example.org"), "{same}");
        }
        assert_eq!(key("jos\u{e9}@example.org"), key("jose\u{301}@example.org"));
    }

    #[test]
    fn look_alikes_are_different_accounts() {
        for other in ["mıke@example.org", "ⓜike@example.org", "ｍike@example.org", "mike@ıxample.org"] {
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
