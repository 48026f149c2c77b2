//! The text that says who somebody is: an address, or a username or phone number in its place.

use super::{email::Email, fault::Fault, phone::Phone, typed, username::Username};

/// Kind of an identity. Their canonical forms differ: `@` is in each address, and only phone numbers begin with `+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A username.
    Username,
}

impl IdentityKind {
    /// Returns the kind of a canonical form.
    pub fn of(key: &str) -> Self {
        match key {
            key if key.contains('@') => IdentityKind::Email,
            key if key.starts_with('+') => IdentityKind::Phone,
            _ => IdentityKind::Username,
        }
    }
}

/// An identity as typed, which need not be one: what is wrong with it would tell of accounts.
pub struct Identity {
    text: String,
    key: String,
    kind: Option<IdentityKind>,
}

impl Identity {
    /// Reads an identity; a phone number as [`Phone::parse`] does. With a line break, it is none.
    ///
    /// # Errors
    /// A [`Fault`] if nothing was typed.
    pub fn parse(text: &str, home: Option<&str>) -> Result<Self, Fault> {
        let breaks = typed::has_line_break(text);
        let text = typed::trimmed(text);
        if text.is_empty() {
            return Err(Fault::missing());
        }
        let read = |text: &str, key: String, kind| Self { text: text.to_owned(), key, kind };
        if breaks {
            return Ok(read(text, text.to_owned(), None));
        }
        if let Ok(email) = Email::parse(text) {
            return Ok(read(email.address(), email.key().to_owned(), Some(IdentityKind::Email)));
        }
        if let Ok(phone) = Phone::parse(text, home) {
            return Ok(read(text, phone.number().to_owned(), Some(IdentityKind::Phone)));
        }
        let name = Username::canonical(text).filter(|name| IdentityKind::of(name) == IdentityKind::Username);
        Ok(match name {
            Some(name) => read(text, name, Some(IdentityKind::Username)),
            None => read(text, text.to_owned(), None),
        })
    }

    /// Returns the text that was typed; an address as mail goes to it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the canonical form, or the text if it is no identity.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns its kind, if it is an identity.
    pub fn kind(&self) -> Option<IdentityKind> {
        self.kind
    }

    /// Returns the address, or nothing if it is none.
    pub fn address(&self) -> &str {
        if self.kind == Some(IdentityKind::Email) { &self.text } else { "" }
    }
}

#[cfg(all(test, feature = "sms", feature = "usernames"))]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_canonical_form() {
        for (typed, key, kind) in [
            (" Maria@Example.com", "maria@example.com", Some(IdentityKind::Email)),
            ("Maria.K ", "maria.k", Some(IdentityKind::Username)),
            ("0151 12345678", "+4915112345678", Some(IdentityKind::Phone)),
            ("+49 (0)151 12345678", "+4915112345678", Some(IdentityKind::Phone)),
            ("maria@", "maria@", None),
            ("+49", "+49", None),
            ("\r\nmaria@example.com", "maria@example.com", None),
            ("maria k", "maria k", None),
        ] {
            let read = Identity::parse(typed, Some("DE")).expect(typed);
            assert_eq!((read.key(), read.kind()), (key, kind), "{typed}");
            assert!(read.kind().is_none_or(|kind| IdentityKind::of(read.key()) == kind));
        }
        assert!(Identity::parse(" ", None).is_err_and(|fault| fault.is_missing()));
    }
}
