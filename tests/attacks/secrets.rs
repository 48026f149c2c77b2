//! Every secret of a scene, and the search for them in the log.

use std::collections::BTreeSet;

use crate::{
    common::{Message, OLD, alone, based},
    fixture::{AttackFixture, V, X},
    log,
};

impl AttackFixture {
    /// All secrets: from messages and cookies, and those that were typed.
    pub async fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = self.app.seen.secrets();
        for message in self.app.mailbox.all().await {
            secrets.extend(of(&message));
        }
        secrets.push(OLD.to_owned());
        secrets.retain(|secret| secret.len() >= 6);
        secrets.into_iter().collect()
    }

    /// Panics if the log tells a secret, or an address in full.
    pub async fn tells_no_secret(&self) {
        let secrets = self.secrets().await;
        let log = log::since(self.logged).join("\n");
        let told = secrets.iter().find(|secret| alone(&log, secret));
        let told = told.map(String::as_str).or([V, X].into_iter().find(|address| log.contains(address)));
        let line = told.and_then(|told| log.lines().find(|line| line.contains(told)));
        assert!(told.is_none(), "{told:?} is in the log: {line:?}");
    }
}

/// Secrets of a message: the keys of its links, and any code alone on a line.
pub fn of(message: &Message) -> Vec<String> {
    let grouped =
        |line: &str| line.contains('-') && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let code = |line: &str| grouped(line) || line.chars().all(|c| c.is_ascii_digit());
    let mut secrets = Vec::new();
    let base = based("/").trim_end_matches('/').matches('/').count();
    for line in message.text.lines().map(str::trim).filter(|line| !line.contains(' ')) {
        match line.rsplit_once('/') {
            // A link to the site's front page, or to a form, contains no key.
            Some((place, key)) if line.starts_with("http") && place.matches('/').count() > 2 + base => {
                secrets.push(key.to_owned());
            }
            _ if code(line) => secrets.push(line.to_owned()),
            _ => {}
        }
    }
    secrets
}
