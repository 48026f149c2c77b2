//! The policy of signing in: the ways to do so, whether a second factor is asked for, and which ones count.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Channel, applies, method::SignInMethod};
use crate::base::{SettingFault, factor::FactorKind, identity::IdentityKind};

/// Demand for a second factor; the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SecondFactor {
    /// Everybody needs one, and sets it up when signing in without.
    Required,
    /// Who has set one up is asked for it.
    IfSetUp,
    /// Nobody is asked, and nobody can set one up.
    Off,
}

/// Whether accounts have usernames, by which people may sign in; the strictest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Usernames {
    /// None has one.
    #[default]
    Off,
    /// New accounts get one when their address is confirmed, and none can do without it afterwards.
    Required,
    /// Who wants one chooses it.
    Optional,
}

/// Settings of `latchkey.sign_in`, or a role's overrides; unset values are inherited.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInSettings {
    /// Demand for a second factor: `off`, `if_set_up` or `required`. Default: `if_set_up`.
    pub second_factor: Option<SecondFactor>,
    /// Second factors that count. Default: all.
    pub factors: Option<Vec<FactorKind>>,
    /// Whether people may trust a browser, which does not ask them for a month. Default: true.
    pub trusted_browsers: Option<bool>,
    /// Whether people are told of a sign-in from a browser that has not been signed in with before. Default: false.
    pub new_browser_notices: Option<bool>,
    /// Whether people may make access tokens for their scripts. Default: true.
    pub access_tokens: Option<bool>,
    /// Ways to sign in, in the order in which they are offered; not in a role's table. Default: `password`, `passkey`.
    pub methods: Option<Vec<SignInMethod>>,
    /// Usernames: `off`, `optional` or `required`; not in a role's table. Default: `off`.
    pub usernames: Option<Usernames>,
    /// Whether people may sign in by their verified phone number in place of the address; not in a role's table.
    /// Default: false.
    pub phone_numbers: Option<bool>,
    /// Overrides of roles, by name. A role has no roles of its own.
    pub role: BTreeMap<String, SignInSettings>,
}

/// The policy in force for an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignInPolicy {
    /// Demand for a second factor.
    pub second_factor: SecondFactor,
    /// Second factors that count, the strongest first.
    pub factors: Vec<FactorKind>,
    /// Whether people may trust a browser.
    pub trusted_browsers: bool,
    /// Whether people are told of a sign-in from a browser that has not been signed in with before.
    pub new_browser_notices: bool,
    /// Whether people may make access tokens for their scripts.
    pub access_tokens: bool,
    /// Ways to sign in, in the order in which they are offered: the same for everybody.
    pub methods: Vec<SignInMethod>,
    /// Usernames: the same for everybody.
    pub usernames: Usernames,
    /// Whether people may sign in by their phone number: the same for everybody.
    pub phone_numbers: bool,
}

/// Describes the changes from one policy to another, as `second_factor if_set_up -> required`; those of a role follow its
/// name.
pub fn changes(old: &SignInSettings, new: &SignInSettings) -> Vec<String> {
    let told = both(old, new).filter_map(|(role, was, is)| {
        let changed = was.values().into_iter().zip(is.values()).filter(|(was, is)| was != is);
        let told: Vec<_> = changed.map(|((name, was), (_, is))| format!("{name} {was} -> {is}")).collect();
        let whose = if role.is_empty() { String::new() } else { format!("{role}: ") };
        (!told.is_empty()).then(|| format!("{whose}{}", told.join(", ")))
    });
    told.collect()
}

/// Returns every table of either side, by its role, with the policy that results from it on each.
pub fn both<'a>(
    old: &'a SignInSettings,
    new: &'a SignInSettings,
) -> impl Iterator<Item = (&'a str, SignInPolicy, SignInPolicy)> {
    let roles: BTreeSet<&str> = old.tables().chain(new.tables()).map(|(role, _)| role).collect();
    roles.into_iter().map(|role| {
        let policy = |side: &SignInSettings| side.policy(Some(role).filter(|role| !role.is_empty()));
        (role, policy(old), policy(new))
    })
}

impl SignInSettings {
    fn alone(&self, base: &SignInSettings) -> SignInPolicy {
        let second_factor = self.second_factor.or(base.second_factor).unwrap_or(SecondFactor::IfSetUp);
        let listed = self.factors.as_ref().or(base.factors.as_ref());
        let counts = |kind: &FactorKind| listed.is_none_or(|listed| listed.contains(kind));
        let trusted_browsers = self.trusted_browsers.or(base.trusted_browsers).unwrap_or(true);
        let factors = FactorKind::all().filter(counts).collect();
        let methods = base.methods.clone().unwrap_or_else(|| SignInMethod::DEFAULT.to_vec());
        let new_browser_notices = self.new_browser_notices.or(base.new_browser_notices).unwrap_or(false);
        let access_tokens = self.access_tokens.or(base.access_tokens).unwrap_or(true);
        let (usernames, phone_numbers) =
            (base.usernames.unwrap_or_default(), base.phone_numbers.unwrap_or(false));
        SignInPolicy {
            second_factor,
            factors,
            trusted_browsers,
            new_browser_notices,
            access_tokens,
            methods,
            usernames,
            phone_numbers,
        }
    }

    /// Returns the policy for an account with these roles: the strictest demand of any, the factors that count for all, and
    /// trusted browsers and access tokens if each of them allows those.
    pub fn policy<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> SignInPolicy {
        let asks = roles.into_iter().map(|role| self.role.get(role).unwrap_or(self).alone(self));
        asks.reduce(SignInPolicy::strictest).unwrap_or_else(|| self.alone(self))
    }

    /// Returns every table with the policy that results from it alone: the base under the name `""`.
    pub fn tables(&self) -> impl Iterator<Item = (&str, SignInPolicy)> {
        let roles = self.role.iter().map(|(role, ask)| (role.as_str(), ask.alone(self)));
        std::iter::once(("", self.alone(self))).chain(roles)
    }

    /// Returns every table as it is written; the base under the name `""`.
    pub fn written(&self) -> impl Iterator<Item = (&str, &SignInSettings)> {
        std::iter::once(("", self)).chain(self.role.iter().map(|(role, table)| (role.as_str(), table)))
    }

    /// True if the table of `role` applies to an account with these roles. The base, `""`, applies if the account has
    /// no role, or one without a table.
    pub fn asks<'a>(&self, role: &str, held: impl Iterator<Item = &'a str>) -> bool {
        applies(&self.role, role, held)
    }

    /// Returns the faults.
    pub fn faults(&self) -> Vec<SettingFault> {
        let factors = self.written().filter_map(|(role, table)| table.fault_of_factors(&table_key(role)));
        let methods = self.methods.iter().filter_map(|listed| fault_of_methods(listed));
        let roles = self.role.iter().flat_map(|(role, table)| table.faults_of_role(role));
        factors.chain(methods).chain(roles).collect()
    }

    /// Returns a fault for each setting that a role cannot have.
    fn faults_of_role(&self, role: &str) -> Vec<SettingFault> {
        let written = [
            ("methods", self.methods.is_some()),
            ("usernames", self.usernames.is_some()),
            ("phone_numbers", self.phone_numbers.is_some()),
        ];
        let fault = |name: &str| {
            let why = "everybody signs in on the same page, whatever their roles";
            let remedy = "write it in [default.latchkey.sign_in]";
            SettingFault::new(format!("{}.{name}", table_key(role)), why, remedy)
        };
        written.into_iter().filter(|(_, written)| *written).map(|(name, _)| fault(name)).collect()
    }

    fn fault_of_factors(&self, key: &str) -> Option<SettingFault> {
        let listed = self.factors.as_ref()?;
        let (key, names) = (format!("{key}.factors"), FactorKind::all().map(FactorKind::name));
        let remedy = format!("write some of {}", names.collect::<Vec<_>>().join(", "));
        if listed.is_empty() {
            return Some(SettingFault::new(key, "nothing counts as a second factor", remedy));
        }
        let recovers = listed.contains(&FactorKind::RecoveryCode);
        recovers
            .then(|| SettingFault::new(key, "recovery codes always count, and nobody sets them up", remedy))
    }
}

impl SignInPolicy {
    /// Returns the stricter value of each setting.
    pub fn strictest(self, other: Self) -> Self {
        let both: Vec<_> = self.factors.iter().copied().filter(|kind| other.counts(*kind)).collect();
        // If no factor counts for both roles, the strongest of either does.
        let strongest = self.factors.into_iter().chain(other.factors).min();
        let factors = if both.is_empty() { strongest.into_iter().collect() } else { both };
        Self {
            second_factor: self.second_factor.min(other.second_factor),
            factors,
            trusted_browsers: self.trusted_browsers && other.trusted_browsers,
            new_browser_notices: self.new_browser_notices || other.new_browser_notices,
            access_tokens: self.access_tokens && other.access_tokens,
            methods: self.methods.into_iter().filter(|method| other.methods.contains(method)).collect(),
            usernames: self.usernames.min(other.usernames),
            phone_numbers: self.phone_numbers && other.phone_numbers,
        }
    }

    /// Returns its settings by their names, in the order of `Rocket.toml`.
    pub fn values(&self) -> [(&'static str, String); 8] {
        let factors: Vec<_> = self.factors.iter().map(|kind| kind.name()).collect();
        let methods: Vec<_> = self.methods.iter().map(|method| method.name()).collect();
        [
            ("second_factor", self.second_factor.to_string()),
            ("factors", factors.join(", ")),
            ("trusted_browsers", self.trusted_browsers.to_string()),
            ("new_browser_notices", self.new_browser_notices.to_string()),
            ("access_tokens", self.access_tokens.to_string()),
            ("methods", methods.join(", ")),
            ("usernames", self.usernames.to_string()),
            ("phone_numbers", self.phone_numbers.to_string()),
        ]
    }

    /// True if people may sign in this way.
    pub fn offers(&self, method: SignInMethod) -> bool {
        self.methods.contains(&method)
    }

    /// True if people may sign in by a message of this channel.
    pub fn sends(&self, channel: Channel) -> bool {
        self.methods.iter().any(|method| method.channel() == Some(channel))
    }

    /// True if people may say by this who they are.
    pub fn accepts(&self, kind: IdentityKind) -> bool {
        match kind {
            IdentityKind::Email => true,
            IdentityKind::Phone => self.phone_numbers,
            IdentityKind::Username => self.has_usernames(),
        }
    }

    /// True if people are named by their address alone.
    pub fn names_by_address_alone(&self) -> bool {
        !self.has_usernames() && !self.phone_numbers
    }

    /// Names the identities for sentences: `email`, `username`, `phone` or `all`, each beside the address.
    pub fn identities(&self) -> &'static str {
        match (self.has_usernames(), self.phone_numbers) {
            (false, false) => "email",
            (true, false) => "username",
            (false, true) => "phone",
            (true, true) => "all",
        }
    }

    /// True if people may have usernames.
    pub fn has_usernames(&self) -> bool {
        self.usernames != Usernames::Off
    }

    /// True if people need no password.
    pub fn needs_no_password(&self) -> bool {
        self.sends(Channel::Email)
    }

    /// True if a proof by this kind of factor is enough.
    pub fn counts(&self, kind: FactorKind) -> bool {
        kind == FactorKind::RecoveryCode || self.factors.contains(&kind)
    }

    /// True if somebody with factors of these kinds has to set one up before they can sign in.
    pub fn holds_up(&self, mut held: impl Iterator<Item = FactorKind>) -> bool {
        self.second_factor == SecondFactor::Required && !held.any(|kind| self.counts(kind))
    }

    /// True if people may set up second factors.
    pub fn is_on(&self) -> bool {
        self.second_factor != SecondFactor::Off
    }
}

/// Returns the key of a role's table; the base's for `""`.
pub fn table_key(role: &str) -> String {
    if role.is_empty() { "latchkey.sign_in".into() } else { format!("latchkey.sign_in.role.{role}") }
}

fn fault_of_methods(listed: &[SignInMethod]) -> Option<SettingFault> {
    let fault = |why: &str, remedy| {
        Some(SettingFault::new(format!("{}.methods", table_key("")), why.to_owned(), remedy))
    };
    if !listed.iter().any(|method| method.is_for_everybody()) {
        let all = SignInMethod::all().iter().filter(|method| method.is_for_everybody());
        let names: Vec<_> = all.map(|method| method.name()).collect();
        let why = "people who have just registered could not sign in";
        return fault(why, format!("add one of {}", names.join(", ")));
    }
    let twice = listed.iter().enumerate().find(|(at, method)| listed[..*at].contains(method));
    twice.and_then(|(_, method)| fault("a method is listed twice", format!("write {method} once")))
}
