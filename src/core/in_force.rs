//! The policy in force, which can be switched while the site runs.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    base::{clock::Time, duration::HumanDuration, key::sha256},
    config::Validated,
    findings::Finding,
    policy::{
        Policy, ResetSettings,
        method::SignInMethod,
        origin::Origin,
        permissions::Permissions,
        sign_in::{SignInPolicy, SignInSettings},
    },
    store::accounts::AccountRow,
};

/// The policy in force. A switch replaces the whole snapshot at once; running requests keep the old one.
pub struct PolicyInForce(RwLock<State>);

struct State {
    force: Arc<PolicySnapshot>,
    refused: Option<Arc<Refused>>,
    restart: Arc<[String]>,
}

/// The settings in force, with their version and origin.
pub struct PolicySnapshot {
    /// The table `latchkey.reset` with its roles.
    pub settings: ResetSettings,
    /// The table `latchkey.sign_in` with its roles.
    pub sign_in: SignInSettings,
    /// The table `latchkey.permissions`.
    pub permissions: Arc<Permissions>,
    /// Twelve hexadecimal digits. Servers with the same version have the same policy for everybody.
    pub version: String,
    /// Start of this policy.
    pub since: Time,
    /// Origin of each setting, by the key of its table.
    pub origins: BTreeMap<String, Vec<Origin>>,
    /// Findings of the checks, the most important first.
    pub findings: Vec<Finding>,
}

/// A refused configuration, which changed nothing.
pub struct Refused {
    /// Time at which it was read.
    pub at: Time,
    /// One line for each fault, with file and line.
    pub why: String,
}

impl PolicySnapshot {
    /// Creates the snapshot of a validated configuration, in force from `since` on.
    pub fn new(validated: &Validated, since: Time) -> Self {
        let (settings, origins) = (validated.reset.clone(), validated.origins.clone());
        let base = settings.policy([]);
        // A role with the same policy as the base is left out of the version.
        let own = |(role, policy): &(&str, Policy)| role.is_empty() || *policy != base;
        let tables: Vec<_> = settings.tables().filter(own).collect();
        let sign_in = validated.config.sign_in.clone();
        let permissions = Arc::new(validated.config.permissions.clone());
        let granted: Vec<_> = permissions.tables().collect();
        let plain =
            serde_json::to_vec(&(&tables, own_tables(&sign_in), &granted)).expect("a policy is plain data");
        let version = sha256(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { settings, sign_in, permissions, version, since, origins, findings: validated.findings.clone() }
    }

    /// Shortest life of a first key under any policy.
    pub fn key_life(&self) -> HumanDuration {
        let lives = self.settings.tables().map(|(_, policy)| policy.key_ttl);
        lives.min().unwrap_or(HumanDuration::minutes(1))
    }

    /// The policy for an account with these roles.
    pub fn policy<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> Policy {
        self.settings.policy(roles)
    }

    /// The policy of signing in for an account with these roles.
    pub fn sign_in<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> SignInPolicy {
        self.sign_in.policy(roles)
    }

    /// Returns the ways to sign in that are offered, in their order: those that people set up, only if some people can.
    pub fn methods(&self) -> Vec<SignInMethod> {
        let some_can = self.sign_in.tables().any(|(_, policy)| policy.is_on());
        let can = |method: &SignInMethod| some_can || !method.is_set_up();
        self.sign_in([]).methods.into_iter().filter(can).collect()
    }

    /// True if people may sign in this way.
    pub fn offers(&self, method: SignInMethod) -> bool {
        self.methods().contains(&method)
    }

    /// The policy for an account, in a request that came when this was in force.
    pub fn at_arrival(&self, account: &AccountRow) -> PolicyAtArrival {
        PolicyAtArrival(self.policy(account.roles()))
    }
}

/// Returns the tables of a policy of signing in, without the roles that change nothing.
fn own_tables(sign_in: &SignInSettings) -> Vec<(&str, SignInPolicy)> {
    let base = sign_in.policy([]);
    sign_in.tables().filter(|(role, policy)| role.is_empty() || *policy != base).collect()
}

/// The policy of an account when a request came: the request is judged by it, whatever is switched meanwhile.
pub struct PolicyAtArrival(Policy);

/// The policy of an account at this moment: a key is issued under it, and no reset ends against it.
pub struct PolicyNow(Policy);

impl Deref for PolicyAtArrival {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.0
    }
}

impl Deref for PolicyNow {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.0
    }
}

impl PolicyNow {
    /// The policy to issue a key under.
    pub fn into_issued(self) -> Policy {
        self.0
    }
}

impl PolicyInForce {
    /// Starts with the policy of the server's configuration.
    pub fn new(force: PolicySnapshot) -> Self {
        Self(RwLock::new(State { force: Arc::new(force), refused: None, restart: Arc::new([]) }))
    }

    /// Returns the snapshot in force now.
    pub fn now(&self) -> Arc<PolicySnapshot> {
        self.read(|state| state.force.clone())
    }

    /// The policy for an account at this moment.
    pub fn policy_now(&self, account: &AccountRow) -> PolicyNow {
        PolicyNow(self.now().policy(account.roles()))
    }

    /// Why the newest configuration is not in force, if it was refused.
    pub fn refused(&self) -> Option<Arc<Refused>> {
        self.read(|state| state.refused.clone())
    }

    /// Keys outside the policy that have changed since the start and need a restart.
    pub fn restart(&self) -> Arc<[String]> {
        self.read(|state| state.restart.clone())
    }

    /// Puts a policy in force and returns the one it replaces. With an unchanged version, the old one stays.
    pub fn switch(&self, force: PolicySnapshot, restart: Vec<String>) -> Option<Arc<PolicySnapshot>> {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.refused = None;
        state.restart = restart.into();
        (state.force.version != force.version).then(|| std::mem::replace(&mut state.force, Arc::new(force)))
    }

    /// Keeps the policy in force and records the refused configuration.
    pub fn refuse(&self, refused: Refused) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).refused = Some(Arc::new(refused));
    }

    fn read<T>(&self, of: impl FnOnce(&State) -> T) -> T {
        of(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;
    use crate::config::Provided;

    fn force(toml: &str) -> PolicySnapshot {
        let toml = format!("secret_key = 'x'\nlatchkey.pepper = ['x']\n[latchkey.reset]\n{toml}");
        let figment = Figment::from(Toml::string(&toml)).select("debug");
        PolicySnapshot::new(&Validated::look(&figment, &Provided::default()).unwrap(), Time::from_millis(0))
    }

    #[test]
    fn a_faulty_configuration_changes_nothing() {
        let live = PolicyInForce::new(force("strategy = 'second_key'"));
        let before = live.now().version.clone();
        live.refuse(Refused { at: Time::from_millis(1), why: "no".into() });
        assert_eq!(live.now().version, before);
        assert_eq!(live.refused().unwrap().why, "no");
        assert!(live.switch(force("strategy = 'second_key'"), Vec::new()).is_none());
        assert!(live.refused().is_none());
        assert!(live.switch(force("strategy = 'one_time_login'"), Vec::new()).is_some());
        assert_ne!(live.now().version, before);
    }

    #[test]
    fn permissions_are_part_of_the_policy() {
        let version = |list: &str| force(&format!("[latchkey.permissions]\n{list}")).version;
        assert_eq!(version(""), version("guest = []"));
        assert_eq!(version("editor = ['a', 'b']"), version("editor = ['b', 'a', 'b']"));
        assert_ne!(version("editor = ['a', 'b']"), version("editor = ['a']"));
        assert_ne!(version("editor = ['a']"), version("author = ['a']"));
    }
}
