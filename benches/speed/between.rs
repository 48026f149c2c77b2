//! What is picked out of pages and mails.

/// What stands behind `start` up to a character that ends it.
pub fn between(text: &str, start: &str, ends: impl Fn(char) -> bool) -> Option<String> {
    let rest = text.split_once(start)?.1;
    rest.find(ends).map(|end| rest[..end].to_owned())
}
