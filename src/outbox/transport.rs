//! Ways to send messages: mail server, gateway, an application's own senders, or the development mailbox.

use std::sync::Arc;

use super::{
    Undelivered,
    circuit::{Circuit, Fared},
    mail::Mail,
    mailbox::Mailbox,
    sender::{self, SendMail, SendText},
    sms::Gateway,
    smtp::Smtp,
};
use crate::{
    base::{Error, duration::HumanDuration},
    config::Validated,
    policy::Channel,
};

/// Senders that an application has in place of ours.
#[derive(Clone, Default)]
pub struct OwnSenders {
    /// Sends mail.
    pub mail: Option<Arc<dyn SendMail>>,
    /// Sends texts.
    pub texts: Option<Arc<dyn SendText>>,
}

/// The configured ways to send messages.
pub struct Transports {
    /// Sends mail.
    pub mail: Option<Circuit<MailSender>>,
    /// Sends texts.
    pub texts: Option<Circuit<TextSender>>,
    /// Mailbox for messages that nothing else can send; only in a lenient configuration.
    pub mailbox: Option<Mailbox>,
}

impl Transports {
    /// Sets up everything that is configured or that the application has.
    ///
    /// # Errors
    /// [`Error::Config`] if a setting cannot be used.
    pub fn new(validated: &Validated, own: &OwnSenders) -> Result<Self, Error> {
        let (mail, sms) = (&validated.config.mail, &validated.config.sms);
        let mail = match &own.mail {
            Some(sender) => Some((
                MailSender::Application(sender.clone(), mail.timeout),
                "the application's sender of mail",
            )),
            None => mail.url.as_ref().map(|_| Smtp::new(mail)).transpose()?.map(|smtp| {
                (MailSender::Server(Box::new(smtp.known_as(validated.host()))), "the mail server")
            }),
        };
        let texts = match &own.texts {
            Some(sender) => {
                sms.without_countries().map_or(Ok(()), Err)?;
                let sender = TextSender::Application(sender.clone(), sms.timeout);
                Some((sender, "the application's sender of texts"))
            }
            None => {
                let gateway = sms.url.as_ref().map(|_| Gateway::new(sms)).transpose()?;
                gateway.map(|gateway| (TextSender::Gateway(gateway), "the SMS gateway"))
            }
        };
        Ok(Self {
            mail: mail.map(|(sender, name)| Circuit::new(sender, name)),
            texts: texts.map(|(sender, name)| Circuit::new(sender, name)),
            mailbox: validated.lenient.then(Mailbox::default),
        })
    }

    /// True if messages on this channel have nobody to carry them, or whoever does hangs.
    pub fn is_down(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.mail.as_ref().map_or(self.mailbox.is_none(), Circuit::is_open),
            Channel::Sms => self.texts.as_ref().map_or(self.mailbox.is_none(), Circuit::is_open),
        }
    }

    /// True if text messages can be sent.
    pub fn can_text(&self) -> bool {
        self.texts.is_some() || self.mailbox.is_some()
    }
}

/// Sender of mail.
pub enum MailSender {
    /// A mail server.
    Server(Box<Smtp>),
    /// The application's own, with the time that it has for one.
    Application(Arc<dyn SendMail>, HumanDuration),
}

impl MailSender {
    /// Sends one mail.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        match self {
            Self::Server(smtp) => smtp.send(mail).await,
            Self::Application(own, limit) => sender::sent(*limit, own.send(mail)).await,
        }
    }

    /// Sends a decoy: takes as long as the mail behind `like`.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if that mail hung.
    pub(crate) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        match self {
            Self::Server(smtp) => smtp.pretend(like).await,
            Self::Application(..) => sender::pretend(like, "the application's sender of mail hangs").await,
        }
    }
}

/// Sender of texts.
pub enum TextSender {
    /// An HTTP gateway.
    Gateway(Gateway),
    /// The application's own, with the time that it has for one.
    Application(Arc<dyn SendText>, HumanDuration),
}

impl TextSender {
    /// Sends one text.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn send(&self, to: &str, text: &str) -> Result<(), Undelivered> {
        match self {
            Self::Gateway(gateway) => gateway.send(to, text).await,
            Self::Application(own, limit) => sender::sent(*limit, own.send(to, text)).await,
        }
    }

    /// Sends a decoy: takes as long as the text behind `like`.
    ///
    /// # Errors
    /// [`Undelivered::Transient`] if that text hung.
    pub(crate) async fn pretend(&self, like: Fared) -> Result<(), Undelivered> {
        match self {
            Self::Gateway(gateway) => gateway.pretend(like).await,
            Self::Application(..) => sender::pretend(like, "the application's sender of texts hangs").await,
        }
    }
}
