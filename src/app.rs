//! The site as it runs: [`Core`], and what makes pages, hashes passwords and sends messages.

use std::ops::Deref;

use crate::{
    base::{Error, clock::Clock, random::Random},
    config::Judged,
    core::Core,
    hashing::{hasher::Hasher, pepper::Peppers},
    observe::{meters::Meters, scope::RequestIds, vital::Vital},
    outbox::transport::Transports,
    view::{still::Stills, templates::Templates},
};

/// A running site. It holds no request's state and nothing that the database holds.
pub struct App {
    core: Core,
    /// Hashes passwords on threads of its own.
    pub hasher: Hasher,
    /// Pages, messages and sentences.
    pub templates: Templates,
    /// Pages that are the same for everybody.
    pub stills: Stills,
    /// How messages leave.
    pub transports: Transports,
    /// What requests are called.
    pub request_ids: RequestIds,
    /// Whether the worker works, and the server means to stay.
    pub vital: Vital,
}

impl App {
    /// Puts a site together from its configuration.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Template`] or [`Error::File`] for what does not hold together.
    pub fn new(judged: Judged, clock: Clock, templates: Templates) -> Result<Self, Error> {
        let transports = Transports::new(&judged)?;
        let config = &judged.config;
        let hasher = Hasher::new(&config.password, Peppers::new(&config.pepper)?, Random)?;
        Ok(Self {
            core: Core::new(judged, clock, Meters::new(hasher.load()))?,
            hasher,
            templates,
            stills: Stills::default(),
            transports,
            request_ids: RequestIds::default(),
            vital: Vital::default(),
        })
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
