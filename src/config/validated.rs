//! A configuration read and validated, with its findings and the origin of each setting.

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

use super::{
    Config, RestartKeys, database, fault, init, is_loopback_url,
    public_url::{public_url, validate_url},
    release,
};
use crate::{
    base::{Error, random::Random, setting_fault::SettingFault},
    findings::{Finding, Severity},
    policy::{
        ResetSettings, judge,
        origin::{Origin, origins, sign_in_origins},
        own_strategy::Strategies,
        sign_in, table_key,
    },
    store::DatabaseSettings,
};

/// Settings that are not needed, because an application provides the part that they describe.
#[derive(Clone, Debug, Default)]
pub struct Provided {
    /// It sends mail.
    pub mail: bool,
    /// It sends texts.
    pub texts: bool,
    /// It lends connections to its database.
    pub connections: bool,
    /// Strategies that the site knows: the five, and those of the application.
    pub strategies: Strategies,
}

impl Provided {
    /// Returns all that an application may provide and that need not be named.
    pub fn perhaps() -> Self {
        Self { mail: true, texts: true, connections: false, strategies: Strategies::unseen() }
    }
}

/// A validated configuration, which the site runs on.
pub struct Validated {
    /// The settings.
    pub config: Config,
    /// Reset policy.
    pub reset: ResetSettings,
    /// The strategies that the policy may name.
    pub strategies: Strategies,
    /// `public_url` without trailing slash and default port, with the domain in ASCII.
    pub public_url: String,
    /// Rocket's `secret_key`, base64.
    pub secret_key: String,
    /// True for a debug build in the debug profile, where defaults stand in for what release requires.
    pub lenient: bool,
    /// Keys outside the policy.
    pub outside: RestartKeys,
    /// Origin of each setting of the policy, by the key of its table.
    pub origins: BTreeMap<String, Vec<Origin>>,
    /// Findings, most severe first; no errors after [`read`](Self::read).
    pub findings: Vec<Finding>,
}

/// Returns a role as the only one that an account has; none for `""`.
fn alone<'a>(role: &'a &'a str) -> &'a [&'a str] {
    if role.is_empty() { &[] } else { std::slice::from_ref(role) }
}

impl Validated {
    /// Reads and validates the configuration.
    ///
    /// In a debug build and profile, missing secrets are generated once and kept in `latchkey.secrets` beside the
    /// database.
    ///
    /// # Errors
    /// [`Error::Config`], one line per fault, with its place, the key and the remedy.
    pub fn read(figment: &Figment, provided: &Provided) -> Result<Self, Error> {
        Self::validate(figment, provided, true)?.accept()
    }

    /// Reads and validates the configuration, whatever the outcome, and writes no file.
    ///
    /// # Errors
    /// The faults, if it cannot be read at all.
    pub fn look(figment: &Figment, provided: &Provided) -> Result<Self, Vec<Finding>> {
        Self::validate(figment, provided, false)
    }

    /// Returns itself if it has no errors.
    ///
    /// # Errors
    /// Same as [`read`](Self::read).
    pub fn accept(mut self) -> Result<Self, Error> {
        let errors: Vec<_> = self.findings.extract_if(.., |finding| finding.is_error()).collect();
        if errors.is_empty() { Ok(self) } else { Err(errors.into()) }
    }

    fn validate(figment: &Figment, provided: &Provided, keep_secrets: bool) -> Result<Self, Vec<Finding>> {
        let lenient = cfg!(debug_assertions) && *figment.profile() == Profile::new("debug");
        let own = |fault| vec![Finding::of(Severity::Error, fault).placed(figment)];
        if let Err(fault) = figment.extract::<Dict>() {
            return Err(fault::explain(figment, fault, ""));
        }
        let (database, mut unread) = database::find(figment, provided.connections);
        let figment = &if lenient {
            with_own_secrets(figment, &database, keep_secrets && unread.is_empty()).map_err(own)?
        } else {
            figment.clone()
        };
        let (mut config, unread_here): (Config, _) = fault::salvage(figment, "latchkey");
        config.mail.by_application = provided.mail;
        config.sms.by_application = provided.texts;
        unread.extend(unread_here);
        let (reset, unknown) = config.reset.resolve(&provided.strategies);
        unread.extend(unknown.into_iter().map(|finding| finding.placed(figment)));
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
        let environment = config.environment(&public_url, lenient);
        findings.extend(judge::settings(&reset, environment));
        findings.extend(judge::sign_in(&config.sign_in, environment));
        findings.extend(judge::methods(&config.sign_in, &reset, environment));
        findings.extend(judge::factors(&config.sign_in, &reset));
        findings.extend(judge::permissions(&config.permissions));
        findings = beside(&unread, findings).into_iter().map(|finding| finding.placed(figment)).collect();
        findings.splice(0..0, unread);
        // An error about a key replaces warnings about it.
        let wrong: HashSet<_> =
            findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.key.clone()).collect();
        findings.retain(|finding| finding.is_error() || !wrong.contains(&finding.key));
        findings.sort_by_key(|finding| finding.severity);
        let outside = RestartKeys::read(figment);
        let of_reset =
            reset.tables().map(|(role, _)| (table_key(role), origins(figment, &reset, alone(&role))));
        let of_sign_in = config.sign_in.tables().map(|(role, _)| {
            (sign_in::table_key(role), sign_in_origins(figment, &config.sign_in, alone(&role)))
        });
        let origins = of_reset.chain(of_sign_in).collect();
        let secret_key = secret_key.unwrap_or_default();
        let strategies = provided.strategies.clone();
        Ok(Self { config, reset, strategies, public_url, secret_key, lenient, outside, origins, findings })
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

/// Adds the secrets of a debug build: those kept beside the database, or new ones.
fn with_own_secrets(
    figment: &Figment,
    database: &DatabaseSettings,
    keep: bool,
) -> Result<Figment, SettingFault> {
    let folder = database.sqlite_file().as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let path = folder.join("latchkey.secrets");
    let failed = |error: io::Error| {
        SettingFault::new(database.url_key(), path.display().to_string(), error.to_string())
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
