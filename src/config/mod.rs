//! The configuration: one typed table, with defaults for what the user left out; validated before anything starts.

use std::{
    collections::{BTreeMap, HashSet},
    io,
    net::{IpAddr, Ipv4Addr},
    path::Path,
};

use figment::{
    Figment, Profile,
    providers::{Format, Toml},
    value::Dict,
};
use serde::{Deserialize, Serialize};

mod contact;
pub mod database;
pub mod events;
pub mod fault;
pub mod init;
pub mod limits;
pub mod log;
pub mod mail;
mod outside;
mod public_url;
pub mod register;
pub mod relay;
mod release;
pub mod session;
pub mod sms;

use self::{
    events::EventSettings, limits::LimitSettings, log::LogFormat, mail::MailSettings,
    register::RegisterSettings, session::SessionSettings, sms::SmsSettings,
};
use crate::{
    base::{
        Error, SettingFault, base_path::BasePath, duration::HumanDuration, network::Network, random::Random,
    },
    findings::{Finding, Severity},
    hashing::{password::PasswordSettings, pepper::Peppers},
    policy::{
        ResetSettings,
        judge::{self, Environment},
        origin::{Origin, origins},
    },
    store::DatabaseSettings,
};
pub use contact::Contact;
pub use outside::RestartKeys;
pub use public_url::is_loopback_url;
use public_url::{public_url, validate_url};

/// Settings of `latchkey`. No `Debug`, since it holds secrets.
#[derive(Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address at which people reach the site, and base of every link in a message.
    /// Default in debug: the address served.
    pub public_url: Option<String>,
    /// Path that every page of the site is below, like `/auth`. Default: `/`.
    pub base: BasePath,
    /// Name of the site, on pages and in messages. Default: `Latchkey`.
    pub site_name: String,
    /// Contact for people without their phone: an address or a link. Default: none.
    pub contact: Option<String>,
    /// Secrets mixed into every password hash: the first hashes, the others still verify. Required in release.
    pub pepper: Vec<String>,
    /// Other values of Rocket's `secret_key`, former or next: they open what they sealed. Default: none.
    pub old_secret_keys: Vec<String>,
    /// Peers whose `X-Forwarded-For` counts, or `"none"`. Required in release when `public_url` is https.
    pub trusted_proxies: Proxies,
    /// Format of log lines. Default: text.
    pub log: LogFormat,
    /// Token that a program sends to read `/metrics` and the details of `/healthz`. Default: none; then only this
    /// machine reads them, and nobody does if `public_url` is not on loopback.
    pub metrics_token: Option<String>,
    /// Sends `Strict-Transport-Security` on an https site. Default: true.
    pub hsts: bool,
    /// Delay before a number that replaces another can be used for recovery. Default: 24h.
    pub phone_hold: HumanDuration,
    /// Registration.
    pub register: RegisterSettings,
    /// Lifetimes of sessions.
    pub session: SessionSettings,
    /// Requirements for passwords, and hashing.
    pub password: PasswordSettings,
    /// Reset policy.
    pub reset: ResetSettings,
    /// Outgoing mail.
    pub mail: MailSettings,
    /// Outgoing text messages.
    pub sms: SmsSettings,
    /// Rate limits.
    pub limits: LimitSettings,
    /// Retention of events.
    pub events: EventSettings,
}

/// Peers trusted to report the client's address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    untagged,
    expecting = "write a list of addresses or networks like [\"127.0.0.1\", \"10.0.0.0/8\"], or \"none\""
)]
pub enum Proxies {
    /// These addresses and networks.
    Some(Vec<Network>),
    /// `"none"`: the peer is the client.
    None(NoProxies),
}

/// The word `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoProxies {
    /// `none`.
    None,
}

impl Proxies {
    /// True if the peer at `address` is trusted.
    pub fn trust(&self, address: IpAddr) -> bool {
        matches!(self, Proxies::Some(list) if list.iter().any(|network| network.contains(address)))
    }

    /// True if every peer is trusted, so that anybody could claim any address.
    fn trust_everybody(&self) -> bool {
        matches!(self, Proxies::Some(list) if list.iter().any(|network| network.is_everybody()))
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            base: BasePath::default(),
            site_name: "Latchkey".into(),
            contact: None,
            pepper: Vec::new(),
            old_secret_keys: Vec::new(),
            trusted_proxies: Proxies::Some(Vec::new()),
            log: LogFormat::default(),
            metrics_token: None,
            hsts: true,
            phone_hold: HumanDuration::hours(24),
            register: RegisterSettings::default(),
            session: SessionSettings::default(),
            password: PasswordSettings::default(),
            reset: ResetSettings::default(),
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
            limits: LimitSettings::default(),
            events: EventSettings::default(),
        }
    }
}

/// A validated configuration, which the site runs on.
pub struct Validated {
    /// The settings.
    pub config: Config,
    /// `public_url` without trailing slash and default port, with the domain in ASCII.
    pub public_url: String,
    /// Rocket's `secret_key`, base64.
    pub secret_key: String,
    /// True for a debug build in the debug profile, where defaults stand in for what release requires.
    pub lenient: bool,
    /// Keys outside the policy.
    pub outside: RestartKeys,
    /// Origin of each setting of the policy, by role; the base under the name `""`.
    pub origins: BTreeMap<String, Vec<Origin>>,
    /// Findings, most severe first; no errors after [`read`](Self::read).
    pub findings: Vec<Finding>,
}

impl Validated {
    /// Reads and validates the configuration.
    ///
    /// In a debug build and profile, missing secrets are generated once and kept in `latchkey.secrets` beside the
    /// database.
    ///
    /// # Errors
    /// [`Error::Config`], one line per fault, with its place, the key and the remedy.
    pub fn read(figment: &Figment) -> Result<Self, Error> {
        Self::validate(figment, true)?.accept()
    }

    /// Reads and validates the configuration, whatever the outcome, and writes no file.
    ///
    /// # Errors
    /// The faults, if it cannot be read at all.
    pub fn look(figment: &Figment) -> Result<Self, Vec<Finding>> {
        Self::validate(figment, false)
    }

    /// Returns itself if it has no errors.
    ///
    /// # Errors
    /// Same as [`read`](Self::read).
    pub fn accept(mut self) -> Result<Self, Error> {
        let errors: Vec<_> = self.findings.extract_if(.., |finding| finding.is_error()).collect();
        if errors.is_empty() { Ok(self) } else { Err(errors.into()) }
    }

    fn validate(figment: &Figment, keep_secrets: bool) -> Result<Self, Vec<Finding>> {
        let lenient = cfg!(debug_assertions) && *figment.profile() == Profile::new("debug");
        let own = |fault| vec![Finding::of(Severity::Error, fault).placed(figment)];
        if let Err(fault) = figment.extract::<Dict>() {
            return Err(fault::explain(figment, fault, ""));
        }
        let (database, mut unread) = database::find(figment);
        let figment = &if lenient {
            with_own_secrets(figment, &database, keep_secrets && unread.is_empty()).map_err(own)?
        } else {
            figment.clone()
        };
        let (config, unread_here): (Config, _) = fault::salvage(figment, "latchkey");
        unread.extend(unread_here);
        let secret_key: Option<String> = figment.extract_inner("secret_key").ok();
        let mut faults = if lenient { Vec::new() } else { release::missing(&config, secret_key.is_some()) };
        if !lenient {
            faults.extend(release::placeholders(&config));
        }
        let public_url = public_url(figment, &config);
        faults.extend(validate_url(&public_url, lenient));
        let address: IpAddr = figment.extract_inner("address").unwrap_or(Ipv4Addr::LOCALHOST.into());
        faults.extend(config.validate(lenient, is_loopback_url(&public_url) && address.is_loopback()));
        let mut risks = config.risks(lenient);
        let (fault, risk) = database.validate();
        if lenient {
            risks.extend(fault)
        } else {
            faults.extend(fault)
        }
        risks.extend(risk);
        let found = |severity| move |fault| Finding::of(severity, fault);
        let mut findings: Vec<_> = faults.into_iter().map(found(Severity::Error)).collect();
        findings.extend(risks.into_iter().map(found(Severity::Warning)));
        findings.extend(judge::settings(&config.reset, config.ground(lenient)));
        findings = beside(&unread, findings).into_iter().map(|finding| finding.placed(figment)).collect();
        findings.splice(0..0, unread);
        // An error about a key replaces warnings about it.
        let wrong: HashSet<_> =
            findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.key.clone()).collect();
        findings.retain(|finding| finding.is_error() || !wrong.contains(&finding.key));
        findings.sort_by_key(|finding| finding.severity);
        let outside = RestartKeys::read(figment);
        let origins = config.reset.tables().map(|(role, _)| {
            let roles: &[&str] = if role.is_empty() { &[] } else { &[role] };
            (role.to_owned(), origins(figment, &config.reset, roles))
        });
        let origins = origins.collect();
        let secret_key = secret_key.unwrap_or_default();
        Ok(Self { config, public_url, secret_key, lenient, outside, origins, findings })
    }

    /// Returns the host of `public_url`, without a port.
    pub fn host(&self) -> &str {
        let authority = self.public_url.split("://").nth(1).unwrap_or_default();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// True if people reach the site over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https:")
    }
}

impl Config {
    /// Returns the environment of the policy.
    pub fn ground(&self, lenient: bool) -> Environment {
        Environment { gateway: self.sms.url.is_some(), lenient, contact: self.contact.is_some() }
    }

    /// Returns the risks: what debug allows and release does not.
    fn risks(&self, lenient: bool) -> Vec<SettingFault> {
        let parts = |release| {
            [self.password.validate(release), self.mail.validate(release), self.sms.validate(release)]
                .concat()
        };
        let allowed = parts(!lenient);
        let mut risks: Vec<_> = parts(true).into_iter().filter(|fault| !allowed.contains(fault)).collect();
        if !self.limits.enabled {
            risks.push(SettingFault::new(
                "latchkey.limits.enabled",
                "false lets anybody guess without end",
                "remove it after the load test",
            ));
        }
        risks
    }

    /// Returns the faults; `alone` means that only this machine reaches the server.
    fn validate(&self, lenient: bool, alone: bool) -> Vec<SettingFault> {
        let mut faults = Vec::new();
        let mut add = |name: &str, why: String, remedy: &str| {
            faults.push(SettingFault::new(format!("latchkey.{name}"), why, remedy));
        };
        if self.site_name.trim().is_empty() || self.site_name.chars().any(char::is_control) {
            add("site_name", "must be one line of text".into(), "");
        }
        if self.phone_hold > HumanDuration::days(30) {
            let why = format!("\"{}\" is out of range", self.phone_hold);
            add("phone_hold", why, "write \"0s\" to \"30d\"");
        }
        if self.contact.as_deref().is_some_and(|contact| Contact::parse(contact).is_none()) {
            let remedy = "write one like \"help@example.com\" or \"https://example.com/help\"";
            add("contact", "is neither an address nor a link".into(), remedy);
        }
        if self.metrics_token.as_ref().is_some_and(|token| token.len() < 20) {
            add("metrics_token", "can be guessed".into(), "write 20 random characters or more");
        }
        if self.trusted_proxies.trust_everybody() {
            let why = "trusts every address, so anybody could claim any";
            add("trusted_proxies", why.into(), "list your proxies' addresses or networks");
        }
        if !lenient && !self.limits.enabled && !alone {
            add("limits.enabled", "false is for load tests on loopback only".into(), "remove it");
        }
        let peppers = (!self.pepper.is_empty()).then(|| Peppers::new(&self.pepper));
        faults.extend(peppers.and_then(Result::err));
        let parts = [
            self.password.validate(!lenient),
            self.limits.validate(),
            self.mail.validate(!lenient),
            self.sms.validate(!lenient),
            self.register.validate(),
            self.session.validate(),
            self.events.validate(),
        ];
        faults.extend(parts.into_iter().flatten());
        faults
    }
}

/// Keeps the errors that do not follow from keys that could not be read; keeps everything if there are none such.
fn beside(unread: &[Finding], findings: Vec<Finding>) -> Vec<Finding> {
    if unread.is_empty() {
        return findings;
    }
    let policy = unread.iter().any(|fault| fault.key.starts_with("latchkey.reset"));
    let within = |key: &str, table: &str| {
        key.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let stands = |finding: &Finding| {
        finding.is_error()
            && !unread.iter().any(|fault| within(&finding.key, &fault.key))
            && !(policy && within(&finding.key, "latchkey.reset"))
    };
    findings.into_iter().filter(stands).collect()
}

/// Returns all findings that need no database: keys that nothing reads, and the results of validation.
pub fn findings(figment: &Figment) -> Vec<Finding> {
    let mut all = fault::unknown_keys(figment);
    let missing = all.first().is_some_and(|finding| finding.key == "ROCKET_CONFIG");
    if !missing {
        let validated = Validated::look(figment).map_or_else(|faults| faults, |validated| validated.findings);
        let new: Vec<_> = validated.into_iter().filter(|finding| !all.contains(finding)).collect();
        all.extend(new);
    }
    all.sort_by_key(|finding| finding.severity);
    all
}

/// Refuses a configuration that has errors.
///
/// # Errors
/// [`Error::Config`], one line per fault.
pub fn refuse(figment: &Figment) -> Result<(), Error> {
    let mut faults = findings(figment);
    faults.retain(Finding::is_error);
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Adds the secrets of a debug build: those kept beside the database, or new ones.
fn with_own_secrets(
    figment: &Figment,
    database: &DatabaseSettings,
    keep: bool,
) -> Result<Figment, SettingFault> {
    let folder = database.sqlite_file().as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let path = folder.join("latchkey.secrets");
    let failed = |error: io::Error| {
        SettingFault::new("databases.latchkey.url", path.display().to_string(), error.to_string())
    };
    let secrets = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let fresh =
                init::secrets(Random).map_err(|error| SettingFault::new("", error.to_string(), ""))?;
            if keep { init::keep_secrets(&path, &fresh).map_err(failed)? } else { fresh }
        }
        secrets => secrets.map_err(failed)?,
    };
    Ok(figment.clone().join(Toml::string(&secrets)))
}
