//! What every part of a running site works with, managed once by Rocket.

use std::{sync::Arc, time::Duration};

use rocket::tokio::sync::broadcast;
use uuid::Uuid;

use crate::{
    base::{
        Error,
        clock::{Clock, Time},
        key::Purpose,
        keyring::Keyring,
        random::Random,
    },
    config::{Config, Judged},
    core::{bells::Bells, limits::Recent},
    hashing::{hasher::Hasher, pepper::Peppers},
    http::client::Proxied,
    observe::{
        meters::Meters,
        scope::{RequestId, RequestIds, Scope},
        vital::Vital,
    },
    outbox::transport::Transports,
    policy::{
        Policy,
        live::{Force, Live},
    },
    store::{self, accounts::Account, events::Event, keys::KeyRow},
    view::{still::Stills, templates::Templates},
};

/// How many events a subscriber may be behind.
const EVENTS: usize = 1024;

/// A running site. It holds no request's state and nothing that the database holds.
pub struct App {
    /// What it runs on.
    pub judged: Judged,
    /// This server among those that share the database.
    pub replica: Uuid,
    /// The policy in force.
    pub live: Live,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// What seals and authenticates.
    pub keyring: Keyring,
    /// Hashes passwords on threads of its own.
    pub hasher: Hasher,
    /// Pages, messages and sentences.
    pub templates: Templates,
    /// Pages that are the same for everybody.
    pub stills: Stills,
    /// How messages leave.
    pub transports: Transports,
    /// What happens on this server, once it is durable.
    pub events: broadcast::Sender<Event>,
    /// Rung when the outbox has something new.
    pub bells: Arc<Bells>,
    /// What requests are called.
    pub request_ids: RequestIds,
    /// Who has lately been written down for what was refused.
    pub recent: Recent,
    /// What is counted.
    pub meters: Arc<Meters>,
    /// Whether the worker works, and the server means to stay.
    pub vital: Vital,
    /// What the log was told of proxies.
    pub proxies: Proxied,
}

impl App {
    /// Puts a site together from its configuration.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Template`] or [`Error::File`] for what does not hold together.
    pub fn new(judged: Judged, clock: Clock, templates: Templates) -> Result<Self, Error> {
        let random = Random;
        let config = &judged.config;
        let hasher = Hasher::new(&config.password, Peppers::new(&config.pepper)?, random)?;
        Ok(Self {
            replica: store::id(clock.now(), random)?,
            live: Live::new(Force::new(&judged, clock.now())),
            clock,
            random,
            keyring: Keyring::new(&judged.secret_key, &config.old_secret_keys)?,
            recent: Recent::default(),
            meters: Arc::new(Meters::new(hasher.load())),
            hasher,
            templates,
            stills: Stills::default(),
            transports: Transports::new(&judged)?,
            events: broadcast::Sender::new(EVENTS),
            bells: Arc::default(),
            request_ids: RequestIds::default(),
            vital: Vital::default(),
            proxies: Proxied::default(),
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
    pub fn scope(&self, request: Option<RequestId>) -> Scope {
        Scope { request, replica: self.replica, meters: self.meters.clone() }
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

    /// What is in force for an account now.
    pub fn policy(&self, account: &Account) -> Policy {
        self.live.now().policy(account.roles())
    }
}
