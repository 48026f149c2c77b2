//! The path that the site is mounted at.

use serde::{Deserialize, Serialize};

/// A path like `/auth`, below which every address of the site is; `/` by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct BasePath(String);

impl BasePath {
    /// Returns a path below the base as it stands in a page.
    pub fn join(&self, below: &str) -> String {
        match below {
            "/" if !self.0.is_empty() => self.0.clone(),
            below => format!("{}{below}", self.0),
        }
    }

    /// Returns the part of a path that is below the base, or `None` for a path elsewhere.
    pub fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        below(&self.0, path)
    }

    /// Returns itself as Rocket mounts routes.
    pub fn root(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }
}

/// Returns the part of a path that is below a base, which has no slash at its end, or `None` for a path elsewhere.
pub fn below<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    match path.strip_prefix(base)? {
        "" => Some("/"),
        rest => rest.starts_with('/').then_some(rest),
    }
}

impl TryFrom<String> for BasePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_plain = |part: &str| {
            let mut letters = part.bytes();
            !part.is_empty()
                && letters.all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter))
        };
        match text.strip_prefix('/') {
            Some("") => Ok(Self(String::new())),
            Some(rest) if rest.split('/').all(is_plain) => Ok(Self(text)),
            _ => Err("write a path of letters, digits, - and _ like \"/auth\", without a slash at its end"),
        }
    }
}

impl From<BasePath> for String {
    fn from(base: BasePath) -> Self {
        base.root().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::BasePath;

    fn base(text: &str) -> BasePath {
        BasePath::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_base_is_put_before_a_path_and_taken_away_again() {
        for (text, below, whole) in [
            ("/", "/login", "/login"),
            ("/auth", "/login", "/auth/login"),
            ("/auth", "/", "/auth"),
            ("/a/b", "/", "/a/b"),
            ("/", "/", "/"),
        ] {
            assert_eq!(base(text).join(below), whole);
            assert_eq!(base(text).below(whole), Some(below));
        }
        assert_eq!(base("/auth").below("/author"), None);
        assert_eq!(base("/auth").below("/"), None);
    }

    #[test]
    fn what_is_not_a_path_is_refused() {
        for text in ["", "auth", "/auth/", "//auth", "/a b", "/a?b", "/<x>", "/a/../b", "/a%2fb"] {
            assert!(BasePath::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
