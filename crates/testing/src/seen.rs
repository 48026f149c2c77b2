//! Record of all answers and cookies that the browsers of one site received, and of secrets typed into them.

use std::sync::{Arc, Mutex};

use reqwest::header::{HeaderMap, SET_COOKIE};

/// Shared by all browsers of a site.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    statuses: Vec<(String, u16)>,
    secrets: Vec<String>,
}

impl Seen {
    /// Records the status of an answer and its cookies.
    pub fn answer(&self, place: &str, status: u16, headers: &HeaderMap) {
        let mut kept = self.0.lock().expect("unpoisoned");
        kept.statuses.push((place.to_owned(), status));
        let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let values = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        kept.secrets.extend(values.map(|(_, value)| value.to_owned()));
    }

    /// Records the values typed into secret fields.
    pub fn typed(&self, fields: &[(String, String)]) {
        let secret = |name: &str| name.contains("password") || ["code", "key"].contains(&name);
        let typed = fields.iter().filter(|(name, _)| secret(name)).map(|(_, value)| value.clone());
        self.0.lock().expect("unpoisoned").secrets.extend(typed);
    }

    /// Place and status of every answer so far.
    pub fn statuses(&self) -> Vec<(String, u16)> {
        self.0.lock().expect("unpoisoned").statuses.clone()
    }

    /// Every value of a cookie, and every value typed into a secret field.
    pub fn secrets(&self) -> Vec<String> {
        self.0.lock().expect("unpoisoned").secrets.clone()
    }
}
