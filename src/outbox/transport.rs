//! Ways to send messages: mail server, gateway, or the development mailbox.

use super::{circuit::Circuit, mail::Smtp, mailbox::Mailbox, sms::Gateway};
use crate::{base::Error, config::Validated};

/// The configured ways to send messages.
pub struct Transports {
    /// The mail server.
    pub smtp: Option<Circuit<Smtp>>,
    /// The SMS gateway.
    pub gateway: Option<Circuit<Gateway>>,
    /// Mailbox for messages that nothing else can send; only in a lenient configuration.
    pub mailbox: Option<Mailbox>,
}

impl Transports {
    /// Sets up everything that is configured.
    ///
    /// # Errors
    /// [`Error::Config`] if a setting cannot be used.
    pub fn new(validated: &Validated) -> Result<Self, Error> {
        let config = &validated.config;
        let smtp = config.mail.url.as_ref().map(|_| Smtp::new(&config.mail)).transpose()?;
        let smtp = smtp.map(|smtp| smtp.known_as(validated.host()));
        let gateway = config.sms.url.as_ref().map(|_| Gateway::new(&config.sms)).transpose()?;
        Ok(Self {
            smtp: smtp.map(|smtp| Circuit::new(smtp, "the mail server")),
            gateway: gateway.map(|gateway| Circuit::new(gateway, "the SMS gateway")),
            mailbox: validated.lenient.then(Mailbox::default),
        })
    }

    /// True if text messages can be sent.
    pub fn can_text(&self) -> bool {
        self.gateway.is_some() || self.mailbox.is_some()
    }
}
