//! The gateway of `latchkey.sms`: its URL, headers and answers, parsed.

use regex::bytes::{Regex, RegexBuilder};
use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use super::sms::{SmsSettings, fault};
use crate::base::{SettingFault, network::is_loopback};

/// Returns the faults of the gateway at `url`. Release requires https, unless it is on this machine.
pub(super) fn faults(settings: &SmsSettings, url: &str, release: bool) -> Vec<SettingFault> {
    let mut faults = settings.parse(url).err().unwrap_or_default();
    let clear = Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_local(&url));
    if release && clear {
        faults.push(fault("url", "sends without encryption", "write https"));
    }
    faults
}

impl SmsSettings {
    /// Parses what the gateway needs: its URL, the headers of a request, and the pattern of an answer.
    ///
    /// # Errors
    /// All faults.
    pub(crate) fn parse(&self, url: &str) -> Result<(Url, HeaderMap, Option<Regex>), Vec<SettingFault>> {
        let mut faults = Vec::new();
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        if url.is_none() {
            faults.push(fault("url", "is not a URL", "write https://gateway.example/send"));
        }
        for (what, names) in [("{text}", &["{text}"][..]), ("{to} or {digits}", &["{to}", "{digits}"])] {
            if !self.fields.values().any(|value| names.iter().any(|name| value.contains(name))) {
                faults.push(fault("fields", format!("none of them contains {what}"), ""));
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                (Ok(name), Ok(mut value)) => {
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
                _ => faults.push(fault(&format!("headers.{name:?}"), "is not a valid header", "")),
            }
        }
        let pattern =
            self.success.as_deref().map(|it| RegexBuilder::new(it).unicode(false).build()).transpose();
        if let Err(error) = &pattern {
            // The error quotes the pattern first; its last line is the reason.
            let told = error.to_string();
            let told = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
            faults.push(fault("success", "is not a regular expression", told));
        }
        match (url, pattern) {
            (Some(url), Ok(pattern)) if faults.is_empty() => Ok((url, headers, pattern)),
            _ => Err(faults),
        }
    }
}

/// True if a gateway is on this machine.
pub(crate) fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(|host| is_loopback(host.trim_matches(['[', ']'])))
}
