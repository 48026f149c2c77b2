//! Findings about a policy, and none about a good one.

use figment::{
    Figment,
    providers::{Format, Toml},
};

use super::*;
use crate::policy::{Written, own_strategy::Strategies};

const READY: Environment = Environment { gateway: true, lenient: false, contact: true, passkeys: true };

fn validated(toml: &str, environment: Environment) -> Vec<Finding> {
    let written: ResetSettings<Written> = Figment::new().merge(Toml::string(toml)).extract().unwrap();
    settings(&written.resolve(&Strategies::default()).0, environment)
}

/// Returns the severity and key of each finding.
fn found(toml: &str) -> Vec<(Severity, String)> {
    validated(toml, READY).into_iter().map(|finding| (finding.severity, finding.key)).collect()
}

#[test]
fn a_good_policy_is_left_in_peace() {
    let bare = Environment { gateway: false, lenient: false, contact: false, passkeys: true };
    for toml in [
        "",
        "strategy = 'second_key'",
        "role.admin.strategy = 'second_key'",
        "key_ttl = '1h'\nin_flight = 'revoke'",
    ] {
        assert_eq!(validated(toml, bare), [], "{toml}");
    }
}

#[test]
fn each_fault_is_found_under_its_key() {
    use Severity::{Advice, Error, Warning};
    for (toml, severity, key) in [
        ("key_ttl = '3h'", Error, "latchkey.reset.key_ttl"),
        ("key_ttl = '1s'", Error, "latchkey.reset.key_ttl"),
        ("key_ttl = '2m'", Advice, "latchkey.reset.key_ttl"),
        ("key_ttl = '40m'\nrole.x.strategy = 'one_time_login'", Warning, "latchkey.reset.role.x.strategy"),
        ("strategy = 'sms_approved'\nchannel = 'sms'", Error, "latchkey.reset.channel"),
        ("channel = 'sms'\nrole.x.strategy = 'sms_approved'", Error, "latchkey.reset.role.x.strategy"),
        ("role.x.role.y.channel = 'sms'", Error, "latchkey.reset.role.x.role"),
        ("role.'a b'.channel = 'sms'", Error, "latchkey.reset.role.a b"),
        ("strategy = 'generated_password'", Warning, "latchkey.reset.strategy"),
        ("strategy = 'generated_password'", Warning, "latchkey.reset.role.admin.strategy"),
        ("role.x.strategy = 'generated_password'", Warning, "latchkey.reset.role.x.strategy"),
        ("role.admin.strategy = 'one_time_login'", Warning, "latchkey.reset.role.admin.strategy"),
        ("role.admin.in_flight = 'honour'", Warning, "latchkey.reset.role.admin.in_flight"),
        ("role.admin.key_ttl = '1h'", Warning, "latchkey.reset.role.admin.key_ttl"),
        ("role.x.strategy = 'second_key'", Warning, "latchkey.reset.role.admin.strategy"),
        ("strategy = 'one_time_login'", Advice, "latchkey.reset.strategy"),
        ("strategy = 'sms_approved'", Advice, "latchkey.reset.strategy"),
        ("channel = 'sms'", Advice, "latchkey.reset.channel"),
        ("in_flight = 'honour'", Advice, "latchkey.reset.in_flight"),
        ("may_skip = true", Advice, "latchkey.reset.may_skip"),
        ("strategy = 'generated_password'\nlogin_after = false", Advice, "latchkey.reset.login_after"),
        ("role.x.strategy = 'set_then_login'", Advice, "latchkey.reset.role.x"),
        ("approve = []", Error, "latchkey.reset.approve"),
        ("approve = ['totp']", Advice, "latchkey.reset.approve"),
        (
            "strategy = 'sms_approved'\napprove = ['totp']\nrole.admin.approve = ['totp', 'sms']",
            Warning,
            "latchkey.reset.role.admin.approve",
        ),
        (
            "channel = 'sms'\nstrategy = 'sms_approved'\napprove = ['totp', 'sms']",
            Error,
            "latchkey.reset.channel",
        ),
    ] {
        assert!(found(toml).contains(&(severity, key.to_owned())), "{toml}: {:?}", found(toml));
    }
}

#[test]
fn a_setting_that_a_role_makes_use_of_is_not_in_vain() {
    let told = |toml| validated(toml, READY).into_iter().any(|finding| finding.why.contains("no effect"));
    assert!(told("may_skip = true"));
    assert!(!told("may_skip = true\nrole.x.strategy = 'one_time_login'"));
}

#[test]
fn a_longer_life_of_a_stricter_key_is_no_laxness() {
    let toml = "strategy = 'one_time_login'\nrole.admin = { strategy = 'second_key', key_ttl = '1h' }";
    assert!(found(toml).iter().all(|(severity, _)| *severity == Severity::Advice), "{:?}", found(toml));
}

#[test]
fn what_needs_texts_needs_a_gateway_in_release() {
    let severities = |lenient| {
        let findings = validated(
            "role.x.channel = 'sms'",
            Environment { gateway: false, lenient, contact: true, passkeys: true },
        );
        findings.into_iter().map(|finding| finding.severity).collect::<Vec<_>>()
    };
    // The other advice is about text messages as such; it is not laxer that admins may use mail instead.
    assert_eq!(severities(false), [Severity::Error, Severity::Advice]);
    assert_eq!(severities(true), [Severity::Advice, Severity::Advice]);
}

#[test]
fn what_approves_without_texts_needs_no_phone() {
    let bare = Environment { gateway: false, lenient: false, contact: true, passkeys: true };
    let told = |toml| validated(toml, bare);
    assert_eq!(told("strategy = 'sms_approved'\napprove = ['totp', 'passkey']"), []);
    let with_texts = told("strategy = 'sms_approved'\napprove = ['totp', 'sms']");
    assert!(with_texts.iter().any(|finding| finding.why.contains("no gateway")), "{with_texts:?}");
    assert_eq!(
        told("strategy = 'sms_approved'\nchannel = 'sms'\napprove = ['totp']").len(),
        2,
        "the gateway, and the channel"
    );
}
