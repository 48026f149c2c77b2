//! `latchkey.sms`: outgoing text messages, and where they may go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gateway;
use crate::base::{
    SettingFault,
    duration::HumanDuration,
    phone::{self, Phone},
};

/// Longest timeout to allow for a gateway.
const MAX_TIMEOUT: HumanDuration = HumanDuration::seconds(5);

/// Encoding of the fields in a request to the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsFormat {
    /// `POST`, as a form (`application/x-www-form-urlencoded`).
    #[default]
    Form,
    /// `POST`, as one JSON object of strings.
    Json,
    /// `GET`, in the query of the URL.
    Query,
}

/// Settings of `latchkey.sms`. No `Debug`, since it holds the gateway's secrets.
#[derive(Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSettings {
    /// URL of the gateway; in release https, or http on this machine. A user and password in it become basic
    /// authentication. Default: none, and there is no SMS.
    pub url: Option<String>,
    /// `"form"`, `"json"` or `"query"`. Default: `"form"`.
    pub format: SmsFormat,
    /// Fields of a request. In their values `{to}` stands for the phone number (`+4915112345678`), `{digits}` for the
    /// number without the plus, `{text}` for the message. Default: none.
    pub fields: BTreeMap<String, String>,
    /// Headers of a request. Default: none.
    pub headers: BTreeMap<String, String>,
    /// Countries whose numbers may get texts, as two capital letters (ISO 3166-1), or `"*"` for all. Default: none,
    /// which is refused if there is a gateway.
    pub countries: Vec<String>,
    /// Regular expression that the response body must match, beside a 2xx status, for the SMS to count as sent; `\d`,
    /// `\w` and `(?i)` know only ASCII. Default: none, the status alone counts.
    pub success: Option<String>,
    /// Timeout of one request, at most 5 s. Default: `"5s"`.
    pub timeout: HumanDuration,
    /// True if an application sends texts itself.
    #[serde(skip)]
    pub by_application: bool,
}

impl Default for SmsSettings {
    fn default() -> Self {
        Self {
            url: None,
            format: SmsFormat::default(),
            fields: BTreeMap::new(),
            headers: BTreeMap::new(),
            countries: Vec::new(),
            success: None,
            timeout: MAX_TIMEOUT,
            by_application: false,
        }
    }
}

impl SmsSettings {
    /// True if texts can be sent.
    pub fn sends(&self) -> bool {
        self.url.is_some() || self.by_application
    }

    /// Returns the faults in these settings; none if nothing sends texts. Release requires https, unless the gateway is on this
    /// machine.
    pub fn validate(&self, release: bool) -> Vec<SettingFault> {
        if !self.sends() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        if let Some(url) = self.url.as_deref() {
            faults.extend(gateway::faults(self, url, release));
            faults.extend(self.without_countries());
        }
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            let remedy = format!("write \"1s\" to \"{MAX_TIMEOUT}\"");
            faults.push(fault("timeout", "is out of range", remedy));
        }
        let unknown = self.countries.iter().find(|code| *code != "*" && !phone::is_country(code));
        faults.extend(unknown.map(|code| {
            let remedy = "write two capital letters, like \"DE\", or \"*\" for all";
            fault("countries", format!("{code:?} is unknown"), remedy)
        }));
        faults
    }

    /// Returns the fault of a site that sends texts and does not say to which countries.
    pub fn without_countries(&self) -> Option<SettingFault> {
        let remedy = "write those whose numbers may get texts, like [\"DE\", \"AT\"], or [\"*\"] for all";
        self.countries.is_empty().then(|| fault("countries", "is missing", remedy))
    }

    /// True if texts may go to a number in E.164 form; if nothing sends them, every number is accepted.
    pub fn reaches(&self, number: &str) -> bool {
        let usual = || Phone::parse(number, None).is_ok_and(|phone| phone.number() == number);
        let country = || phone::country(number);
        !self.sends()
            || self.countries.is_empty()
            || usual() && self.countries.iter().any(|code| code == "*" || Some(code) == country().as_ref())
    }

    /// Returns the country assumed for numbers without a country code: the one that may get texts, if there is only
    /// one.
    pub fn home(&self) -> Option<&str> {
        match &self.countries[..] {
            [one] if one != "*" => Some(one),
            _ => None,
        }
    }
}

pub(super) fn fault(name: &str, why: impl Into<String>, remedy: impl Into<String>) -> SettingFault {
    SettingFault::new(format!("latchkey.sms.{name}"), why, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> SmsSettings {
        let fields = [("to".into(), "{to}".into()), ("text".into(), "{text}".into())].into();
        SmsSettings { url: Some(url.into()), fields, countries: vec!["DE".into()], ..SmsSettings::default() }
    }

    #[test]
    fn texts_reach_the_countries_that_are_named() {
        let to = |countries: &[&str]| SmsSettings {
            countries: countries.iter().map(|code| (*code).to_owned()).collect(),
            ..settings("https://gateway.example/send")
        };
        assert!(to(&["AT", "DE"]).reaches("+4915112345678") && to(&["*"]).reaches("+12125550123"));
        assert!(!to(&["AT"]).reaches("+4915112345678") && !to(&["US"]).reaches("+16135550123"));
        assert!(SmsSettings::default().reaches("+12125550123"), "the dev mailbox takes all");
        assert!(!to(&["*"]).reaches("+881612345678") && !to(&["GB"]).reaches("+447012345678"));
        assert_eq!(to(&["DE"]).home(), Some("DE"));
        assert!([&["*"][..], &[], &["DE", "AT"]].iter().all(|countries| to(countries).home().is_none()));
    }

    #[test]
    fn settings_are_judged_before_anything_is_sent() {
        let fine = || settings("https://gateway.example/send");
        assert!(SmsSettings::default().validate(true).is_empty());
        assert!(fine().validate(true).is_empty());
        assert!(settings("http://[::1]:13013/").validate(true).is_empty());
        assert!(settings("http://gateway.example/").validate(false).is_empty());

        let fields = [("text".into(), "{text}".into())].into();
        let headers = [("x-key".into(), "s3cret\n".into())].into();
        for wrong in [
            settings("http://gateway.example/"),
            settings("gateway.example"),
            settings("ftp://gateway.example/"),
            SmsSettings { fields, ..fine() },
            SmsSettings { headers, ..fine() },
            SmsSettings { success: Some("(".into()), ..fine() },
            SmsSettings { timeout: HumanDuration::seconds(6), ..fine() },
            SmsSettings { timeout: HumanDuration::seconds(0), ..fine() },
            SmsSettings { countries: Vec::new(), ..fine() },
            SmsSettings { countries: vec!["DE".into(), "de".into()], ..fine() },
        ] {
            let faults = wrong.validate(true);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(!faults[0].to_string().contains("s3cret"));
        }
    }
}
