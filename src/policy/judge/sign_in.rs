//! Findings about the policy of signing in that follow from its settings alone.

use super::{
    super::sign_in::{SecondFactor, SignInPolicy, SignInSettings, table_key},
    Environment, role_name,
};
use crate::{
    base::{
        factor::FactorKind,
        role::{Administrator, Role},
    },
    findings::{Finding, Severity},
};

/// Returns findings that follow from the settings alone.
pub fn sign_in(settings: &SignInSettings, environment: Environment) -> Vec<Finding> {
    let roles = settings.role.iter().flat_map(|(role, table)| {
        [role_name(role, table_key(role)), nested(role, table), changes_nothing(settings, role, table)]
            .into_iter()
            .flatten()
    });
    let impossible = settings.tables().filter_map(|(role, policy)| impossible(role, &policy, environment));
    let vain = settings.written().filter_map(|(role, table)| lists_in_vain(settings, role, table));
    let rest = [admins(settings), no_contact(settings, environment), no_phones(settings, environment)];
    roles.chain(vain).chain(impossible).chain(rest.into_iter().flatten()).collect()
}

fn nested(role: &str, table: &SignInSettings) -> Option<Finding> {
    (!table.role.is_empty()).then(|| {
        let (key, remedy) =
            (format!("{}.role", table_key(role)), "write [default.latchkey.sign_in.role.NAME] for each role");
        Finding::new(Severity::Error, key, "roles cannot contain other roles", remedy)
    })
}

fn changes_nothing(settings: &SignInSettings, role: &str, table: &SignInSettings) -> Option<Finding> {
    (table.role.is_empty() && settings.policy([role]) == settings.policy([])).then(|| {
        let why = "changes nothing: the role has the same policy without it";
        Finding::new(Severity::Advice, table_key(role), why, "remove it, or override something")
    })
}

/// Advises if a table lists factors that nobody is asked for.
fn lists_in_vain(settings: &SignInSettings, role: &str, table: &SignInSettings) -> Option<Finding> {
    let asks = settings.policy([role]).is_on()
        // Roles inherit what the base lists.
        || role.is_empty() && settings.tables().any(|(_, policy)| policy.is_on());
    (table.factors.is_some() && !asks).then(|| {
        let key = format!("{}.factors", table_key(role));
        let remedy = "remove it, or write second_factor = \"if_set_up\"";
        Finding::new(
            Severity::Advice,
            key,
            "has no effect, since nobody is asked for a second factor",
            remedy,
        )
    })
}

/// Warns if accounts that can open `/admin` need less to sign in than others.
fn admins(settings: &SignInSettings) -> Option<Finding> {
    let admin = settings.policy([Administrator::NAME]).second_factor;
    let others = settings.tables().filter(|(role, _)| *role != Administrator::NAME);
    let (role, other) = others.min_by_key(|(_, policy)| policy.second_factor)?;
    let whose = if role.is_empty() { "everybody".into() } else { format!("the role {role}") };
    (other.second_factor < admin).then(|| {
        let key = format!("{}.second_factor", table_key(Administrator::NAME));
        let why = format!("{admin} for admins is laxer than {} for {whose}", other.second_factor);
        let table = table_key(Administrator::NAME);
        Finding::new(Severity::Warning, key, why, format!("make it at least as strict in [default.{table}]"))
    })
}

fn no_contact(settings: &SignInSettings, environment: Environment) -> Option<Finding> {
    let mut tables = settings.tables();
    let required = tables.any(|(_, policy)| policy.second_factor == SecondFactor::Required);
    (required && !environment.contact).then(|| {
        let why = "people who have lost their second factor and their recovery codes are told to contact support, but not how";
        Finding::new(Severity::Advice, "latchkey.contact", why, "set it to an address or a link")
    })
}

/// Finds a required factor that nobody can set up on this site.
fn impossible(role: &str, policy: &SignInPolicy, environment: Environment) -> Option<Finding> {
    let can = |kind: &FactorKind| match kind {
        FactorKind::Passkey => environment.passkeys,
        FactorKind::Sms => environment.gateway || environment.lenient,
        _ => true,
    };
    let required = policy.second_factor == SecondFactor::Required;
    (required && !policy.factors.iter().any(can)).then(|| {
        let why =
            "required, but nobody can set one up: passkeys need latchkey.public_url to be https with a domain, or localhost, and texts a gateway";
        Finding::new(Severity::Error, format!("{}.factors", table_key(role)), why, "let \"totp\" count as well")
    })
}

/// Advises if people could sign in by a phone number that nobody can verify.
fn no_phones(settings: &SignInSettings, environment: Environment) -> Option<Finding> {
    let vain = settings.policy([]).phone_numbers && !environment.gateway && !environment.lenient;
    vain.then(|| {
        let key = format!("{}.phone_numbers", table_key(""));
        let why = "has no effect on new accounts: without a gateway, nobody can verify a phone";
        Finding::new(Severity::Advice, key, why, "set latchkey.sms.url to your gateway's address")
    })
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;

    fn found(toml: &str) -> Vec<String> {
        let settings: SignInSettings = Figment::from(Toml::string(toml)).extract().unwrap();
        let environment = Environment { gateway: false, lenient: false, contact: true, passkeys: true };
        sign_in(&settings, environment)
            .iter()
            .map(|finding| format!("{}: {finding}", finding.severity))
            .collect()
    }

    #[test]
    fn each_mistake_is_found() {
        for (toml, told) in [
            (
                "second_factor = 'required'\n[role.admin]\nsecond_factor = 'off'",
                "warning: latchkey.sign_in.role.admin.second_factor: off for admins is laxer than required for everybody",
            ),
            (
                "[role.staff]\nsecond_factor = 'required'",
                "warning: latchkey.sign_in.role.admin.second_factor: if_set_up for admins is laxer than required for the role staff",
            ),
            (
                "[role.staff]\nsecond_factor = 'if_set_up'",
                "advice: latchkey.sign_in.role.staff: changes nothing",
            ),
            ("second_factor = 'off'\nfactors = ['totp']", "advice: latchkey.sign_in.factors: has no effect"),
            (
                "['role'.'a b']\nsecond_factor = 'required'",
                "error: latchkey.sign_in.role.a b: no account can have this role",
            ),
            (
                "[role.a.role.b]\nsecond_factor = 'required'",
                "error: latchkey.sign_in.role.a.role: roles cannot contain",
            ),
            (
                "second_factor = 'required'\nfactors = ['sms']",
                "error: latchkey.sign_in.factors: required, but nobody can set one up",
            ),
            ("phone_numbers = true", "advice: latchkey.sign_in.phone_numbers: has no effect on new accounts"),
        ] {
            let found = found(toml);
            assert!(found.iter().any(|finding| finding.starts_with(told)), "{told}: {found:?}");
        }
        for toml in [
            "",
            "second_factor = 'required'",
            "[role.admin]\nsecond_factor = 'required'",
            "second_factor = 'off'\nfactors = ['totp']\n[role.admin]\nsecond_factor = 'required'",
        ] {
            assert_eq!(found(toml), [""; 0], "{toml}");
        }
    }
}
