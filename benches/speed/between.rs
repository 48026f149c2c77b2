//! Extraction of parts of pages and mails.

/// The key of the first link in a mail whose path starts with `path`.
pub fn key(mail: &str, path: &str) -> String {
    between(mail, path, |c| !c.is_ascii_alphanumeric() && !"-_".contains(c)).expect("a link in the mail")
}

/// Text after `start`, up to a character that ends it.
pub fn between(text: &str, start: &str, ends: impl Fn(char) -> bool) -> Option<String> {
    let rest = text.split_once(start)?.1;
    rest.find(ends).map(|end| rest[..end].to_owned())
}
