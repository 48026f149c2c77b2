//! The configuration: one typed table, with defaults for what the user left out; validated before anything starts.

use std::net::IpAddr;

use figment::{Figment, value::magic::RelativePathBuf};
use serde::{Deserialize, Serialize};

pub mod api;
mod contact;
pub mod database;
pub mod events;
pub mod fault;
pub mod features;
#[cfg_attr(not(feature = "sms"), path = "no_gateway.rs")]
pub mod gateway;
pub mod host;
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
mod validated;

use self::{
    api::ApiSettings,
    events::EventSettings,
    host::{Csp, Refusal},
    limits::LimitSettings,
    log::LogFormat,
    mail::MailSettings,
    register::RegisterSettings,
    session::SessionSettings,
    sms::SmsSettings,
};
use crate::{
    base::{Error, SettingFault, base_path::BasePath, duration::HumanDuration, network::Network, return_to},
    findings::Finding,
    hashing::{password::PasswordSettings, pepper::Peppers},
    policy::{ResetSettings, Written, judge::Environment, permissions::Permissions, sign_in::SignInSettings},
    webauthn::relying_party::RelyingParty,
};
pub use contact::Contact;
pub use outside::RestartKeys;
pub use public_url::is_loopback_url;
pub use validated::{Provided, Validated};

/// Settings of `latchkey`. No `Debug`, since it holds secrets.
#[derive(Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address at which people reach the site, and base of every link in a message.
    /// Default in debug: the address served.
    pub public_url: Option<String>,
    /// Path that every page of the site is below, like `/auth`. Default: `/`.
    pub base: BasePath,
    /// Folder of templates, sentences and assets that replace ours. Default: none.
    pub templates: Option<RelativePathBuf>,
    /// Template of the application in which pages are shown. Default: none; then in our own layout.
    pub layout: Option<String>,
    /// Answer of an application's own route to somebody who is not signed in. Default: `error`.
    pub refusal: Refusal,
    /// Content-Security-Policy of the site's pages. Default: `strict`.
    pub csp: Csp,
    /// Path after signing in, of the site or of the application. Default: the account.
    pub after_sign_in: Option<String>,
    /// Entry of `databases` whose URL is used; another is an application's own. Default: `latchkey`.
    pub database: String,
    /// Serves the console. Default: true, if there is the feature `console`.
    pub console: bool,
    /// Serves `/healthz`, `/readyz` and `/metrics`. Default: true.
    pub probes: bool,
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
    /// Demand for second factors at sign-in.
    pub sign_in: SignInSettings,
    /// Permissions of each role, for an application's guards. Default: none.
    pub permissions: Permissions,
    /// Lifetimes of sessions.
    pub session: SessionSettings,
    /// Requirements for passwords, and hashing.
    pub password: PasswordSettings,
    /// Reset policy, with names for strategies; [`Validated::reset`] has the strategies.
    pub reset: ResetSettings<Written>,
    /// Outgoing mail.
    pub mail: MailSettings,
    /// Outgoing text messages.
    pub sms: SmsSettings,
    /// Rate limits.
    pub limits: LimitSettings,
    /// Retention of events.
    pub events: EventSettings,
    /// Programs in pages of other sites.
    pub api: ApiSettings,
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
            templates: None,
            layout: None,
            refusal: Refusal::default(),
            csp: Csp::default(),
            after_sign_in: None,
            database: "latchkey".into(),
            console: features::compiled("console"),
            probes: true,
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
            sign_in: SignInSettings::default(),
            permissions: Permissions::default(),
            session: SessionSettings::default(),
            password: PasswordSettings::default(),
            reset: ResetSettings::default(),
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
            limits: LimitSettings::default(),
            events: EventSettings::default(),
            api: ApiSettings::default(),
        }
    }
}

impl Config {
    /// Returns the environment of the policy.
    pub fn environment(&self, public_url: &str, lenient: bool) -> Environment {
        let passkeys = RelyingParty::new(public_url, &self.site_name).is_ok();
        Environment { gateway: self.sms.sends(), lenient, contact: self.contact.is_some(), passkeys }
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
        if self.after_sign_in.as_deref().is_some_and(|path| return_to::path(path).is_none()) {
            add("after_sign_in", "is not a path of this server".into(), "write one like \"/home\"");
        }
        if self.layout.as_deref().is_some_and(str::is_empty) {
            add("layout", "names no template".into(), "write one like \"frame\", for frame.html.tera");
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
        faults.extend(features::left_out(self, features::compiled));
        let parts = [
            self.password.validate(!lenient),
            self.limits.validate(),
            self.mail.validate(!lenient),
            self.sms.validate(!lenient),
            self.register.validate(),
            self.sign_in.faults(),
            self.session.validate(),
            self.events.validate(),
            self.api.validate(self.public_url.as_deref()),
        ];
        faults.extend(parts.into_iter().flatten());
        faults
    }
}

/// Owner of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The server: every key is its own.
    Server,
    /// An application that attaches Latchkey: it has keys, and perhaps senders, of its own.
    Application,
}

impl Owner {
    /// Returns the parts that the owner may provide, as far as the configuration alone can tell.
    pub fn provided(self) -> Provided {
        match self {
            Self::Server => Provided::default(),
            Self::Application => Provided::perhaps(),
        }
    }
}

/// Returns all findings that need no database: keys in the wrong place, and the results of
/// validation.
pub fn findings(figment: &Figment, owner: Owner, provided: &Provided) -> Vec<Finding> {
    let mut all = fault::outside(figment, owner);
    let missing = all.first().is_some_and(|finding| finding.key == "ROCKET_CONFIG");
    if !missing {
        let validated =
            Validated::look(figment, provided).map_or_else(|faults| faults, |validated| validated.findings);
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
pub fn refuse(figment: &Figment, owner: Owner, provided: &Provided) -> Result<(), Error> {
    let mut faults = findings(figment, owner, provided);
    faults.retain(Finding::is_error);
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}
