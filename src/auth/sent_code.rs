//! Codes of second factors that are sent, by text message or by mail.
//!
//! A code proves the factor to whose recipient it went. Like every code it is good in one browser, for three tries.

use uuid::Uuid;

use super::{
    code::{self, Bound, CodeKind, TRIES},
    recipient::Recipient,
};
use crate::{
    base::{
        Error,
        factor::{FactorKind, SENT_LIFE},
        key::{Key, Purpose},
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
        keys::{self, KeyRow},
        outbox,
    },
};

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
    let former =
        former.filter(|row| recipient.channel == Channel::Sms && row.browser.as_ref() == Some(&browser));
    if let Some(seconds) = former.map(|row| code::wait(site, &row)).filter(|seconds| *seconds > 0) {
        return Ok(Err(Announcement::count("flash-wait", seconds)));
    }
    if !allowed(site, held, account, recipient, stage).await?.is_yes() {
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
    let message = message(site, recipient, stage).code(code.expose(), row.expires_at);
    message.post(site.app, held, Some(account.id), Some(row.id), row.expires_at).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::FactorCodeSent, account.id).from(&asked);
    event.detail(recipient.kind().name()).write(site.app, held).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Counts the message, like others that let people in; a first one like others that verify a number.
async fn allowed(
    site: &Visit<'_>,
    tx: &mut Tx,
    account: &AccountRow,
    recipient: &Recipient,
    stage: Stage,
) -> Result<Allowed, Error> {
    let (key, asked) = (account.email_key(), site.caller());
    let known = device::known(site, &key);
    match (recipient.channel, stage) {
        (Channel::Email, _) => throttle::message_allowed(site, tx, MessageKind::Factor, &key).await,
        (Channel::Sms, Stage::SetUp) => {
            throttle::verification_allowed(site, tx, &recipient.to, account.id.as_bytes(), &asked).await
        }
        (Channel::Sms, Stage::Proof) => {
            throttle::text_allowed(site, tx, &recipient.to, known.as_ref().into(), &asked).await
        }
    }
}

/// Returns the message, without its code.
fn message(site: &Visit<'_>, recipient: &Recipient, stage: Stage) -> Message {
    let name = match stage {
        Stage::SetUp => "factor-set-up",
        Stage::Proof => "factor-code",
    };
    match recipient.channel {
        Channel::Email => Message::mail(site.locale, &recipient.to, name).asked(&site.caller()),
        Channel::Sms => Message::text(site.locale, &recipient.to, name),
    }
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
