//! Reviews the second factors that count, and those that approve a reset, beside each other.

use crate::{
    base::factor::FactorKind,
    findings::{Finding, Severity},
    policy::{
        Policy, ResetSettings,
        approve::Approval,
        sign_in::{SecondFactor, SignInSettings, table_key},
        table_key as reset_table_key,
    },
};

/// Returns what is worth knowing of tables that choose factors, or require one.
pub fn factors(settings: &SignInSettings, reset: &ResetSettings) -> Vec<Finding> {
    let chosen = settings
        .written()
        .filter(|(_, table)| table.factors.is_some() || table.second_factor == Some(SecondFactor::Required));
    let chosen = chosen.flat_map(|(role, _)| table(settings, reset, role));
    chosen
        .chain(reset.tables().flat_map(|(role, policy)| approving(settings, reset, role, &policy)))
        .collect()
}

/// Warns of factors that approve a reset, and that nobody can set up.
fn approving(
    settings: &SignInSettings,
    reset: &ResetSettings,
    role: &str,
    policy: &Policy,
) -> Option<Finding> {
    let table = reset.role.get(role).unwrap_or(reset);
    let says = table.approve.is_some() || table.strategy.is_some();
    let sign_in = settings.policy(Some(role).filter(|role| !role.is_empty()));
    let lacks = |way: &Approval| !sign_in.is_on() || !sign_in.counts(way.factor());
    let way = policy.approve.factors().find(lacks).filter(|way| says && policy.is_approved_by(*way))?;
    Some(Finding::new(
        Severity::Warning,
        format!("{}.approve", reset_table_key(role)),
        format!("nobody can set up the factor {}: latchkey.sign_in does not count it", way.name()),
        "leave it out, or let it count there",
    ))
}

fn table(settings: &SignInSettings, reset: &ResetSettings, role: &str) -> Vec<Finding> {
    let role_name = Some(role).filter(|role| !role.is_empty());
    let (policy, recovery) = (settings.policy(role_name), reset.policy(role_name));
    let key = format!("{}.factors", table_key(role));
    let mut findings = Vec::new();
    if policy.second_factor == SecondFactor::Off {
        return findings;
    }
    let same_mailbox = !recovery.may_need_help();
    if policy.counts(FactorKind::Email) && same_mailbox {
        findings.push(Finding::new(
            Severity::Warning,
            &key,
            "a code by email counts, and a reset is mailed: whoever reads the mailbox has both",
            "leave \"email\" out, or choose strategy = \"sms_approved\"",
        ));
    }
    if policy.counts(FactorKind::Sms) {
        findings.push(Finding::new(
            Severity::Advice,
            &key,
            "codes by text message are restricted in NIST SP 800-63B-4: numbers are taken over by fraud at the carrier",
            "leave \"sms\" out where accounts are worth that much",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;
    use crate::policy::{Written, own_strategy::Strategies};

    fn found(settings: &str, reset: &str) -> Vec<(Severity, String)> {
        let read = |toml: &str| Figment::new().merge(Toml::string(toml));
        let reset: ResetSettings<Written> = read(reset).extract().unwrap();
        let found = factors(&read(settings).extract().unwrap(), &reset.resolve(&Strategies::default()).0);
        found.into_iter().map(|finding| (finding.severity, finding.key)).collect()
    }

    #[test]
    fn factors_are_judged_where_they_are_chosen() {
        use Severity::{Advice, Warning};
        let of = |severity, role: &str| (severity, format!("latchkey.sign_in{role}.factors"));
        let approve = |role: &str| (Warning, format!("latchkey.reset{role}.approve"));
        let both = |role| vec![of(Warning, role), of(Advice, role)];
        for (settings, reset, expected) in [
            ("", "", Vec::new()),
            ("factors = ['totp']", "", Vec::new()),
            ("factors = ['totp', 'email']", "", vec![of(Warning, "")]),
            ("factors = ['email']", "strategy = 'sms_approved'", Vec::new()),
            ("factors = ['email']", "channel = 'sms'", Vec::new()),
            ("factors = ['sms']", "", vec![of(Advice, "")]),
            ("factors = ['sms']\nsecond_factor = 'off'", "", Vec::new()),
            ("second_factor = 'required'", "", both("")),
            ("role.admin.second_factor = 'required'", "", both(".role.admin")),
            ("role.admin.factors = ['totp']", "", Vec::new()),
            ("factors = ['totp']", "strategy = 'sms_approved'\napprove = ['totp', 'sms']", Vec::new()),
            ("", "approve = ['totp']\nrole.a.strategy = 'sms_approved'", Vec::new()),
            ("second_factor = 'off'", "approve = ['totp']\nstrategy = 'sms_approved'", vec![approve("")]),
            (
                "factors = ['totp']",
                "role.a = { approve = ['passkey'], strategy = 'sms_approved' }",
                vec![approve(".role.a")],
            ),
        ] {
            assert_eq!(found(settings, reset), expected, "{settings}");
        }
    }
}
