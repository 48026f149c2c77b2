//! Second factors whose codes are sent, by text message or by mail: where they go, and the code under way.
//!
//! The recipient is sealed in the factor's row, and in that of the code: a code proves the factor to whose recipient it
//! went. Like every code it is good in one browser, for three tries.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::code::{self, Bound, CodeKind, TRIES};
use crate::{
    app::App,
    base::{
        Error,
        email::masked,
        factor::{FactorKind, SENT_LIFE},
        key::{Key, Purpose},
        phone::ending,
    },
    core::{
        event::{Event, EventKind},
        limits::{Allowed, MessageKind},
    },
    http::{Visit, device, flash::Announcement, throttle},
    outbox::message::Message,
    policy::Channel,
    store::{
        Tx,
        accounts::{self, AccountRow},
        factors::FactorRow,
        keys::{self, KeyRow},
        outbox,
    },
};

const PURPOSE: &str = "recipient of codes";
/// Shortest time between two texts to one browser.
const PAUSE: Duration = Duration::from_secs(60);

/// The address or the number that codes are sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Channel.
    pub channel: Channel,
    /// Stored address, or number in E.164.
    pub to: String,
}

/// What a code is for.
#[derive(Clone, Copy)]
pub enum Stage {
    /// Setting up a factor.
    SetUp,
    /// Proving one that is set up.
    Proof,
}

impl Stage {
    fn kind(self) -> CodeKind {
        let purpose = match self {
            Stage::SetUp => Purpose::FactorSetUp,
            Stage::Proof => Purpose::Factor,
        };
        CodeKind { purpose, life: SENT_LIFE, make: Key::code }
    }
}

impl Recipient {
    /// Creates one that gets mail.
    pub fn mail(address: &str) -> Self {
        Self { channel: Channel::Email, to: address.to_owned() }
    }

    /// Creates one that gets texts, by its number in E.164.
    pub fn text(number: &str) -> Self {
        Self { channel: Channel::Sms, to: number.to_owned() }
    }

    /// Returns the one in the row of a factor; `None` if its codes are not sent, or its secret key is gone.
    pub fn of(app: &App, factor: &FactorRow) -> Option<Self> {
        factor.kind.is_sent().then(|| Self::open(app, &factor.secret))?
    }

    fn open(app: &App, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&app.keyring.open(PURPOSE, sealed).ok()?).ok()
    }

    /// Returns it sealed, for the database.
    ///
    /// # Errors
    /// Same as [`Keyring::seal`](crate::base::keyring::Keyring::seal).
    pub fn seal(&self, app: &App) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).expect("a recipient is plain data");
        app.keyring.seal(app.random, PURPOSE, &plain)
    }

    /// Returns the kind of factor.
    pub fn kind(&self) -> FactorKind {
        match self.channel {
            Channel::Email => FactorKind::Email,
            Channel::Sms => FactorKind::Sms,
        }
    }

    /// Returns what is shown of it: `m•••@example.com`, or the last two digits.
    pub fn shown(&self) -> String {
        match self.channel {
            Channel::Email => masked(&self.to),
            Channel::Sms => ending(&self.to).to_owned(),
        }
    }

    async fn allowed(
        &self,
        site: &Visit<'_>,
        tx: &mut Tx,
        account: &AccountRow,
        stage: Stage,
    ) -> Result<Allowed, Error> {
        let (key, asked) = (account.email_key(), site.caller());
        let known = device::known(site, &key);
        match (self.channel, stage) {
            (Channel::Email, _) => throttle::message_allowed(site, tx, MessageKind::Factor, &key).await,
            (Channel::Sms, Stage::SetUp) => {
                throttle::verification_allowed(site, tx, &self.to, account.id.as_bytes(), &asked).await
            }
            (Channel::Sms, Stage::Proof) => {
                throttle::text_allowed(site, tx, &self.to, known.as_ref().into(), &asked).await
            }
        }
    }

    fn message(&self, site: &Visit<'_>, stage: Stage) -> Message {
        let name = match stage {
            Stage::SetUp => "factor-set-up",
            Stage::Proof => "factor-code",
        };
        match self.channel {
            Channel::Email => Message::mail(site.locale, &self.to, name).asked(&site.caller()),
            Channel::Sms => Message::text(site.locale, &self.to, name),
        }
    }
}

/// Sends a code, which replaces the one before it, or says why none is sent.
///
/// # Errors
/// [`Error::Database`].
pub async fn send(
    site: &Visit<'_>,
    account: &AccountRow,
    recipient: &Recipient,
    stage: Stage,
) -> Result<Result<(), Announcement>, Error> {
    if site.transports.is_down(recipient.channel) {
        return Ok(Err(Announcement::new("flash-code-down")));
    }
    let (now, browser, kind) = (site.now(), site.ensure_browser_id()?, stage.kind());
    let mut tx = site.begin().await?;
    let Some(locked) = accounts::lock_unchanged(&mut tx, account, now).await? else {
        return Ok(Err(Announcement::new("flash-code-not-sent")));
    };
    let (held, _) = locked.into_parts();
    let former = keys::of_account(held, account.id, kind.purpose, now).await?;
    let former = former.filter(|row| row.browser.as_ref() == Some(&browser));
    if let Some(seconds) = former.and_then(|row| wait(site, &row, recipient.channel)) {
        return Ok(Err(Announcement::count("flash-wait", seconds)));
    }
    if !recipient.allowed(site, held, account, stage).await?.is_yes() {
        tx.commit().await?;
        let limit = match recipient.channel {
            Channel::Email => "flash-code-limit",
            Channel::Sms => "flash-texts-limit",
        };
        return Ok(Err(Announcement::new(limit)));
    }
    let sealed = Some(recipient.seal(site.app)?);
    let bound = Bound { account: account.id, parent: None, browser: &browser, sealed };
    let (row, code) = code::issue(site.app, held, &kind, bound).await?;
    outbox::drop_orphans(held, account.id).await?;
    let message = recipient.message(site, stage).code(code.expose(), row.expires_at);
    message.post(site.app, held, Some(account.id), Some(row.id), row.expires_at).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::FactorCodeSent, account.id).from(&asked);
    event.detail(recipient.kind().name()).write(site.app, held).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Returns the seconds until another text may be asked for.
fn wait(site: &Visit<'_>, row: &KeyRow, channel: Channel) -> Option<u64> {
    let wait = site.now().until(row.issued_at + PAUSE).as_millis().div_ceil(1000) as u64;
    (channel == Channel::Sms && wait > 0).then_some(wait)
}

/// Returns the code under way in this browser that may still be tried, with its recipient.
///
/// # Errors
/// [`Error::Database`].
pub async fn under_way(
    site: &Visit<'_>,
    account: &AccountRow,
    stage: Stage,
) -> Result<Option<(KeyRow, Recipient)>, Error> {
    let mut conn = site.read().await?;
    let row = keys::of_account(&mut conn, account.id, stage.kind().purpose, site.now()).await?;
    let row = row.filter(|row| row.browser == site.browser_id() && row.tries < TRIES);
    Ok(row.and_then(|row| {
        let recipient = Recipient::open(site.app, row.sealed.as_deref()?)?;
        Some((row, recipient))
    }))
}

/// Result of comparing a code with the one under way.
pub enum Compared {
    /// It is right: the id of its row, and where it went.
    Right(Uuid, Recipient),
    /// It is wrong; this many tries are left.
    Wrong(i64),
}

/// Compares a code with the one under way to a recipient of this kind, and counts the try before.
///
/// # Errors
/// [`Error::Database`]; the try may have been counted then.
pub async fn compare(
    site: &Visit<'_>,
    account: &AccountRow,
    kind: FactorKind,
    typed: &str,
) -> Result<Compared, Error> {
    let found = under_way(site, account, Stage::Proof).await?;
    let Some((row, recipient)) = found.filter(|(_, recipient)| recipient.kind() == kind) else {
        return Ok(Compared::Wrong(0));
    };
    let mut tx = site.begin().await?;
    let tries = keys::count_try(&mut tx, row.id, TRIES, site.now()).await?;
    tx.commit().await?;
    Ok(match tries {
        Some(_) if code::is_right(site, &row, typed) => Compared::Right(row.id, recipient),
        tries => Compared::Wrong(tries.map_or(0, |tries| TRIES - tries)),
    })
}
