//! A personal access token as it is written: a key behind a prefix, by which those who search for leaked secrets know it.

use super::key::Key;

const PREFIX: &str = "latchkey_pat_";

/// Returns the token that a key makes.
pub fn text(key: &Key) -> String {
    format!("{PREFIX}{}", key.expose())
}

/// True if a token is such a one, and not that of a session: for a text that is either.
pub fn is_marked(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// True if a text is such a token, good or not.
pub fn is_one(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|key| Key::parse(key).is_some())
}
