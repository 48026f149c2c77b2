//! SMS through any HTTP gateway: one request, at most five seconds, no redirects, and errors that reveal no secret.

use std::{collections::BTreeMap, sync::Arc};

use regex::bytes::Regex;
use reqwest::{Client, Response, Url, redirect};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{Undelivered, circuit::Fared, root, sender};
use crate::{
    base::{Error, duration::HumanDuration},
    config::{
        gateway::is_local,
        sms::{SmsFormat, SmsSettings},
    },
};

/// Most bytes that are read of an answer.
const MAX_ANSWER: usize = 64 * 1024;
/// Client of one SMS gateway.
pub struct Gateway {
    client: Client,
    url: Url,
    format: SmsFormat,
    fields: BTreeMap<String, String>,
    success: Option<Regex>,
    timeout: HumanDuration,
}

impl Gateway {
    /// Prepares to send; connects only when there is a text. Certificates are verified against those that the system
    /// trusts (or the file named by `SSL_CERT_FILE`).
    ///
    /// # Errors
    /// [`Error::Config`] with the first of [`SmsSettings::validate`]'s faults, or if the system trusts no certificates.
    pub fn new(settings: &SmsSettings) -> Result<Self, Error> {
        let url =
            settings.url.as_deref().ok_or_else(|| Error::Config("latchkey.sms.url is missing".into()))?;
        let (url, headers, success) = settings.parse(url)?;
        let no_tls =
            |error: rustls::Error| Error::Config(format!("cannot set up TLS for text messages: {error}"));
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(no_tls)?;
        let tls = match url.scheme() {
            "https" => tls.with_platform_verifier().map_err(no_tls)?,
            _ => tls.with_root_certificates(RootCertStore::empty()),
        };
        let mut client = Client::builder()
            .tls_backend_preconfigured(tls.with_no_client_auth())
            .redirect(redirect::Policy::none())
            .timeout(*settings.timeout)
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            // A connection kept open would reveal to the next text whether there was one before.
            .pool_max_idle_per_host(0);
        if is_local(&url) {
            client = client.no_proxy(); // unencrypted requests must stay on this machine
        }
        Ok(Self {
            client: client.build().map_err(|error| {
                Error::Config(format!("cannot set up the client for text messages: {}", root(&error)))
            })?,
            url,
            format: settings.format,
            fields: settings.fields.clone(),
            success,
            timeout: settings.timeout,
        })
    }

    /// Sends `text` to the phone `to` (`+4915112345678`). `Ok` means that the gateway said it has accepted it.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if the gateway cannot be reached, is not trusted, does not answer in full in time, or
    /// answers 408, 425, 429 or 5xx. Everything else is [`Undelivered::Permanent`]: another 4xx, a 3xx (redirects are
    /// not followed), or a 2xx that lacks the pattern or exceeds 64 kB, because if the pattern is wrong, retries would
    /// text somebody over and over.
    pub async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered> {
        let fields: BTreeMap<_, _> =
            self.fields.iter().map(|(name, value)| (name, filled(value, to, text))).collect();
        let url = self.url.clone();
        let request = match self.format {
            SmsFormat::Form => self.client.post(url).form(&fields),
            SmsFormat::Json => self.client.post(url).json(&fields),
            SmsFormat::Query => self.client.get(url).query(&fields),
        };
        let answer = request.send().await.map_err(|error| self.lost(error))?;
        let status = answer.status();
        let body = if status.is_success() { self.body(answer).await? } else { Some(Vec::new()) };
        taken(status.as_u16(), body.as_deref(), self.success.as_ref())
    }

    /// Sends a decoy: takes as long as the text behind `like`.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if that text hung.
    pub(crate) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        sender::pretend(like, "the SMS gateway hangs").await
    }

    /// Returns the whole body, or `None` if it is too long.
    async fn body(&self, mut answer: Response) -> Result<Option<Vec<u8>>, Undelivered> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.lost(error))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(body))
    }

    /// Describes an error without the URL, which may contain a number, a text and a password.
    fn lost(&self, error: reqwest::Error) -> Undelivered {
        Undelivered::Transient(match error {
            error if error.is_timeout() => format!("the SMS gateway took longer than {}", self.timeout),
            error => format!("the SMS gateway cannot be used: {}", root(&error.without_url())),
        })
    }
}

/// Classifies a gateway's answer by its status and body; `body` is `None` if it is too long.
pub(crate) fn taken(status: u16, body: Option<&[u8]>, success: Option<&Regex>) -> Result<(), Undelivered> {
    let told = format!("the SMS gateway answered {status}");
    match (status, body, success) {
        (408 | 425 | 429 | 500..=599, ..) => Err(Undelivered::Transient(told)),
        (..200 | 300.., ..) => Err(Undelivered::Permanent(told)),
        (_, None, _) => Err(Undelivered::Permanent(told + " with more than 64 kB")),
        (_, Some(body), Some(pattern)) if !pattern.is_match(body) => {
            Err(Undelivered::Permanent(told + ", but the body does not match latchkey.sms.success"))
        }
        _ => Ok(()),
    }
}

/// Fills the placeholders in `value` in one pass, so that braces in `text` stay as they are.
fn filled(value: &str, to: &str, text: &str) -> String {
    let mut parts = value.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (by, rest) = match part.split_once('}') {
            Some(("to", rest)) => (to, rest),
            Some(("digits", rest)) => (to.trim_start_matches('+'), rest),
            Some(("text", rest)) => (text, rest),
            _ => ("{", part),
        };
        filled.push_str(by);
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_braces_stays_what_it_is() {
        assert_eq!(filled("{digits}: {text} {to}{", "+491", "{to} {x}"), "491: {to} {x} +491{");
        assert_eq!(filled("{\"a\": \"{to}\"}", "+491", ""), "{\"a\": \"+491\"}");
    }
}
