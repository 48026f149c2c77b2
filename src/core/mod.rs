//! What every feature works with: the settings, the policy in force, time, keys, the audit log, limits and tallies.

pub mod bells;
pub mod event;
pub mod events;
pub mod in_force;
pub mod limits;
pub mod replicas;
pub mod tally;

use std::{sync::Arc, time::Duration};

use rocket::tokio::sync::broadcast;
use uuid::Uuid;

use self::{
    bells::Bells,
    in_force::{PolicyInForce, PolicyNow, PolicySnapshot},
    limits::Recent,
};
use crate::{
    base::{
        Error,
        clock::{Clock, Time},
        key::Purpose,
        keyring::Keyring,
        random::Random,
    },
    config::{Config, Validated},
    observe::{
        metrics::Metrics,
        task_context::{RequestId, TaskContext},
    },
    store::{self, accounts::Account, events::Event, keys::KeyRow},
};

/// How many events a subscriber may be behind.
const EVENTS: usize = 1024;

/// The part of a running site that everything else works with. It knows no page, no password and no mail server.
pub struct Core {
    /// What the site runs on.
    pub judged: Validated,
    /// This server among those that share the database.
    pub replica: Uuid,
    /// The policy in force.
    pub live: PolicyInForce,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// What seals and authenticates.
    pub keyring: Keyring,
    /// What happens on this server, once it is durable.
    pub events: broadcast::Sender<Event>,
    /// Rung when the outbox has something new.
    pub bells: Arc<Bells>,
    /// Who has lately been written down for what was refused.
    pub recent: Recent,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl Core {
    /// Out of a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] for secrets that cannot be used.
    pub fn new(judged: Validated, clock: Clock, metrics: Metrics) -> Result<Self, Error> {
        let random = Random;
        Ok(Self {
            replica: store::id(clock.now(), random)?,
            live: PolicyInForce::new(PolicySnapshot::new(&judged, clock.now())),
            clock,
            random,
            keyring: Keyring::new(&judged.secret_key, &judged.config.old_secret_keys)?,
            events: broadcast::Sender::new(EVENTS),
            bells: Arc::default(),
            recent: Recent::default(),
            metrics: Arc::new(metrics),
            judged,
        })
    }

    /// A live key for an account, of which `digest` is stored.
    ///
    /// # Errors
    /// As [`Random::bytes`].
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

    /// This server, at work for a request or for itself.
    pub fn scope(&self, request: Option<RequestId>) -> TaskContext {
        TaskContext { request, replica: self.replica, metrics: self.metrics.clone() }
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.judged.config
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The address of `path` as it stands in a message.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.judged.public_url)
    }

    /// The phone of an account, if it may be used for recovery by now and texts may go to its country.
    pub fn usable_phone<'a>(&self, account: &'a Account) -> Option<&'a str> {
        account.usable_phone(self.now()).filter(|number| self.config().sms.reaches(number))
    }

    /// The policy for an account at this moment.
    pub fn policy_now(&self, account: &Account) -> PolicyNow {
        self.live.policy_now(account)
    }
}
