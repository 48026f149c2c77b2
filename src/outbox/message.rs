//! A mail or text message, sealed until it is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Error, caller::Caller, clock::Time, locale::Locale},
    core::Core,
    policy::Channel,
    store::{
        self, Tx,
        outbox::{self, OutboxKind, Queue},
    },
    view::format,
};

const PURPOSE: &str = "message";

/// A message: the name of its sentences in `locales`, and their arguments.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    /// Channel by which it is sent.
    pub channel: Channel,
    /// Language in which it is written. Messages sealed by versions that had only English lack it.
    #[serde(default)]
    pub locale: Locale,
    /// Stored address or number of the recipient.
    pub to: String,
    /// Name of its sentences, which are `mail-<name>-…` or `sms-<name>`.
    pub name: String,
    /// Link in the message.
    pub link: Option<String>,
    /// Text for the person to copy: a code, a typed key, a generated password.
    pub code: Option<String>,
    /// Expiry of the link or code.
    pub until: Option<Time>,
    /// Caller who asked for it.
    pub asked: Option<Caller>,
    /// Further arguments of its sentences.
    pub args: BTreeMap<String, String>,
}

impl Message {
    /// Creates a mail to a stored address.
    pub fn mail(locale: Locale, to: &str, name: &str) -> Self {
        Self::new(Channel::Email, locale, to, name)
    }

    /// Creates a text message to a stored number.
    pub fn text(locale: Locale, to: &str, name: &str) -> Self {
        Self::new(Channel::Sms, locale, to, name)
    }

    fn new(channel: Channel, locale: Locale, to: &str, name: &str) -> Self {
        Self {
            channel,
            locale,
            to: to.to_owned(),
            name: name.to_owned(),
            link: None,
            code: None,
            until: None,
            asked: None,
            args: BTreeMap::new(),
        }
    }

    /// Adds a link that expires at `until`.
    pub fn link(self, link: String, until: Time) -> Self {
        Self { until: Some(until), ..self.place(link) }
    }

    /// Adds a link to a page that needs no key.
    pub fn place(mut self, link: String) -> Self {
        self.link = Some(link);
        self
    }

    /// Adds something to copy that expires at `until`.
    pub fn code(mut self, code: &str, until: Time) -> Self {
        self.code = Some(code.to_owned());
        self.until = Some(until);
        self
    }

    /// Sets the caller who asked.
    pub fn asked(mut self, asked: &Caller) -> Self {
        self.asked = Some(asked.clone());
        self
    }

    /// Adds an argument for its sentences.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.args.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a day and time, as its language writes them.
    pub fn moment(self, name: &str, time: Time) -> Self {
        let text = format::moment(self.locale, time);
        self.with(name, &text)
    }

    /// Adds a time of day, as its language writes it.
    pub fn clock(self, name: &str, time: Time) -> Self {
        let text = format::clock(self.locale, time);
        self.with(name, &text)
    }

    /// Seals the message into the outbox, to be sent once `tx` is committed, and to expire at `until`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn post(
        self,
        core: &Core,
        tx: &mut Tx,
        account: Option<Uuid>,
        key: Option<Uuid>,
        until: Time,
    ) -> Result<(), Error> {
        let kind = match self.channel {
            Channel::Email => OutboxKind::Email,
            Channel::Sms => OutboxKind::Sms,
        };
        let plain = serde_json::to_vec(&self).expect("a message is plain data");
        let queue = kind.queue();
        insert(core, tx, (kind, queue), &plain, (account, key), until).await
    }

    /// Opens a sealed message.
    ///
    /// # Errors
    /// [`Error::Sealed`].
    pub fn open(core: &Core, sealed: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(&core.keyring.open(PURPOSE, sealed)?).map_err(|_| Error::Sealed)
    }
}

/// Writes a decoy for an unknown address: as much as a message, addressed to nobody. It waits in the queue in
/// which a message to somebody would most likely wait, and for as long.
///
/// # Errors
/// [`Error::Database`].
pub async fn post_decoy(core: &Core, tx: &mut Tx) -> Result<(), Error> {
    let policy = core.live.now().policy([]);
    let queue = match policy.channel {
        Channel::Email => Queue::Mail,
        Channel::Sms => Queue::Texts,
    };
    let until = core.now() + *policy.key_ttl;
    insert(core, tx, (OutboxKind::Decoy, queue), &[b' '; 400], (None, None), until).await
}

/// Seals an entry into the outbox, and wakes the worker once it is durable.
async fn insert(
    core: &Core,
    tx: &mut Tx,
    (kind, queue): (OutboxKind, Queue),
    plain: &[u8],
    (account_id, key_id): (Option<Uuid>, Option<Uuid>),
    expires_at: Time,
) -> Result<(), Error> {
    let entry = outbox::Entry { account_id, key_id, ..entry(core, tx, kind, PURPOSE, plain, expires_at)? };
    outbox::insert(tx, queue, &entry).await?;
    notify_worker(core, tx, queue);
    Ok(())
}

/// Creates a sealed outbox entry without account or key.
///
/// # Errors
/// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
pub(crate) fn entry(
    core: &Core,
    tx: &Tx,
    kind: OutboxKind,
    purpose: &str,
    plain: &[u8],
    expires_at: Time,
) -> Result<outbox::Entry, Error> {
    let now = core.now();
    Ok(outbox::Entry {
        id: store::id(now, core.random)?,
        kind,
        sealed: core.keyring.seal(core.random, purpose, plain)?,
        account_id: None,
        key_id: None,
        attempts: 0,
        created_at: now,
        expires_at,
        cause: tx.cause().map(<[u8]>::to_vec),
        turn: now,
    })
}

/// Wakes the worker once the transaction is durable.
pub(crate) fn notify_worker(core: &Core, tx: &mut Tx, queue: Queue) {
    let wake = core.wake.clone();
    tx.on_commit(move || wake.of(queue).notify_one());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_an_older_version_is_in_english() {
        let old = r#"{
            "channel": "email", "to": "maria@example.com", "name": "reset-held", "link": null, "code": null, "until": null,
            "asked": { "from": "192.0.2.7", "browser": "Firefox on Linux", "at": 1785592800000 },
            "args": { "held": "2026-08-01 14:32 UTC" }
        }"#;
        let message: Message = serde_json::from_str(old).unwrap();
        assert_eq!(message.locale, Locale::En);
        assert_eq!(message.args["held"], "2026-08-01 14:32 UTC");
    }

    #[test]
    fn a_message_keeps_its_language() {
        for locale in Locale::all() {
            let message =
                Message::text(*locale, "+4915112345678", "test").moment("held", Time::from_millis(0));
            let sealed = serde_json::to_vec(&message).unwrap();
            assert_eq!(serde_json::from_slice::<Message>(&sealed).unwrap().locale, *locale);
            assert_eq!(message.args["held"], format::moment(*locale, Time::from_millis(0)));
        }
    }
}
