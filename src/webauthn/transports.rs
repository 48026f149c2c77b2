//! How a browser may reach an authenticator again, as the browser said when it was registered.

use serde::{Deserialize, Serialize};

/// Most that are kept; there are seven.
const MOST: usize = 8;
/// Most letters of one.
const LETTERS: usize = 24;

/// Names such as `usb`, `nfc`, `ble`, `hybrid` and `internal`, in the order given. Unknown ones are kept, since a later
/// browser may know them (5.8.4); what cannot be a name is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Transports(Vec<String>);

impl From<Vec<String>> for Transports {
    fn from(mut names: Vec<String>) -> Self {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        names.retain(|name| (1..=LETTERS).contains(&name.len()) && name.bytes().all(is_letter));
        names.truncate(MOST);
        Self(names)
    }
}

impl Transports {
    /// Returns the names.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_name_is_kept() {
        let names = ["usb", "", "smart-card", "<b>", "a name", &"x".repeat(25), "new"];
        let kept = Transports::from(names.map(str::to_owned).to_vec());
        assert_eq!(kept.names(), ["usb", "smart-card", "new"]);
        assert_eq!(Transports::from(vec!["usb".to_owned(); 100]).names().len(), MOST);
    }
}
