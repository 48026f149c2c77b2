//! SMS through any HTTP gateway: one request, five seconds, no redirect, and no secret told.

use std::{collections::BTreeMap, sync::Arc};

use regex::bytes::Regex;
use reqwest::{Client, Response, Url, redirect};
use rocket::tokio::time::sleep;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{Undelivered, circuit::Fared, root};
use crate::{
    base::{Error, duration::HumanDuration},
    config::sms::{SmsFormat, SmsSettings, is_local},
};

/// So many bytes of an answer are read, no more.
const MOST: usize = 64 * 1024;
/// Sends SMS through one gateway.
pub struct Gateway {
    client: Client,
    url: Url,
    format: SmsFormat,
    fields: BTreeMap<String, String>,
    success: Option<Regex>,
    timeout: HumanDuration,
}

impl Gateway {
    /// Makes ready to send; connects only when there is something to send. Certificates are checked against those
    /// that the system trusts (or the file that `SSL_CERT_FILE` names).
    ///
    /// # Errors
    /// [`Error::Config`] with the first of [`SmsSettings::judge`]'s faults, or if the system trusts no certificates.
    pub fn new(settings: &SmsSettings) -> Result<Self, Error> {
        let url =
            settings.url.as_deref().ok_or_else(|| Error::Config("latchkey.sms.url is missing".into()))?;
        let (url, headers, success) =
            settings.parse(url).map_err(|faults| Error::Config(faults.join("; ")))?;
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
            // A connection that is kept would tell the next text whether there was one before.
            .pool_max_idle_per_host(0);
        if is_local(&url) {
            client = client.no_proxy(); // what may go in the clear stays on this machine
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

    /// Sends `text` to the phone `to` (`+4915112345678`); `Ok` means that the gateway said it has taken it.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if the gateway cannot be reached, is not trusted, does not answer in full in time, or
    /// answers 408, 425, 429 or 5xx. All else is [`Undelivered::Permanent`]: another 4xx, a 3xx (which is not
    /// followed), a 2xx without the pattern or with more than 64 kB, because to try again would
    /// text somebody over and over if it is the pattern that is wrong.
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

    /// Takes as long as a text that fared `like` this did.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if that text hung.
    pub(crate) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        sleep(like.took).await;
        if like.hung { Err(Undelivered::Transient("the SMS gateway hangs".into())) } else { Ok(()) }
    }

    /// The whole body, or none if it is longer than can be wanted.
    async fn body(&self, mut answer: Response) -> Result<Option<Vec<u8>>, Undelivered> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.lost(error))? {
            if body.len() + chunk.len() > MOST {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(body))
    }

    /// The error in words without the URL, which may hold a number, a text and a password.
    fn lost(&self, error: reqwest::Error) -> Undelivered {
        Undelivered::Transient(match error {
            error if error.is_timeout() => format!("the SMS gateway took longer than {}", self.timeout),
            error => format!("the SMS gateway cannot be used: {}", root(&error.without_url())),
        })
    }
}

/// Whether the gateway has taken an SMS, by the status of its answer and the body, if that is not too long.
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

/// `value` with its placeholders filled, in one pass: braces in `text` stay what they are.
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
