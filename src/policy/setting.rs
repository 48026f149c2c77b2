//! The settings of a policy one by one: their names, values and order of strictness.

use std::{cmp::Ordering, collections::BTreeSet};

use strum::VariantArray;

use super::{Policy, ResetSettings, strategy::Strategy};

/// One setting of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Setting {
    /// Strategy by which people get back in.
    Strategy,
    /// Channel of the first key.
    Channel,
    /// Life of the first key.
    KeyTtl,
    /// Treatment of live keys when the policy changes.
    InFlight,
    /// Signing in at the last step.
    LoginAfter,
    /// Skipping the new password under `one_time_login`.
    MaySkip,
    /// What approves a reset under `sms_approved`.
    Approve,
}

/// Describes the changes from one policy to another, as `strategy set_then_login -> second_key`; those of a role follow
/// its name.
pub fn changes(old: &ResetSettings, new: &ResetSettings) -> String {
    let roles: BTreeSet<&str> = old.tables().chain(new.tables()).map(|(role, _)| role).collect();
    let table = |role: &str| {
        let policy = |side: &ResetSettings| side.policy(Some(role).filter(|role| !role.is_empty()));
        let (was, is) = (policy(old), policy(new));
        let changed = Setting::all().iter().filter(|setting| setting.of(&was) != setting.of(&is));
        let told =
            changed.map(|setting| format!("{} {} -> {}", setting.name(), setting.of(&was), setting.of(&is)));
        let told: Vec<_> = told.collect();
        let whose = if role.is_empty() { String::new() } else { format!("{role}: ") };
        (!told.is_empty()).then(|| format!("{whose}{}", told.join(", ")))
    };
    roles.into_iter().filter_map(table).collect::<Vec<_>>().join("; ")
}

impl Setting {
    /// Returns every setting, in the order of `Rocket.toml`.
    pub fn all() -> &'static [Setting] {
        Self::VARIANTS
    }

    /// Returns its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns its value in a policy, as in `Rocket.toml` without quotes.
    pub fn of(self, policy: &Policy) -> String {
        match self {
            Setting::Strategy => policy.strategy.to_string(),
            Setting::Channel => policy.channel.to_string(),
            Setting::KeyTtl => policy.key_ttl.to_string(),
            Setting::InFlight => policy.in_flight.to_string(),
            Setting::LoginAfter => policy.login_after.to_string(),
            Setting::MaySkip => policy.may_skip.to_string(),
            Setting::Approve => policy.approve.to_string(),
        }
    }

    /// True if a table sets it itself.
    pub fn is_set(self, table: &ResetSettings) -> bool {
        match self {
            Setting::Strategy => table.strategy.is_some(),
            Setting::Channel => table.channel.is_some(),
            Setting::KeyTtl => table.key_ttl.is_some(),
            Setting::InFlight => table.in_flight.is_some(),
            Setting::LoginAfter => table.login_after.is_some(),
            Setting::MaySkip => table.may_skip.is_some(),
            Setting::Approve => table.approve.is_some(),
        }
    }

    /// Compares the strictness of two policies in this setting: `Less` is stricter.
    pub fn order(self, one: &Policy, other: &Policy) -> Ordering {
        match self {
            Setting::Strategy => one.strategy.cmp(&other.strategy),
            Setting::Channel => one.channel.cmp(&other.channel),
            Setting::KeyTtl => one.key_ttl.cmp(&other.key_ttl),
            Setting::InFlight => one.in_flight.cmp(&other.in_flight),
            Setting::LoginAfter => one.login_after.cmp(&other.login_after),
            Setting::MaySkip => one.may_skip.cmp(&other.may_skip),
            Setting::Approve => one.approve.cmp(&other.approve),
        }
    }

    /// True if `one` is laxer than `other` in this setting. Channels are compared within one strategy, lifetimes within
    /// one strategy and channel, and what approves within `sms_approved`: a longer life of a stricter key is not laxer.
    pub fn is_laxer(self, one: &Policy, other: &Policy) -> bool {
        let comparable = match self {
            Setting::Channel => one.strategy == other.strategy,
            Setting::KeyTtl => one.strategy == other.strategy && one.channel == other.channel,
            Setting::Approve => [one, other].iter().all(|it| it.strategy == Strategy::SmsApproved),
            _ => true,
        };
        comparable && self.order(one, other) == Ordering::Greater
    }
}
