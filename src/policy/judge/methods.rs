//! Reviews the ways to sign in, beside the second factors that count.

use std::collections::BTreeSet;

use super::Environment;
use crate::{
    base::role::{Administrator, Role},
    findings::{Finding, Severity},
    policy::{
        Channel, Policy, ResetSettings,
        method::SignInMethod,
        setting::Setting,
        sign_in::{SecondFactor, SignInPolicy, SignInSettings, table_key},
        strategy::Strategy,
        table_key as reset_key,
    },
};

/// Returns what is worth knowing of the ways to sign in, where they are chosen.
pub fn methods(settings: &SignInSettings, reset: &ResetSettings, environment: Environment) -> Vec<Finding> {
    if settings.methods.is_none() && settings.phone_numbers.is_none() {
        return Vec::new();
    }
    let policy = settings.policy([]);
    let key = || format!("{}.methods", table_key(""));
    let found = |severity, why: &str, remedy: &str| Finding::new(severity, key(), why, remedy);
    let mut findings: Vec<_> = settings.tables().filter_map(|(role, policy)| no_way(role, &policy)).collect();
    findings.extend(admins(settings));
    if policy.offers(SignInMethod::EmailCode)
        && !policy.offers(SignInMethod::EmailLink)
        && !policy.offers(SignInMethod::Password)
    {
        let why =
            "strangers could use up the messages to an address, whose codes work in their browsers alone";
        findings.push(found(Severity::Error, why, "add \"email_link\", which works in any browser"));
    }
    if !policy.offers(SignInMethod::Password) {
        findings.extend(reset.tables().filter_map(|(role, reset)| without_password(role, &reset)));
    }
    for kind in policy.methods.iter().filter_map(|method| method.factor()).collect::<BTreeSet<_>>() {
        let counts = settings.tables().any(|(_, policy)| policy.is_on() && policy.counts(kind));
        if counts {
            let why = format!("who has set up no other second factor than {kind} signs in with that alone");
            findings.push(found(Severity::Advice, &why, "require a second factor, or let another one count"));
        }
    }
    if policy.sends(Channel::Sms) {
        findings.push(found(
            Severity::Advice,
            "codes by text message are restricted in NIST SP 800-63B-4: numbers are taken over by fraud at the carrier",
            "leave \"sms_code\" out where accounts are worth that much",
        ));
    }
    let texted = policy.sends(Channel::Sms) || reset.tables().any(|(_, reset)| reset.channel == Channel::Sms);
    if policy.phone_numbers && texted && policy.second_factor != SecondFactor::Required {
        findings.push(Finding::new(
            Severity::Warning,
            format!("{}.phone_numbers", table_key("")),
            "a phone number names an account and also proves it: whoever gets the number next is in, with nothing else",
            "require a second factor, or write phone_numbers = false",
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

/// Finds a reset that ends where nobody signs in.
fn without_password(role: &str, reset: &Policy) -> Option<Finding> {
    let (severity, setting, why) = if reset.strategy == Strategy::GeneratedPassword {
        let why = "a generated password is typed where people sign in, and nobody signs in with a password";
        (Severity::Error, Setting::Strategy, why)
    } else if !reset.login_after {
        let why = "a reset ends at sign-in, where the new password opens nothing";
        (Severity::Warning, Setting::LoginAfter, why)
    } else {
        return None;
    };
    let remedy = "add \"password\" to latchkey.sign_in.methods, or choose another value";
    Some(Finding::new(severity, format!("{}.{}", reset_key(role), setting.name()), why, remedy))
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
    let method = policy.methods.iter().find(|method| method.factor() == Some(only)).filter(|_| required)?;
    Some(Finding::new(
        Severity::Error,
        format!("{}.factors", table_key(role)),
        format!("{only} alone counts as the required second factor, and {method} already proves it"),
        "let another factor count as well",
    ))
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;
    use crate::policy::{Written, own_strategy::Strategies};

    fn found(toml: &str, reset: &str, gateway: bool) -> Vec<String> {
        let read = |toml: &str| Figment::from(Toml::string(toml));
        let reset: ResetSettings<Written> = read(reset).extract().unwrap();
        let environment = Environment { gateway, lenient: false, contact: true, passkeys: true };
        let reset = reset.resolve(&Strategies::default()).0;
        let found = methods(&read(toml).extract().unwrap(), &reset, environment);
        found.iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
    }

    #[test]
    fn methods_are_judged_where_they_are_chosen() {
        const ADMIN: &str =
            "warning: latchkey.sign_in.role.admin.second_factor: whoever reads an admin's mailbox";
        const EMAIL: &str =
            "advice: latchkey.sign_in.methods: who has set up no other second factor than email signs in";
        const SMS: &str = "advice: latchkey.sign_in.methods: who has set up no other second factor than sms";
        const TEXTS: &str = "advice: latchkey.sign_in.methods: codes by text";
        const REQUIRED: &str = "role.admin.second_factor = 'required'";
        let mailed = |methods: &str| format!("methods = [{methods}]\n{REQUIRED}");
        for (toml, reset, gateway, told) in [
            (String::new(), "", false, &[][..]),
            ("methods = ['password', 'passkey']".into(), "", false, &[]),
            ("methods = ['password', 'email_link']".into(), "", false, &[ADMIN, EMAIL]),
            (mailed("'password', 'email_link'"), "", false, &[EMAIL]),
            (
                "phone_numbers = true".into(),
                "channel = 'sms'",
                true,
                &["warning: latchkey.sign_in.phone_numbers: a phone number names an account and also proves it"],
            ),
            ("methods = ['password', 'sms_code']".into(), "", true, &[SMS, TEXTS]),
            (
                "methods = ['password', 'sms_code']".into(),
                "",
                false,
                &[SMS, TEXTS, "error: latchkey.sign_in.methods: \"sms_code\" needs text messages"],
            ),
            (
                "methods = ['password', 'totp']\nsecond_factor = 'off'".into(),
                "",
                false,
                &["advice: latchkey.sign_in.methods: \"totp\" has no effect"],
            ),
            (
                mailed("'email_code'"),
                "",
                false,
                &["error: latchkey.sign_in.methods: strangers could use up the messages", EMAIL],
            ),
            (
                mailed("'email_link'"),
                "strategy = 'generated_password'",
                false,
                &["error: latchkey.reset.strategy: a generated password is typed", EMAIL],
            ),
            (
                mailed("'email_link'"),
                "login_after = false",
                false,
                &["warning: latchkey.reset.login_after: a reset ends at sign-in", EMAIL],
            ),
            (
                "methods = ['password', 'email_link']\nrole.admin = { second_factor = 'required', factors = ['email'] }".into(),
                "",
                false,
                &["error: latchkey.sign_in.role.admin.factors: email alone counts", EMAIL],
            ),
        ] {
            let found = found(&toml, reset, gateway);
            assert_eq!(found.len(), told.len(), "{toml}: {found:?}");
            for (found, told) in found.iter().zip(told) {
                assert!(found.starts_with(told), "{toml}: {found}");
            }
        }
    }
}
