//! The policy of resets: the settings under `latchkey.reset`, and the policy in force for an account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Channel, applies,
    approve::{Approval, Approvals},
    own_strategy::Strategies,
    setting::Setting,
    strategy::Strategy,
};
use crate::{
    base::{duration::HumanDuration, factor::FactorKind},
    findings::{Finding, Severity},
    store::accounts::AccountRow,
};

/// Treatment of live keys when the policy changes; the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum InFlight {
    /// They are refused.
    Revoke,
    /// They are valid as issued if that is at least as strict as the policy in force.
    Stricter,
    /// They are valid as issued.
    Honour,
}

/// Settings of `latchkey.reset`, or a role's overrides; unset values are inherited. A strategy is a [`Written`] name
/// until it is looked up among those that the site knows.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResetSettings<S = Strategy> {
    /// Strategy by which people get back in. Default: `set_then_login`.
    pub strategy: Option<S>,
    /// Channel of the first key, `email` or `sms`. Default: `email`.
    pub channel: Option<Channel>,
    /// Life of the first key. Default: 10m for `one_time_login` and for sms, otherwise 30m.
    pub key_ttl: Option<HumanDuration>,
    /// Treatment of live keys when the policy changes: `honour`, `stricter` or `revoke`. Default: `stricter`.
    pub in_flight: Option<InFlight>,
    /// Signs people in at the last step. Default: true; `generated_password` always leads through sign-in.
    pub login_after: Option<bool>,
    /// Lets people skip the new password under `one_time_login`. Default: false.
    pub may_skip: Option<bool>,
    /// What approves a reset under `sms_approved`: `sms`, `totp` and `passkey`. Default: `sms`.
    pub approve: Option<Approvals>,
    /// Overrides of roles, by name. A role has no roles of its own.
    pub role: BTreeMap<String, ResetSettings<S>>,
}

/// The policy in force for an account; a key keeps the one it was issued under.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Policy<S = Strategy> {
    /// Strategy by which its owner gets back in.
    pub strategy: S,
    /// Channel of the first key.
    pub channel: Channel,
    /// Life of the first key.
    pub key_ttl: HumanDuration,
    /// Treatment of live keys when this policy changes.
    pub in_flight: InFlight,
    /// Signs people in at the last step.
    pub login_after: bool,
    /// Lets people skip the new password under `one_time_login`.
    pub may_skip: bool,
    /// What approves a reset under `sms_approved`.
    #[serde(default, skip_serializing_if = "Approvals::is_texts")]
    pub approve: Approvals,
    /// True if an admin granted it once, in place of the policy in force.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub granted: bool,
}

/// The name of a strategy as it is written.
pub type Written = String;

impl<S> Default for ResetSettings<S> {
    fn default() -> Self {
        Self {
            strategy: None,
            channel: None,
            key_ttl: None,
            in_flight: None,
            login_after: None,
            may_skip: None,
            approve: None,
            role: BTreeMap::new(),
        }
    }
}

impl ResetSettings<Written> {
    /// Returns the settings with their strategies, and a finding for each that is unknown and therefore left out.
    pub fn resolve(&self, known: &Strategies) -> (ResetSettings, Vec<Finding>) {
        self.resolve_table("", known)
    }

    fn resolve_table(&self, role: &str, known: &Strategies) -> (ResetSettings, Vec<Finding>) {
        let strategy = self.strategy.as_deref().and_then(|name| known.find(name));
        let mut unknown = Vec::new();
        if let (Some(name), None) = (&self.strategy, strategy) {
            let names: Vec<_> = known.all().iter().map(|strategy| strategy.name()).collect();
            let (last, others) = names.split_last().expect("there are five of ours");
            let key = format!("{}.strategy", table_key(role));
            let (why, remedy) =
                (format!("`{name}` is unknown"), format!("write {} or {last}", others.join(", ")));
            unknown.push(Finding::new(Severity::Error, key, why, remedy));
        }
        let mut roles = BTreeMap::new();
        for (role, table) in &self.role {
            let (table, more) = table.resolve_table(role, known);
            roles.insert(role.clone(), table);
            unknown.extend(more);
        }
        let Self { channel, key_ttl, in_flight, login_after, may_skip, approve, .. } = *self;
        let table = ResetSettings {
            strategy,
            channel,
            key_ttl,
            in_flight,
            login_after,
            may_skip,
            approve,
            role: roles,
        };
        (table, unknown)
    }
}

impl Policy<Written> {
    /// Returns the policy with its strategy; `None` if that is unknown.
    pub(super) fn resolve(self, known: &Strategies) -> Option<Policy> {
        let Self { strategy, channel, key_ttl, in_flight, login_after, may_skip, approve, granted } = self;
        let strategy = known.find(&strategy)?;
        Some(Policy { strategy, channel, key_ttl, in_flight, login_after, may_skip, approve, granted })
    }
}

impl ResetSettings {
    fn over(&self, base: &ResetSettings) -> ResetSettings {
        ResetSettings {
            strategy: self.strategy.or(base.strategy),
            channel: self.channel.or(base.channel),
            key_ttl: self.key_ttl.or(base.key_ttl),
            in_flight: self.in_flight.or(base.in_flight),
            login_after: self.login_after.or(base.login_after),
            may_skip: self.may_skip.or(base.may_skip),
            approve: self.approve.or(base.approve),
            role: BTreeMap::new(),
        }
    }

    fn alone(&self) -> Policy {
        let strategy = self.strategy.unwrap_or(Strategy::SetThenLogin);
        let channel = self.channel.unwrap_or(Channel::Email);
        Policy {
            strategy,
            channel,
            key_ttl: self.key_ttl.unwrap_or(HumanDuration::minutes(30)).min(longest(strategy, channel)),
            in_flight: self.in_flight.unwrap_or(InFlight::Stricter),
            login_after: self.login_after.unwrap_or(true),
            may_skip: self.may_skip.unwrap_or(false),
            approve: self.approve.unwrap_or_default(),
            granted: false,
        }
    }
}

impl Policy {
    fn strictest(self, other: Policy) -> Policy {
        Policy {
            strategy: self.strategy.min(other.strategy),
            channel: self.channel.min(other.channel),
            key_ttl: self.key_ttl.min(other.key_ttl),
            in_flight: self.in_flight.min(other.in_flight),
            login_after: self.login_after && other.login_after,
            may_skip: self.may_skip && other.may_skip,
            approve: self.approve.min(other.approve),
            granted: false,
        }
    }

    /// Returns the account's address if the holder of its key knows it, from the mail or from signing in with a
    /// generated password; empty if the key came by text message.
    pub fn known_address<'a>(&self, account: &'a AccountRow) -> &'a str {
        if self.channel == Channel::Email { &account.email } else { "" }
    }

    /// True if nobody gets back in without a phone.
    pub fn needs_phone(&self) -> bool {
        self.strategy.needs_phone() && !self.is_approved_by_factors() || self.channel == Channel::Sms
    }

    /// True if some people may not get back in on their own.
    pub fn may_need_help(&self) -> bool {
        self.strategy.needs_phone() || self.channel == Channel::Sms
    }

    /// True if it sends text messages.
    pub fn texts(&self) -> bool {
        self.needs_phone() || self.is_approved_by(Approval::Sms)
    }

    /// True if it depends on one phone alone, for the key and for what else it requires.
    pub fn is_one_phone(&self) -> bool {
        let texts = self.strategy != Strategy::SmsApproved || self.approve.has(Approval::Sms);
        self.channel == Channel::Sms && self.strategy.needs_phone() && texts
    }

    /// True if a reset under it may be approved in this way.
    pub fn is_approved_by(&self, way: Approval) -> bool {
        self.strategy == Strategy::SmsApproved && self.approve.has(way)
    }

    /// True if a reset under it may be approved by second factors.
    pub fn is_approved_by_factors(&self) -> bool {
        self.strategy == Strategy::SmsApproved && !self.approve.is_texts()
    }

    /// True if somebody with these factors, and a usable phone or none, can get back in.
    pub fn admits(&self, has_phone: bool, factors: impl Iterator<Item = FactorKind>) -> bool {
        let held: Vec<_> = factors.collect();
        let approves = |way: Approval| match way {
            Approval::Sms => has_phone,
            factor => held.contains(&factor.factor()),
        };
        match self.strategy {
            _ if self.channel == Channel::Sms && !has_phone => false,
            Strategy::SmsApproved => self.approve.all().any(approves),
            strategy => has_phone || !strategy.needs_phone(),
        }
    }

    /// True if a key issued under `issued` is still valid, now that `self` is in force for its account. One that an
    /// admin granted always is: it exists because the policy in force cannot be met.
    pub fn accepts(&self, issued: &Policy) -> bool {
        match self.in_flight {
            _ if issued.granted => true,
            InFlight::Honour => true,
            InFlight::Revoke => issued == self,
            InFlight::Stricter => {
                let mut counting = Setting::all().iter().filter(|setting| **setting != Setting::InFlight);
                counting.all(|setting| !setting.is_laxer(issued, self))
            }
        }
    }
}

impl ResetSettings {
    /// Returns the policy for an account with these roles: for each setting, the strictest value any of them asks for.
    pub fn policy<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> Policy {
        let asks = roles.into_iter().map(|role| match self.role.get(role) {
            Some(ask) => ask.over(self).alone(),
            None => self.alone(),
        });
        let policy = asks.reduce(Policy::strictest).unwrap_or_else(|| self.alone());
        Policy { key_ttl: policy.key_ttl.min(longest(policy.strategy, policy.channel)), ..policy }
    }

    /// True if the table of `role` applies to an account with these roles. The base, `""`, applies if the account has
    /// no role, or one without a table.
    pub fn asks<'a>(&self, role: &str, held: impl Iterator<Item = &'a str>) -> bool {
        applies(&self.role, role, held)
    }

    /// Returns every table with the policy that results from it alone: the base under the name `""`.
    pub fn tables(&self) -> impl Iterator<Item = (&str, Policy)> {
        let roles = self.role.iter().map(|(role, ask)| (role.as_str(), ask.over(self).alone()));
        std::iter::once(("", self.alone())).chain(roles)
    }
}

/// Returns the key of a role's table; the base's for `""`.
pub fn table_key(role: &str) -> String {
    if role.is_empty() { "latchkey.reset".into() } else { format!("latchkey.reset.role.{role}") }
}

/// Returns the longest life of a first key.
pub fn longest(strategy: Strategy, channel: Channel) -> HumanDuration {
    let by_phone = HumanDuration::minutes(if channel == Channel::Sms { 10 } else { 60 });
    strategy.longest().min(by_phone)
}

#[cfg(test)]
mod tests;
