//! Reviews the second factors that count, beside the way in which people get back in.

use crate::{
    base::factor::FactorKind,
    findings::{Finding, Severity},
    policy::{
        Channel, ResetSettings,
        sign_in::{SecondFactor, SignInSettings, table_key},
    },
};

/// Returns what is worth knowing of tables that choose factors, or require one.
pub fn factors(settings: &SignInSettings, reset: &ResetSettings) -> Vec<Finding> {
    let chosen = settings
        .written()
        .filter(|(_, table)| table.factors.is_some() || table.second_factor == Some(SecondFactor::Required));
    chosen.flat_map(|(role, _)| table(settings, reset, role)).collect()
}

fn table(settings: &SignInSettings, reset: &ResetSettings, role: &str) -> Vec<Finding> {
    let role_name = Some(role).filter(|role| !role.is_empty());
    let (policy, recovery) = (settings.policy(role_name), reset.policy(role_name));
    let key = format!("{}.factors", table_key(role));
    let mut findings = Vec::new();
    if policy.second_factor == SecondFactor::Off {
        return findings;
    }
    let same_mailbox = recovery.channel == Channel::Email && !recovery.needs_phone();
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
        ] {
            assert_eq!(found(settings, reset), expected, "{settings}");
        }
    }
}
