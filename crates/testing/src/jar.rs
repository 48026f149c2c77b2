//! A browser's cookies, with a check that each one has the required attributes.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, SET_COOKIE};

/// Cookies by name, all of one site and with `Path=/`.
#[derive(Clone, Default, Debug)]
pub struct Jar(BTreeMap<String, Cookie>);

#[derive(Clone, Debug)]
struct Cookie {
    value: String,
    lasting: bool,
}

impl Jar {
    /// Applies the cookies that a response sets and removes.
    pub fn take(&mut self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().expect("a cookie is ASCII");
            let mut parts = text.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("name=value");
            let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
            let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
            let age = attributes.iter().find_map(|attribute| attribute.strip_prefix("max-age="));
            let removed = age == Some("0");
            assert!(has("path=/"), "a cookie without Path=/: {name}");
            assert!(removed || has("httponly"), "a cookie that scripts can read: {name}");
            assert!(
                removed || has("samesite=lax") || has("samesite=strict"),
                "a cookie for any site: {name}"
            );
            if removed {
                self.0.remove(name);
            } else {
                let lasting =
                    age.is_some() || attributes.iter().any(|attribute| attribute.starts_with("expires="));
                self.0.insert(name.to_owned(), Cookie { value: value.to_owned(), lasting });
            }
        }
    }

    /// The `Cookie` header, if there is a cookie.
    pub fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.0.iter().map(|(name, cookie)| format!("{name}={}", cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Removes the cookies that do not outlive the browser.
    pub fn close(&mut self) {
        self.0.retain(|_, cookie| cookie.lasting);
    }

    /// Every value held.
    pub fn values(&self) -> Vec<String> {
        self.0.values().map(|cookie| cookie.value.clone()).collect()
    }

    /// Sets a cookie by hand.
    pub fn put(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), Cookie { value: value.to_owned(), lasting: false });
    }

    /// The names held.
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// Removes one cookie.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }
}
