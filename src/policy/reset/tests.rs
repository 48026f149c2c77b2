//! Laws of the policy in force, for any tables, roles and policies.

use proptest::{
    collection::{btree_map, vec},
    option::of,
    prelude::{Strategy as Generator, any, prop_assert, prop_assert_eq, proptest},
    sample::select,
};

use super::*;
use crate::store::StoredPolicy;

const ROLES: [&str; 4] = ["admin", "editor", "guest", "staff"];
/// A role that never has a table.
const PLAIN: &str = "plain";

fn spans() -> impl Generator<Value = HumanDuration> {
    (1..=90_u64).prop_map(HumanDuration::minutes)
}

fn rules() -> impl Generator<Value = InFlight> {
    select(vec![InFlight::Revoke, InFlight::Stricter, InFlight::Honour])
}

fn channels() -> impl Generator<Value = Channel> {
    select(vec![Channel::Email, Channel::Sms])
}

fn approvals() -> impl Generator<Value = Approvals> {
    vec(select(vec![Approval::Passkey, Approval::Totp, Approval::Sms]), 1..=3).prop_map(Approvals::from)
}

fn table() -> impl Generator<Value = ResetSettings> {
    let strategy = of(select(Strategy::all().to_vec()));
    let flags = (of(any::<bool>()), of(any::<bool>()));
    (strategy, of(channels()), of(spans()), of(rules()), flags, of(approvals())).prop_map(
        |(strategy, channel, key_ttl, in_flight, (login_after, may_skip), approve)| ResetSettings {
            strategy,
            channel,
            key_ttl,
            in_flight,
            login_after,
            may_skip,
            approve,
            role: BTreeMap::new(),
        },
    )
}

fn settings() -> impl Generator<Value = ResetSettings> {
    let roles = btree_map(select(ROLES.map(str::to_owned).to_vec()), table(), 0..=ROLES.len());
    (table(), roles).prop_map(|(base, role)| ResetSettings { role, ..base })
}

fn held() -> impl Generator<Value = Vec<&'static str>> {
    vec(select([&ROLES[..], &[PLAIN]].concat()), 0..=5)
}

fn policies() -> impl Generator<Value = Policy> {
    settings().prop_map(|settings| settings.policy([]))
}

/// Returns the first setting in which `one` is laxer than `other`.
fn laxer(one: &Policy, other: &Policy) -> Option<&'static str> {
    let settings = Setting::all().iter();
    settings.filter(|setting| setting.order(one, other).is_gt()).map(|setting| setting.name()).next()
}

proptest! {
    #[test]
    fn no_setting_is_laxer_than_any_role_asks(settings in settings(), held in held()) {
        let policy = settings.policy(held.iter().copied());
        for role in &held {
            prop_assert_eq!(laxer(&policy, &settings.policy([*role])), None);
            let ask = settings.role.get(*role).unwrap_or(&settings);
            prop_assert!(ask.strategy.is_none_or(|ask| policy.strategy <= ask));
            prop_assert!(ask.key_ttl.is_none_or(|ask| policy.key_ttl <= ask));
            prop_assert!(ask.in_flight.is_none_or(|ask| policy.in_flight <= ask));
            prop_assert!(ask.channel.is_none_or(|ask| policy.channel <= ask));
            prop_assert!(ask.login_after != Some(false) || !policy.login_after);
            prop_assert!(ask.may_skip != Some(false) || !policy.may_skip);
            prop_assert!(ask.approve.is_none_or(|ask| policy.approve <= ask));
        }
    }

    #[test]
    fn every_setting_is_one_that_a_role_asks(settings in settings(), held in held()) {
        let policy = settings.policy(held.iter().copied());
        let asks: Vec<_> = match held.len() {
            0 => vec![settings.policy([])],
            _ => held.iter().map(|role| settings.policy([*role])).collect(),
        };
        for setting in Setting::all() {
            let asked = asks.iter().any(|ask| setting.of(ask) == setting.of(&policy));
            // A lifetime may be shortened to the longest that another role's strategy allows.
            prop_assert!(asked || *setting == Setting::KeyTtl, "{} is {}", setting.name(), setting.of(&policy));
        }
    }

    #[test]
    fn another_role_makes_nothing_laxer(settings in settings(), held in held(), more in select(ROLES.to_vec())) {
        if !held.is_empty() {
            let with = settings.policy(held.iter().copied().chain([more]));
            prop_assert_eq!(laxer(&with, &settings.policy(held)), None);
        }
    }

    #[test]
    fn the_order_of_roles_does_not_matter(settings in settings(), held in held(), turn in 0..5_usize) {
        let mut turned = held.clone();
        turned.rotate_left(turn.min(held.len()));
        prop_assert_eq!(settings.policy(turned.iter().copied()), settings.policy(held.iter().copied()));
        turned.reverse();
        prop_assert_eq!(settings.policy(turned), settings.policy(held));
    }

    #[test]
    fn a_role_without_a_table_asks_for_the_base(settings in settings(), held in held()) {
        prop_assert_eq!(settings.policy([PLAIN]), settings.policy([]));
        prop_assert!(settings.asks("", [PLAIN].into_iter()) && settings.asks("", [].into_iter()));
        if settings.asks("", held.iter().copied()) {
            prop_assert_eq!(laxer(&settings.policy(held), &settings.policy([])), None);
        }
    }

    #[test]
    fn no_key_lives_longer_than_its_strategy_and_channel_allow(settings in settings(), held in held()) {
        let policy = settings.policy(held);
        prop_assert!(policy.key_ttl <= longest(policy.strategy, policy.channel));
    }

    #[test]
    fn nobody_comes_to_rest_on_one_phone_unless_one_table_says_so(settings in settings(), held in held()) {
        let said = settings.tables().any(|(_, policy)| policy.is_one_phone());
        prop_assert!(said || !settings.policy(held).is_one_phone());
    }

    #[test]
    fn a_key_of_the_policy_in_force_is_good(policy in policies()) {
        prop_assert!(policy.accepts(&policy));
        prop_assert_eq!(Policy::read(Some(&policy.stored()), &Strategies::default()), Some(policy));
    }

    #[test]
    fn revoke_accepts_the_same_policy_alone(now in policies(), issued in policies()) {
        let now = Policy { in_flight: InFlight::Revoke, ..now };
        prop_assert_eq!(now.accepts(&issued), now == issued);
    }

    #[test]
    fn honour_accepts_every_policy(now in policies(), issued in policies()) {
        let now = Policy { in_flight: InFlight::Honour, ..now };
        prop_assert!(now.accepts(&issued));
    }

    #[test]
    fn stricter_accepts_what_is_laxer_in_nothing(now in policies(), issued in policies()) {
        let now = Policy { in_flight: InFlight::Stricter, ..now };
        let same = issued.strategy == now.strategy;
        let strict = issued.strategy <= now.strategy
            && (!same || issued.channel <= now.channel)
            && (!same || issued.channel != now.channel || issued.key_ttl <= now.key_ttl)
            && (now.login_after || !issued.login_after)
            && (now.may_skip || !issued.may_skip)
            && (!same || now.strategy != Strategy::SmsApproved || issued.approve <= now.approve);
        prop_assert_eq!(now.accepts(&issued), strict);
    }
}

#[test]
fn a_longer_life_is_refused_within_one_strategy_alone() {
    let policy = |text: &str| {
        let stored = StoredPolicy::new(text.to_owned());
        Policy::read(Some(&stored), &Strategies::default()).expect("a policy")
    };
    let with = |strategy: &str, ttl: &str| {
        policy(&format!(
            r#"{{"strategy":"{strategy}","channel":"email","key_ttl":"{ttl}","in_flight":"stricter","login_after":true,"may_skip":false}}"#
        ))
    };
    let now = with("set_then_login", "10m");
    assert!(now.accepts(&with("set_then_login", "5m")));
    assert!(!now.accepts(&with("set_then_login", "30m")));
    assert!(now.accepts(&with("second_key", "30m")));
    assert!(!now.accepts(&with("one_time_login", "5m")));
}

#[test]
fn a_stored_policy_that_this_version_does_not_know_is_none() {
    let stored = ResetSettings::default().policy([]).stored();
    assert!(Policy::read(Some(&stored), &Strategies::default()).is_some());
    for text in ["", "{}", &stored.json().replace("set_then_login", "pigeon")] {
        assert_eq!(
            Policy::read(Some(&StoredPolicy::new(text.to_owned())), &Strategies::default()),
            None,
            "{text}"
        );
    }
    assert_eq!(Policy::read(None, &Strategies::default()), None);
}

#[test]
fn an_unknown_strategy_is_found_with_its_key() {
    let written = ResetSettings::<Written> {
        role: BTreeMap::from([(
            "x".to_owned(),
            ResetSettings { strategy: Some("pigeon".into()), ..ResetSettings::default() },
        )]),
        ..ResetSettings::default()
    };
    let (_, unknown) = written.resolve(&Strategies::default());
    let told: Vec<_> = unknown.iter().map(Finding::to_string).collect();
    let known = "sms_approved, second_key, set_then_login, one_time_login or generated_password";
    assert_eq!(told, [format!("latchkey.reset.role.x.strategy: `pigeon` is unknown: write {known}")]);
}
