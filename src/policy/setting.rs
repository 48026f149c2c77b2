//! The settings of a policy one by one: what each is called, what it says, and which of two values is the stricter.

use std::{cmp::Ordering, collections::BTreeSet};

use strum::VariantArray;

use super::{Policy, ResetSettings};

/// One setting of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Setting {
    /// How people get back in.
    Strategy,
    /// How the first key travels.
    Channel,
    /// How long the first key is good.
    KeyTtl,
    /// What becomes of live keys when the policy changes.
    InFlight,
    /// Whether the last step signs in.
    LoginAfter,
    /// Whether `one_time_login` lets people go on without a new password.
    MaySkip,
}

/// What becomes of one policy in another, as `strategy set_then_login -> second_key`; a role's changes after its name.
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
    /// Every setting, in the order of `Rocket.toml`.
    pub fn all() -> &'static [Setting] {
        Self::VARIANTS
    }

    /// Its name in `Rocket.toml`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What a policy says, as it stands in `Rocket.toml` without quotes.
    pub fn of(self, policy: &Policy) -> String {
        match self {
            Setting::Strategy => policy.strategy.to_string(),
            Setting::Channel => policy.channel.to_string(),
            Setting::KeyTtl => policy.key_ttl.to_string(),
            Setting::InFlight => policy.in_flight.to_string(),
            Setting::LoginAfter => policy.login_after.to_string(),
            Setting::MaySkip => policy.may_skip.to_string(),
        }
    }

    /// Whether a table sets it by itself.
    pub fn is_set(self, table: &ResetSettings) -> bool {
        match self {
            Setting::Strategy => table.strategy.is_some(),
            Setting::Channel => table.channel.is_some(),
            Setting::KeyTtl => table.key_ttl.is_some(),
            Setting::InFlight => table.in_flight.is_some(),
            Setting::LoginAfter => table.login_after.is_some(),
            Setting::MaySkip => table.may_skip.is_some(),
        }
    }

    /// How strict `one` is against `other`, of this setting alone: `Less` is stricter.
    pub fn order(self, one: &Policy, other: &Policy) -> Ordering {
        match self {
            Setting::Strategy => one.strategy.cmp(&other.strategy),
            Setting::Channel => one.channel.cmp(&other.channel),
            Setting::KeyTtl => one.key_ttl.cmp(&other.key_ttl),
            Setting::InFlight => one.in_flight.cmp(&other.in_flight),
            Setting::LoginAfter => one.login_after.cmp(&other.login_after),
            Setting::MaySkip => one.may_skip.cmp(&other.may_skip),
        }
    }

    /// Whether `one` is laxer than `other` in this setting. A channel counts within one strategy, a lifetime within one
    /// strategy and channel: the longer life of a stricter key is no laxness.
    pub fn is_laxer(self, one: &Policy, other: &Policy) -> bool {
        let comparable = match self {
            Setting::Channel => one.strategy == other.strategy,
            Setting::KeyTtl => one.strategy == other.strategy && one.channel == other.channel,
            _ => true,
        };
        comparable && self.order(one, other) == Ordering::Greater
    }
}
