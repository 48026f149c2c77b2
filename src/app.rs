//! The running site: [`Core`], and the parts that make pages, hash passwords and send messages.

use std::{ops::Deref, sync::Arc};

use crate::{
    base::{Error, clock::Clock, fault::Fault, phone::Phone, random::Random},
    config::{Provided, Validated},
    core::{Core, registration::Attached},
    hashing::{hasher::Hasher, own_rule::PasswordRule, pepper::Peppers},
    observe::{health::Health, metrics::Metrics, task_context::RequestIds},
    outbox::transport::{OwnSenders, Transports},
    policy::own_strategy::{OwnStrategy, Strategies},
    store::FindStore,
    view::{layout::HostLayout, page_cache::PageCache, templates::Templates},
};

/// Parts that an application adds to the site, or puts in place of ours.
#[derive(Clone, Default)]
pub struct Extensions {
    /// Registration that the application defines.
    pub registration: Option<Attached>,
    /// Layout of our pages.
    pub layout: Option<HostLayout>,
    /// Connections to the database in place of ours.
    pub store: Option<FindStore>,
    /// Senders in place of the mail server and the gateway.
    pub senders: OwnSenders,
    /// Rule for new passwords, after ours.
    pub password_rule: Option<Arc<dyn PasswordRule>>,
    /// Strategies for resetting a password, beside the five.
    pub strategies: Vec<&'static OwnStrategy>,
}

impl Extensions {
    /// Returns the parts that a configuration may count on; `strategies` are all that the site knows.
    pub fn provided(&self, strategies: Strategies) -> Provided {
        let (mail, texts) = (self.senders.mail.is_some(), self.senders.texts.is_some());
        Provided { mail, texts, connections: self.store.is_some(), strategies }
    }
}

/// A running site. It holds no state of a request and nothing that is in the database.
pub struct App {
    core: Core,
    /// Hashes passwords on its own threads.
    pub hasher: Hasher,
    /// Templates of pages and messages, and the sentences in them.
    pub templates: Templates,
    /// Pages that are the same for everybody.
    pub page_cache: PageCache,
    /// Ways to send messages.
    pub transports: Transports,
    /// Source of request ids.
    pub request_ids: RequestIds,
    /// Health of the worker, and whether the server is shutting down.
    pub health: Health,
    /// Parts that an application has added.
    pub extensions: Extensions,
}

impl App {
    /// Builds a site from its configuration.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Template`] or [`Error::File`] for an unusable configuration, and [`Error::Config`] for an
    /// input of the application whose name is taken or unusable.
    pub fn new(
        mut validated: Validated,
        clock: Clock,
        templates: Templates,
        extensions: Extensions,
    ) -> Result<Self, Error> {
        if let Some(registration) = &extensions.registration {
            validated.config.register.add(registration.inputs())?;
        }
        let transports = Transports::new(&validated, &extensions.senders)?;
        let config = &validated.config;
        let hasher = Hasher::new(&config.password, Peppers::new(&config.pepper)?, Random)?;
        Ok(Self {
            core: Core::new(validated, clock, Metrics::new(hasher.load()))?,
            hasher,
            templates,
            page_cache: PageCache::default(),
            transports,
            request_ids: RequestIds::default(),
            health: Health::default(),
            extensions,
        })
    }

    /// Returns the fault of a typed phone that no text reaches, or of any if no text can be sent.
    pub fn phone_fault(&self, phone: Option<&Phone>) -> Option<Fault> {
        if !self.transports.can_text() {
            return Some(Fault::new("fault-no-texts"));
        }
        let unreached = |phone: &&Phone| !self.config().sms.reaches(phone.number());
        phone.filter(unreached).map(|_| Fault::new("fault-phone-country"))
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
