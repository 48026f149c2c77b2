//! Findings about one table of the policy: the base, or the overrides of a role.

use super::{
    super::{
        Channel, InFlight, Policy, ResetSettings, approve::Approval, longest, strategy::Strategy, table_key,
    },
    Environment, role_name,
};
use crate::{
    base::{
        duration::HumanDuration,
        role::{Administrator, Role},
    },
    findings::{Finding, Severity},
};

/// Shortest life of a key in which a message can arrive.
const SHORTEST: HumanDuration = HumanDuration::minutes(1);
/// Time for which greylisting servers delay a first mail.
const GREYLISTED: HumanDuration = HumanDuration::minutes(5);

/// A table, with the policy that results from it.
pub struct Table<'a> {
    role: &'a str,
    ask: &'a ResetSettings,
    base: &'a ResetSettings,
    /// Policy for an account with only this role.
    pub policy: Policy,
}

impl<'a> Table<'a> {
    /// Returns every table, the base first.
    pub fn all(base: &'a ResetSettings) -> impl Iterator<Item = Table<'a>> {
        base.tables().map(move |(role, policy)| {
            let ask = base.role.get(role).filter(|_| !role.is_empty()).unwrap_or(base);
            Table { role, ask, base, policy }
        })
    }

    /// Returns all findings about this table.
    pub fn validate(&self, environment: Environment) -> impl Iterator<Item = Finding> {
        [
            self.name(),
            self.nested(),
            self.lifetime(),
            self.one_phone(),
            self.no_gateway(environment),
            self.risk(),
            self.texts(),
            self.honours(),
            self.skips(),
            self.signs_in(),
            self.approves(),
            self.changes_nothing(),
        ]
        .into_iter()
        .flatten()
    }

    fn is_base(&self) -> bool {
        self.role.is_empty()
    }

    /// Creates a finding about the key `name` of this table, or about the table itself if `name` is empty.
    fn find(
        &self,
        severity: Severity,
        name: &str,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        let table = table_key(self.role);
        let key = if name.is_empty() { table } else { format!("{table}.{name}") };
        Finding::new(severity, key, why, remedy)
    }

    /// True if this table itself sets the strategy or channel asked about; always true of the base.
    fn says(&self, strategy: bool, channel: bool) -> bool {
        self.is_base() || strategy && self.ask.strategy.is_some() || channel && self.ask.channel.is_some()
    }

    /// Returns the key to blame: `channel` if this table sets it, else `strategy`, or `approve` if it sets that alone.
    fn means(&self) -> &'static str {
        match (self.ask.channel, &self.ask.strategy, self.ask.approve) {
            (Some(_), ..) => "channel",
            (None, None, Some(_)) => "approve",
            _ => "strategy",
        }
    }

    /// True if a setting of this table affects such a policy; the base's settings are also inherited.
    fn meets(&self, like: impl Fn(&Policy) -> bool) -> bool {
        like(&self.policy) || self.is_base() && self.base.tables().any(|(_, policy)| like(&policy))
    }

    fn name(&self) -> Option<Finding> {
        if self.is_base() { None } else { role_name(self.role, table_key(self.role)) }
    }

    fn nested(&self) -> Option<Finding> {
        let nested = !self.is_base() && !self.ask.role.is_empty();
        nested.then(|| {
            let remedy = "write [default.latchkey.reset.role.NAME] for each role";
            self.find(Severity::Error, "role", "roles cannot contain other roles", remedy)
        })
    }

    fn lifetime(&self) -> Option<Finding> {
        let (strategy, channel) = (self.policy.strategy, self.policy.channel);
        let most = longest(strategy, channel);
        match (self.ask.key_ttl, self.base.key_ttl) {
            (Some(ttl), _) if ttl > most => Some(self.find(
                Severity::Error,
                "key_ttl",
                format!("\"{ttl}\" is too long for {strategy} by {channel}"),
                format!("write at most \"{most}\""),
            )),
            (Some(ttl), _) if ttl < SHORTEST => Some(self.find(
                Severity::Error,
                "key_ttl",
                format!("\"{ttl}\" is too short for a message to arrive"),
                format!("write at least \"{SHORTEST}\""),
            )),
            (Some(ttl), _) if ttl < GREYLISTED && channel == Channel::Email => Some(self.find(
                Severity::Advice,
                "key_ttl",
                format!("greylisted email can arrive later than \"{ttl}\" after it was sent"),
                format!("write at least \"{GREYLISTED}\""),
            )),
            (None, Some(ttl)) if ttl > most => Some(self.find(
                Severity::Warning,
                self.means(),
                format!(
                    "inherits key_ttl = \"{ttl}\", too long for {strategy} by {channel}: \"{most}\" is used"
                ),
                format!("write key_ttl = \"{most}\" beside it"),
            )),
            _ => None,
        }
    }

    fn one_phone(&self) -> Option<Finding> {
        let alone = self.policy.is_one_phone();
        (alone && (self.says(true, true) || self.ask.approve.is_some())).then(|| {
            let why = format!("{} with channel = \"sms\" depends on the phone alone", self.policy.strategy);
            self.find(Severity::Error, self.means(), why, "write channel = \"email\" in this table")
        })
    }

    fn no_gateway(&self, environment: Environment) -> Option<Finding> {
        let says = self.says(true, true) || self.ask.approve.is_some();
        (self.policy.texts() && !environment.gateway && says).then(|| {
            let remedy = "set latchkey.sms.url to your gateway's address";
            if environment.lenient {
                let why =
                    "texts stay at /dev/mailbox, and a release build refuses to start without a gateway";
                self.find(Severity::Advice, self.means(), why, remedy)
            } else {
                let why = "needs text messages, but no gateway is configured";
                self.find(Severity::Error, self.means(), why, remedy)
            }
        })
    }

    fn risk(&self) -> Option<Finding> {
        let risk = self.policy.strategy.risk().filter(|_| self.says(true, false))?;
        // The one of sms_approved is about texts.
        if self.policy.strategy == Strategy::SmsApproved && !self.policy.approve.has(Approval::Sms) {
            return None;
        }
        // The finding about admins says more.
        let said = self.role == Administrator::NAME && self.policy.strategy == Strategy::GeneratedPassword;
        (!said).then(|| self.find(risk.severity, "strategy", risk.why, risk.remedy))
    }

    fn texts(&self) -> Option<Finding> {
        let texted = self.policy.channel == Channel::Sms && self.says(false, true);
        texted.then(|| {
            let why =
                "anybody who takes over the number gets the link: text messages can be redirected (ASVS 6.6.1)";
            self.find(
                Severity::Advice,
                "channel",
                why,
                "write channel = \"email\" unless people have no mailbox",
            )
        })
    }

    fn honours(&self) -> Option<Finding> {
        (self.ask.in_flight == Some(InFlight::Honour)).then(|| {
            let why = "after a change to a stricter policy, links of the old one work until they expire";
            self.find(Severity::Advice, "in_flight", why, "write in_flight = \"stricter\"")
        })
    }

    fn skips(&self) -> Option<Finding> {
        let skips = self.ask.may_skip == Some(true);
        if skips && !self.meets(|policy| policy.strategy == Strategy::OneTimeLogin) {
            let why = format!("has no effect with {}", self.policy.strategy);
            return Some(self.find(
                Severity::Advice,
                "may_skip",
                why,
                "remove it, or write strategy = \"one_time_login\"",
            ));
        }
        skips.then(|| {
            let why = "people who skip the new password keep an old one that they do not know";
            self.find(Severity::Advice, "may_skip", why, "remove it, unless people never use a password")
        })
    }

    fn signs_in(&self) -> Option<Finding> {
        let twice = self.ask.login_after == Some(false)
            && self.meets(|policy| policy.strategy == Strategy::GeneratedPassword && !policy.login_after);
        twice.then(|| {
            let why = "makes people under generated_password sign in twice, since it begins with signing in";
            self.find(Severity::Advice, "login_after", why, "remove it")
        })
    }

    fn approves(&self) -> Option<Finding> {
        let approve = self.ask.approve?;
        if approve.is_empty() {
            let why = "nothing approves a reset";
            return Some(self.find(Severity::Error, "approve", why, "write some of passkey, totp, sms"));
        }
        let vain = !self.meets(|policy| policy.strategy == Strategy::SmsApproved);
        vain.then(|| {
            let why = format!("has no effect with {}", self.policy.strategy);
            let remedy = "remove it, or write strategy = \"sms_approved\"";
            self.find(Severity::Advice, "approve", why, remedy)
        })
    }

    fn changes_nothing(&self) -> Option<Finding> {
        let vain = !self.is_base()
            && self.ask.role.is_empty()
            && self.base.tables().next().is_some_and(|(_, base)| base == self.policy);
        vain.then(|| {
            let why = "changes nothing: the role has the same policy without it";
            self.find(Severity::Advice, "", why, "remove it, or override something")
        })
    }
}
