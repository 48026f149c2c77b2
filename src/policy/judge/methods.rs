//! Reviews the ways to sign in, beside the second factors that count.

use super::Environment;
use crate::{
    base::{
        factor::FactorKind,
        role::{Administrator, Role},
    },
    findings::{Finding, Severity},
    policy::{
        Channel,
        method::SignInMethod,
        sign_in::{SecondFactor, SignInPolicy, SignInSettings, table_key},
    },
};

/// Returns what is worth knowing of the ways to sign in, where they are chosen.
pub fn methods(settings: &SignInSettings, environment: Environment) -> Vec<Finding> {
    if settings.methods.is_none() {
        return Vec::new();
    }
    let policy = settings.policy([]);
    let key = || format!("{}.methods", table_key(""));
    let found = |severity, why: &str, remedy: &str| Finding::new(severity, key(), why, remedy);
    let mut findings: Vec<_> = settings.tables().filter_map(|(role, policy)| no_way(role, &policy)).collect();
    findings.extend(admins(settings));
    if policy.sends(Channel::Sms) {
        findings.push(found(
            Severity::Advice,
            "codes by text message are restricted in NIST SP 800-63B-4: numbers are taken over by fraud at the carrier",
            "leave \"sms_code\" out where accounts are worth that much",
        ));
    }
    if policy.sends(Channel::Sms) && !environment.gateway {
        let severity = if environment.lenient { Severity::Advice } else { Severity::Error };
        let why = "\"sms_code\" needs text messages, but no gateway is configured";
        findings.push(found(severity, why, "set latchkey.sms.url to your gateway's address"));
    }
    if policy.offers(SignInMethod::Totp) && !settings.tables().any(|(_, policy)| policy.is_on()) {
        let why = "\"totp\" has no effect, since nobody can set up an app with second_factor = \"off\"";
        findings.push(found(Severity::Advice, why, "leave it out, or write second_factor = \"if_set_up\""));
    }
    findings
}

/// Warns if a mailbox alone signs in to accounts that can open `/admin`.
fn admins(settings: &SignInSettings) -> Option<Finding> {
    let policy = settings.policy([Administrator::NAME]);
    let alone = policy.sends(Channel::Email) && policy.second_factor != SecondFactor::Required;
    alone.then(|| {
        let table = table_key(Administrator::NAME);
        Finding::new(
            Severity::Warning,
            format!("{table}.second_factor"),
            "whoever reads an admin's mailbox signs in as that admin",
            format!("write second_factor = \"required\" in [default.{table}]"),
        )
    })
}

/// Finds a method after which a required factor could neither be proved nor set up, since the only one that counts is the
/// same as the method.
fn no_way(role: &str, policy: &SignInPolicy) -> Option<Finding> {
    let required = policy.second_factor == SecondFactor::Required;
    let [only] = policy.factors[..] else { return None };
    let method = policy.methods.iter().find(|method| kind(**method) == Some(only)).filter(|_| required)?;
    Some(Finding::new(
        Severity::Error,
        format!("{}.factors", table_key(role)),
        format!("{only} alone counts as the required second factor, and {method} already proves it"),
        "let another factor count as well",
    ))
}

/// Returns the kind of factor that a method proves.
fn kind(method: SignInMethod) -> Option<FactorKind> {
    match method {
        SignInMethod::EmailCode | SignInMethod::EmailLink => Some(FactorKind::Email),
        SignInMethod::SmsCode => Some(FactorKind::Sms),
        SignInMethod::Totp => Some(FactorKind::Totp),
        SignInMethod::Password | SignInMethod::Passkey => None,
    }
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;
    fn found(toml: &str, gateway: bool) -> Vec<String> {
        let settings: SignInSettings = Figment::from(Toml::string(toml)).extract().unwrap();
        let environment = Environment { gateway, lenient: false, contact: true };
        let found = methods(&settings, environment);
        found.iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
    }

    #[test]
    fn methods_are_judged_where_they_are_chosen() {
        for (toml, gateway, told) in [
            ("", false, &[][..]),
            ("methods = ['password', 'passkey']", false, &[]),
            (
                "methods = ['password', 'email_link']",
                false,
                &["warning: latchkey.sign_in.role.admin.second_factor: whoever reads an admin's mailbox"],
            ),
            ("methods = ['password', 'email_link']\nrole.admin.second_factor = 'required'", false, &[]),
            (
                "methods = ['password', 'sms_code']",
                true,
                &["advice: latchkey.sign_in.methods: codes by text"],
            ),
            (
                "methods = ['password', 'sms_code']",
                false,
                &[
                    "advice: latchkey.sign_in.methods: codes by text",
                    "error: latchkey.sign_in.methods: \"sms_code\" needs text messages",
                ],
            ),
            (
                "methods = ['password', 'totp']\nsecond_factor = 'off'",
                false,
                &["advice: latchkey.sign_in.methods: \"totp\" has no effect"],
            ),
            (
                "methods = ['password', 'email_link']\nrole.admin = { second_factor = 'required', factors = ['email'] }",
                false,
                &["error: latchkey.sign_in.role.admin.factors: email alone counts"],
            ),
        ] {
            let found = found(toml, gateway);
            assert_eq!(found.len(), told.len(), "{toml}: {found:?}");
            for (found, told) in found.iter().zip(told) {
                assert!(found.starts_with(told), "{toml}: {found}");
            }
        }
    }
}
