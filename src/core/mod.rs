//! The shared core: settings, the policy in force, time, keys, the audit log, limits and statistics.

pub mod account;
pub mod event;
pub mod events;
pub mod in_force;
pub mod limits;
pub mod place;
pub mod registration;
pub mod replicas;
pub mod stats;
pub mod wake;

use std::{sync::Arc, time::Duration};

use rocket::tokio::sync::broadcast;
use uuid::Uuid;

use self::{
    account::Account,
    in_force::{PolicyInForce, PolicyNow, PolicySnapshot},
    limits::Recent,
    place::Place,
    wake::WorkerWake,
};
use crate::{
    base::{
        Error,
        base_path::BasePath,
        clock::{Clock, Time},
        factor::FactorKind,
        key::{Key, Purpose},
        keyring::Keyring,
        random::Random,
    },
    config::{Config, Validated},
    observe::{
        metrics::Metrics,
        task_context::{RequestId, TaskContext},
    },
    policy::{Policy, sign_in::SignInPolicy},
    store::{self, StoredPolicy, accounts::AccountRow, events::Event, factors::FactorRow, keys::KeyRow},
    webauthn::relying_party::RelyingParty,
};

/// Most events that a subscriber may be behind.
const EVENTS: usize = 1024;

/// The part of a running site that every feature uses. It has no pages, passwords or mail server.
pub struct Core {
    /// The validated configuration.
    pub validated: Validated,
    /// Id of this server among those that share the database.
    pub replica: Uuid,
    /// The policy in force.
    pub live: PolicyInForce,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Keys that seal and authenticate.
    pub keyring: Keyring,
    /// Events of this server, once durable.
    pub events: broadcast::Sender<Event>,
    /// Notified when the outbox has a new entry.
    pub wake: Arc<WorkerWake>,
    /// Clients whose refusals were recorded recently.
    pub recent: Recent,
    /// Metrics.
    pub metrics: Arc<Metrics>,
}

impl Core {
    /// Creates the core from a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] for secrets that cannot be used.
    pub fn new(validated: Validated, clock: Clock, metrics: Metrics) -> Result<Self, Error> {
        let random = Random;
        Ok(Self {
            replica: store::id(clock.now(), random)?,
            live: PolicyInForce::new(PolicySnapshot::new(&validated, clock.now())),
            clock,
            random,
            keyring: Keyring::new(&validated.secret_key, &validated.config.old_secret_keys)?,
            events: broadcast::Sender::new(EVENTS),
            wake: Arc::default(),
            recent: Recent::default(),
            metrics: Arc::new(metrics),
            validated,
        })
    }

    /// Creates the row of a live key for an account; only `digest` is stored.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn key_row(
        &self,
        account: Uuid,
        purpose: Purpose,
        digest: Vec<u8>,
        life: Duration,
    ) -> Result<KeyRow, Error> {
        let now = self.now();
        Ok(KeyRow { digest, ..KeyRow::new(store::id(now, self.random)?, now, account, purpose, life) })
    }

    /// Creates the row of a second factor that has not been used; what proves it is still missing.
    ///
    /// # Errors
    /// Same as [`Random::bytes`].
    pub fn factor_row(&self, account: Uuid, kind: FactorKind, name: String) -> Result<FactorRow, Error> {
        let now = self.now();
        Ok(FactorRow::new(store::id(now, self.random)?, now, account, kind, name))
    }

    /// Task context of this server, for a request or for background work.
    pub fn scope(&self, request: Option<RequestId>) -> TaskContext {
        TaskContext { request, replica: self.replica, metrics: self.metrics.clone() }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.validated.config
    }

    /// The policy that a key or a session was issued under; `None` if it has none, or one that this site does not know.
    pub fn issued_policy(&self, stored: Option<&StoredPolicy>) -> Option<Policy> {
        Policy::read(stored, &self.validated.strategies)
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Returns the address of the site, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}{}", self.validated.public_url, self.base().join(""))
    }

    /// Returns the address of a place as it stands in a message.
    pub fn link(&self, place: Place) -> String {
        format!("{}{}", self.validated.public_url, place.at(self.base()))
    }

    /// Returns the address of a link that carries a key: `/reset/<key>`, or a page of an application, which no server is
    /// sent the fragment of. What undoes a change always leads to the site itself.
    pub fn key_link(&self, place: Place, key: &Key) -> String {
        let name = match place {
            Place::Reset => Some("reset"),
            Place::Confirm => Some("confirm"),
            Place::ChangeEmail => Some("email"),
            Place::SignInLink => Some("sign_in"),
            _ => None,
        };
        match self.config().api.redirect.as_ref().zip(name) {
            Some((page, name)) => format!("{page}#{name}={}", key.expose()),
            None => format!("{}/{}", self.link(place), key.expose()),
        }
    }

    /// The site as authenticators know it; `None` where no browser offers passkeys.
    pub fn party(&self) -> Option<RelyingParty> {
        RelyingParty::new(&self.validated.public_url, &self.config().site_name).ok()
    }

    /// The path that the site is mounted at.
    pub fn base(&self) -> &BasePath {
        &self.config().base
    }

    /// The phone of an account, if it may already be used for recovery and texts may be sent to its country.
    pub fn usable_phone<'a>(&self, account: &'a AccountRow) -> Option<&'a str> {
        account.usable_phone(self.now()).filter(|number| self.config().sms.reaches(number))
    }

    /// An account as an application sees it at this moment.
    pub fn account(&self, row: &AccountRow) -> Account {
        Account::new(row, &self.live.now().permissions)
    }

    /// The policy for an account at this moment.
    pub fn policy_now(&self, account: &AccountRow) -> PolicyNow {
        self.live.policy_now(account)
    }

    /// The policy of signing in for an account at this moment.
    pub fn sign_in_policy(&self, account: &AccountRow) -> SignInPolicy {
        self.live.now().sign_in(account.roles())
    }
}
