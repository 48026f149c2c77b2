//! SMS through any HTTP gateway: one request, five seconds, no redirect, and no secret told.

use std::{collections::BTreeMap, sync::Arc};

use regex::bytes::{Regex, RegexBuilder};
use reqwest::{
    Client, Response, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use rocket::tokio::time::sleep;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use serde::{Deserialize, Serialize};

use super::{Undelivered, circuit::Fared, is_loopback, root};
use crate::base::{
    Error,
    phone::{self, Phone},
    span::Span,
};

/// So many bytes of an answer are read, no more.
const MOST: usize = 64 * 1024;
/// The longest time to wait for a gateway.
const LONGEST: Span = Span::seconds(5);

/// How the fields travel to the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `POST`, as a form (`application/x-www-form-urlencoded`).
    #[default]
    Form,
    /// `POST`, as one JSON object of strings.
    Json,
    /// `GET`, in the query of the URL.
    Query,
}

/// How SMS leave: `[default.latchkey.sms]`. It holds the gateway's secrets: no `Debug`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where the gateway listens; in release https, or http on this machine. A user and password in it become basic
    /// authentication. Default: none, and there is no SMS.
    pub url: Option<String>,
    /// `"form"`, `"json"` or `"query"`. Default: `"form"`.
    pub format: Format,
    /// The fields of a request. In their values `{to}` stands for the phone number (`+4915112345678`), `{digits}`
    /// for the number without the plus, `{text}` for what to say. Default: none.
    pub fields: BTreeMap<String, String>,
    /// Headers of a request. Default: none.
    pub headers: BTreeMap<String, String>,
    /// The countries whose numbers may get texts, as two capital letters (ISO 3166-1), or `"*"` for all. Default: none,
    /// and a gateway is refused without.
    pub countries: Vec<String>,
    /// What the body of an answer must match, beside a 2xx status, for the SMS to count as sent: a regular
    /// expression, in which `\d`, `\w` and `(?i)` know ASCII only. Default: none, the status alone counts.
    pub success: Option<String>,
    /// The longest that one request may take, at most 5 s. Default: `"5s"`.
    pub timeout: Span,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: None,
            format: Format::default(),
            fields: BTreeMap::new(),
            headers: BTreeMap::new(),
            countries: Vec::new(),
            success: None,
            timeout: LONGEST,
        }
    }
}

impl Settings {
    /// What is wrong with these settings, each with its key and remedy; nothing without a `url`. A release build
    /// demands https, unless the gateway is on this machine.
    pub fn judge(&self, release: bool) -> Vec<String> {
        let Some(url) = self.url.as_deref() else { return Vec::new() };
        let clear = Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_local(&url));
        let mut faults = self.parse(url).err().unwrap_or_default();
        if release && clear {
            faults.push("latchkey.sms.url sends without encryption: write https".into());
        }
        if self.countries.is_empty() {
            faults.push("latchkey.sms.countries is missing: write those whose numbers may get texts, like [\"DE\", \"AT\"], or [\"*\"] for all".into());
        }
        let unknown = self.countries.iter().find(|code| *code != "*" && !phone::is_country(code));
        faults.extend(unknown.map(|code| {
            format!("latchkey.sms.countries: {code:?} is unknown: write two capital letters, like \"DE\", or \"*\" for all")
        }));
        faults
    }

    /// Whether texts may go to a number in E.164 form; without a gateway they go nowhere, and may.
    pub fn reaches(&self, number: &str) -> bool {
        let usual = || Phone::parse(number, None).is_ok_and(|phone| phone.number() == number);
        let country = || phone::country(number);
        self.url.is_none()
            || usual() && self.countries.iter().any(|code| code == "*" || Some(code) == country().as_ref())
    }

    /// The country by which numbers without a country code are read: the one that may get texts, if it is one alone.
    pub fn home(&self) -> Option<&str> {
        match &self.countries[..] {
            [one] if one != "*" => Some(one),
            _ => None,
        }
    }

    fn parse(&self, url: &str) -> Result<(Url, HeaderMap, Option<Regex>), Vec<String>> {
        let mut faults = Vec::new();
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        if url.is_none() {
            faults.push("latchkey.sms.url is not a URL: write https://gateway.example/send".to_owned());
        }
        for (what, names) in [("{text}", &["{text}"][..]), ("{to} or {digits}", &["{to}", "{digits}"])] {
            if !self.fields.values().any(|value| names.iter().any(|name| value.contains(name))) {
                faults.push(format!("latchkey.sms.fields: none of them contains {what}"));
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                (Ok(name), Ok(mut value)) => {
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
                _ => faults.push(format!("latchkey.sms.headers.{name:?} is not a valid header")),
            }
        }
        let pattern =
            self.success.as_deref().map(|it| RegexBuilder::new(it).unicode(false).build()).transpose();
        if let Err(error) = &pattern {
            // The text of such an error draws the pattern first; what is wrong stands last.
            let told = error.to_string();
            let told = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
            faults.push(format!("latchkey.sms.success is not a regular expression: {told}"));
        }
        if self.timeout.is_zero() || self.timeout > LONGEST {
            faults.push(format!("latchkey.sms.timeout is out of range: write \"1s\" to \"{LONGEST}\""));
        }
        match (url, pattern) {
            (Some(url), Ok(pattern)) if faults.is_empty() => Ok((url, headers, pattern)),
            _ => Err(faults),
        }
    }
}

fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(|host| is_loopback(host.trim_matches(['[', ']'])))
}

/// Sends SMS through one gateway.
pub struct Gateway {
    client: Client,
    url: Url,
    format: Format,
    fields: BTreeMap<String, String>,
    success: Option<Regex>,
    timeout: Span,
}

impl Gateway {
    /// Makes ready to send; connects only when there is something to send. Certificates are checked against those
    /// that the system trusts (or the file that `SSL_CERT_FILE` names).
    ///
    /// # Errors
    /// [`Error::Config`] with the first of [`Settings::judge`]'s faults, or if the system trusts no certificates.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
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
    /// [`Undelivered::Later`] if the gateway cannot be reached, is not trusted, does not answer in full in time, or
    /// answers 408, 425, 429 or 5xx. All else is [`Undelivered::Never`]: another 4xx, a 3xx (which is not
    /// followed), a 2xx without the pattern or with more than 64 kB, because to try again would
    /// text somebody over and over if it is the pattern that is wrong.
    pub async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered> {
        let fields: BTreeMap<_, _> =
            self.fields.iter().map(|(name, value)| (name, filled(value, to, text))).collect();
        let url = self.url.clone();
        let request = match self.format {
            Format::Form => self.client.post(url).form(&fields),
            Format::Json => self.client.post(url).json(&fields),
            Format::Query => self.client.get(url).query(&fields),
        };
        let answer = request.send().await.map_err(|error| self.lost(error))?;
        let status = answer.status();
        let body = if status.is_success() { self.body(answer).await? } else { Some(Vec::new()) };
        taken(status.as_u16(), body.as_deref(), self.success.as_ref())
    }

    /// Takes as long as a text that fared `like` this did.
    ///
    /// # Errors
    /// [`Undelivered::Later`] if that text hung.
    pub(super) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        sleep(like.took).await;
        if like.hung { Err(Undelivered::Later("the SMS gateway hangs".into())) } else { Ok(()) }
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
        Undelivered::Later(match error {
            error if error.is_timeout() => format!("the SMS gateway took longer than {}", self.timeout),
            error => format!("the SMS gateway cannot be used: {}", root(&error.without_url())),
        })
    }
}

/// Whether the gateway has taken an SMS, by the status of its answer and the body, if that is not too long.
pub(crate) fn taken(status: u16, body: Option<&[u8]>, success: Option<&Regex>) -> Result<(), Undelivered> {
    let told = format!("the SMS gateway answered {status}");
    match (status, body, success) {
        (408 | 425 | 429 | 500..=599, ..) => Err(Undelivered::Later(told)),
        (..200 | 300.., ..) => Err(Undelivered::Never(told)),
        (_, None, _) => Err(Undelivered::Never(told + " with more than 64 kB")),
        (_, Some(body), Some(pattern)) if !pattern.is_match(body) => {
            Err(Undelivered::Never(told + ", but the body does not match latchkey.sms.success"))
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

    fn settings(url: &str) -> Settings {
        let fields = [("to".into(), "{to}".into()), ("text".into(), "{text}".into())].into();
        Settings { url: Some(url.into()), fields, countries: vec!["DE".into()], ..Settings::default() }
    }

    #[test]
    fn texts_reach_the_countries_that_are_named() {
        let to = |countries: &[&str]| Settings {
            countries: countries.iter().map(|code| (*code).to_owned()).collect(),
            ..settings("https://gateway.example/send")
        };
        assert!(to(&["AT", "DE"]).reaches("+4915112345678") && to(&["*"]).reaches("+12125550123"));
        assert!(!to(&["AT"]).reaches("+4915112345678") && !to(&["US"]).reaches("+16135550123"));
        assert!(Settings::default().reaches("+12125550123"), "the dev mailbox takes all");
        assert!(!to(&["*"]).reaches("+881612345678") && !to(&["GB"]).reaches("+447012345678"));
        assert_eq!(to(&["DE"]).home(), Some("DE"));
        assert!([&["*"][..], &[], &["DE", "AT"]].iter().all(|countries| to(countries).home().is_none()));
    }

    #[test]
    fn settings_are_judged_before_anything_is_sent() {
        let fine = || settings("https://gateway.example/send");
        assert!(Settings::default().judge(true).is_empty());
        assert!(fine().judge(true).is_empty());
        assert!(settings("http://[::1]:13013/").judge(true).is_empty());
        assert!(settings("http://gateway.example/").judge(false).is_empty());

        let fields = [("text".into(), "{text}".into())].into();
        let headers = [("x-key".into(), "s3cret\n".into())].into();
        for wrong in [
            settings("http://gateway.example/"),
            settings("gateway.example"),
            settings("ftp://gateway.example/"),
            Settings { fields, ..fine() },
            Settings { headers, ..fine() },
            Settings { success: Some("(".into()), ..fine() },
            Settings { timeout: Span::seconds(6), ..fine() },
            Settings { timeout: Span::seconds(0), ..fine() },
            Settings { countries: Vec::new(), ..fine() },
            Settings { countries: vec!["DE".into(), "de".into()], ..fine() },
        ] {
            let faults = wrong.judge(true);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(!faults[0].contains("s3cret"));
        }
    }

    #[test]
    fn a_text_with_braces_stays_what_it_is() {
        assert_eq!(filled("{digits}: {text} {to}{", "+491", "{to} {x}"), "491: {to} {x} +491{");
        assert_eq!(filled("{\"a\": \"{to}\"}", "+491", ""), "{\"a\": \"+491\"}");
    }
}
