//! `latchkey.mail`: outgoing mail.

use serde::{Deserialize, Serialize};

use super::relay::{Relay, Tls};
use crate::base::{SettingFault, duration::HumanDuration, network::is_loopback};

/// Longest timeout to allow for one mail: well below the worker's lease, or the mail would be sent twice.
const MAX_TIMEOUT: HumanDuration = HumanDuration::seconds(45);

/// Settings of `latchkey.mail`. No `Debug`, since it holds a password.
#[derive(Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Mail server: `smtp://user:password@host:587?tls=required` (`STARTTLS`), or `smtps://user:password@host` (TLS
    /// from the first byte), with reserved characters percent-encoded. A path is the name for `EHLO`; otherwise that is
    /// the host of `public_url`, or else the domain of `from`. Default: none, and messages stay in the development
    /// mailbox.
    pub url: Option<String>,
    /// Sender: `Name <address>`. Its domain needs SPF, DKIM and DMARC to be believed, and is part of each `Message-ID`.
    /// Default: `"Latchkey <no-reply@localhost>"`.
    pub from: String,
    /// Timeout of one mail, with its connection; at most 45 s. Default: `"30s"`.
    pub timeout: HumanDuration,
    /// Sends mail to an address without an account, at most once a day, if somebody requests a reset there.
    /// Default: true.
    pub to_unknown: bool,
    /// True if an application sends mail itself.
    #[serde(skip)]
    pub by_application: bool,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            url: None,
            from: "Latchkey <no-reply@localhost>".into(),
            timeout: HumanDuration::seconds(30),
            to_unknown: true,
            by_application: false,
        }
    }
}

impl MailSettings {
    /// True if mail can be sent.
    pub fn sends(&self) -> bool {
        self.url.is_some() || self.by_application
    }

    /// Returns the faults in these settings. For a remote server, release also requires TLS and a sender that is not at
    /// localhost.
    pub fn validate(&self, release: bool) -> Vec<SettingFault> {
        let mut faults = Vec::new();
        let mut add = |name: &str, why: &str, remedy: &str| {
            faults.push(SettingFault::new(format!("latchkey.mail.{name}"), why, remedy));
        };
        let domain = domain(&self.from);
        if domain.is_none() {
            add("from", "is not an address", "write \"Name <no-reply@example.com>\"");
        }
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            add("timeout", "is out of range", &format!("write \"1s\" to \"{MAX_TIMEOUT}\""));
        }
        match self.url.as_deref().map(str::parse::<Relay>) {
            Some(Err(remedy)) => add("url", "cannot be used", remedy),
            Some(Ok(relay)) if release && !is_loopback(&relay.host) => {
                if relay.tls == Tls::Never {
                    add("url", "sends without encryption", "add ?tls=required");
                }
                if domain.is_some_and(|domain| is_loopback(&domain)) {
                    add("from", "is an address at localhost", "write one at your domain");
                }
            }
            _ => {}
        }
        faults
    }
}

/// Returns the domain of a sender, like `Name <address>`.
#[cfg(feature = "mail")]
fn domain(from: &str) -> Option<String> {
    let sender = from.parse::<lettre::message::Mailbox>().ok()?;
    Some(sender.email.domain().to_owned())
}

/// Returns none in particular: without the feature `mail`, nothing is sent by this sender.
#[cfg(not(feature = "mail"))]
fn domain(_: &str) -> Option<String> {
    Some(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(url: &str, from: &str, release: bool) -> Vec<SettingFault> {
        MailSettings { url: Some(url.into()), from: from.into(), ..MailSettings::default() }.validate(release)
    }

    #[test]
    fn release_sends_nothing_in_the_clear_except_on_this_machine() {
        assert!(MailSettings::default().validate(true).is_empty());
        let from = "Latchkey <no-reply@site.example>";
        for url in ["smtp://127.0.0.1:2525", "smtp://localhost", "smtp://[::1]", "smtps://u:p@mail.example"] {
            assert!(faults(url, from, true).is_empty(), "{url}");
        }
        assert!(faults("smtp://mail.example", from, false).is_empty());
        assert_eq!(faults("smtp://mail.example", from, true).len(), 1);
        assert_eq!(faults("smtps://mail.example", "Latchkey <no-reply@localhost>", true).len(), 1);
        for url in ["smtp://mail.example?tls=opportunistic", "smtp://me:s3cret@", "mail.example:25"] {
            let faults = faults(url, "nobody", false);
            assert_eq!(faults.len(), 2, "{url}");
            assert!(faults.iter().all(|fault| !fault.to_string().contains("s3cret")));
        }
    }
}
