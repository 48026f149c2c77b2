//! Contact for people who need help: a mail address or a link.

use rocket::http::uri::Absolute;

use crate::base::email::Email;

/// Parsed `latchkey.contact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// An address to write to.
    Mail(String),
    /// A page to go to, `https` or `http`.
    Link(String),
}

impl Contact {
    /// Parses an address, with or without `mailto:`, or a link; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with("https://") || text.starts_with("http://") {
            let link = Absolute::parse(text).ok()?;
            let plain = link
                .authority()
                .is_some_and(|authority| authority.user_info().is_none() && !authority.host().is_empty());
            return plain.then(|| Self::Link(text.to_owned()));
        }
        let email = Email::parse(text.strip_prefix("mailto:").unwrap_or(text)).ok()?;
        Some(Self::Mail(email.address().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_an_address_or_a_link() {
        let mail = Some(Contact::Mail("help@northwind.test".into()));
        for text in ["help@northwind.test", " mailto:help@northwind.test "] {
            assert_eq!(Contact::parse(text), mail, "{text}");
        }
        let link = "https://northwind.test/help?from=id";
        assert_eq!(Contact::parse(link), Some(Contact::Link(link.into())));
        for text in [
            "",
            "help",
            "the desk in room 3",
            "javascript:alert(1)",
            "https://",
            "https://me:pw@northwind.test",
            "//northwind.test",
        ] {
            assert_eq!(Contact::parse(text), None, "{text}");
        }
    }
}
