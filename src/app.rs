//! The site as it runs: [`Core`], and what makes pages, hashes passwords and sends messages.

use std::ops::Deref;

use crate::{
    base::{Error, clock::Clock, random::Random},
    config::Validated,
    core::Core,
    hashing::{hasher::Hasher, pepper::Peppers},
    observe::{health::Health, metrics::Metrics, task_context::RequestIds},
    outbox::transport::Transports,
    view::{page_cache::PageCache, templates::Templates},
};

/// A running site. It holds no request's state and nothing that the database holds.
pub struct App {
    core: Core,
    /// Hashes passwords on threads of its own.
    pub hasher: Hasher,
    /// Pages, messages and sentences.
    pub templates: Templates,
    /// Pages that are the same for everybody.
    pub page_cache: PageCache,
    /// How messages leave.
    pub transports: Transports,
    /// What requests are called.
    pub request_ids: RequestIds,
    /// Whether the worker works, and the server means to stay.
    pub health: Health,
}

impl App {
    /// Puts a site together from its configuration.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Template`] or [`Error::File`] for what does not hold together.
    pub fn new(judged: Validated, clock: Clock, templates: Templates) -> Result<Self, Error> {
        let transports = Transports::new(&judged)?;
        let config = &judged.config;
        let hasher = Hasher::new(&config.password, Peppers::new(&config.pepper)?, Random)?;
        Ok(Self {
            core: Core::new(judged, clock, Metrics::new(hasher.load()))?,
            hasher,
            templates,
            page_cache: PageCache::default(),
            transports,
            request_ids: RequestIds::default(),
            health: Health::default(),
        })
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
