//! Throttling of requests: one client's requests do not count against others.
//!
//! A browser that has signed in with the address before is counted by itself, and together with all such browsers; once
//! they have used up their shared limit, they count as strangers.

mod tries;

pub use self::tries::{SignIn, Try};

use super::{
    Visit,
    device::{self, Known},
};
use crate::{
    app::App,
    base::{Error, caller::Caller},
    core::limits::{Allowed, MessageKind, RateLimit},
    outbox::request::{self, Request},
    store::Tx,
};

/// Requester of a text message that lets somebody back in.
#[derive(Clone, Copy)]
pub enum Requester<'a> {
    /// Anybody.
    Stranger,
    /// A browser in which the owner has signed in.
    Owner(&'a Known),
    /// An admin, or a person who pressed "this wasn't me": limits used up by others do not apply.
    Trusted,
}

impl<'a> From<Option<&'a Known>> for Requester<'a> {
    fn from(known: Option<&'a Known>) -> Self {
        known.map_or(Requester::Stranger, Requester::Owner)
    }
}

/// Counts a request for a message by client.
///
/// # Errors
/// [`Error::Database`].
pub async fn client_allowed(site: &Visit<'_>, tx: &mut Tx) -> Result<Allowed, Error> {
    RateLimit::MessageFrom(site.client.address).allow(site, tx).await
}

/// Counts a request for a message by address, with an account or without.
///
/// # Errors
/// [`Error::Database`].
pub async fn name_allowed(
    site: &Visit<'_>,
    tx: &mut Tx,
    asking: MessageKind,
    key: &str,
) -> Result<Allowed, Error> {
    RateLimit::MessageFor(asking, key).allow(site, tx).await
}

/// Limits on a request for a message: for a known browser, if it is one, and for strangers.
fn message_limits<'a>(
    site: &Visit<'_>,
    asking: MessageKind,
    key: &'a str,
) -> (Option<[RateLimit<'a>; 2]>, [RateLimit<'a>; 2]) {
    let known = device::known(site, key)
        .map(|it| [RateLimit::MessageBy(asking, it.device, key), RateLimit::MessageByKnown(asking, key)]);
    let strangers = [RateLimit::MessageFrom(site.client.address), RateLimit::MessageFor(asking, key)];
    (known, strangers)
}

/// Counts a request for a message, by client and by address.
///
/// # Errors
/// [`Error::Database`].
pub async fn message_allowed(
    site: &Visit<'_>,
    tx: &mut Tx,
    asking: MessageKind,
    key: &str,
) -> Result<Allowed, Error> {
    let (known, strangers) = message_limits(site, asking, key);
    Ok(count(site, tx, known, &strangers).await?.0)
}

/// Counts a request for a message like [`message_allowed`], and posts it if allowed.
///
/// # Errors
/// [`Error::Database`].
pub async fn post(
    site: &Visit<'_>,
    asking: MessageKind,
    key: &str,
    asked: &impl Request,
) -> Result<Allowed, Error> {
    let (known, strangers) = message_limits(site, asking, key);
    // Usually no limit is near, and one statement does everything.
    let mut tx = site.begin_once().await?;
    let posted = request::post_within(site, &mut tx, asked, &known.unwrap_or(strangers)).await?;
    tx.commit().await?;
    if posted {
        return Ok(Allowed::Yes);
    }
    let mut tx = site.begin().await?;
    let (allowed, _) = count(site, &mut tx, known, &strangers).await?;
    if allowed.is_yes() {
        request::post(site, &mut tx, asked).await?;
    }
    tx.commit().await?;
    Ok(allowed)
}

/// Counts a text message that lets somebody back in.
///
/// # Errors
/// [`Error::Database`].
pub async fn text_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    asker: Requester<'_>,
    asked: &Caller,
) -> Result<Allowed, Error> {
    let known = match asker {
        Requester::Trusted => {
            return RateLimit::TextByTrusted(number).allow(site, tx).await;
        }
        Requester::Owner(known) => {
            Some([RateLimit::TextBy(known.device, number), RateLimit::TextByKnown(number)])
        }
        Requester::Stranger => None,
    };
    texted(site, tx, (known, RateLimit::TextTo(number)), asked).await
}

/// Counts a text message to sign in with: strangers have a limit of their own for these.
///
/// # Errors
/// [`Error::Database`].
pub async fn sign_in_text_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    known: Option<&Known>,
    asked: &Caller,
) -> Result<Allowed, Error> {
    let known = known.map(|known| [RateLimit::TextBy(known.device, number), RateLimit::TextByKnown(number)]);
    texted(site, tx, (known, RateLimit::SignInTextTo(number)), asked).await
}

async fn texted<'a>(
    site: &App,
    tx: &mut Tx,
    (known, to): (Option<[RateLimit<'a>; 2]>, RateLimit<'a>),
    asked: &Caller,
) -> Result<Allowed, Error> {
    let strangers: Vec<_> = text_from(asked).into_iter().chain([to]).collect();
    let (allowed, counted) = count(site, tx, known, &strangers).await?;
    if !allowed.is_yes() {
        return Ok(allowed);
    }
    and_then(site, tx, &counted, RateLimit::Text).await
}

/// Counts a text message that verifies a number, for the account with these bytes.
///
/// # Errors
/// [`Error::Database`].
pub async fn verification_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    account: &[u8],
    asked: &Caller,
) -> Result<Allowed, Error> {
    let counts = [RateLimit::VerifyOf(account), RateLimit::VerifyTo(number)].into_iter();
    let counts: Vec<_> = counts.chain(text_from(asked)).chain([RateLimit::Verify]).collect();
    all(site, tx, &counts).await
}

/// Limit on text messages by the client that asked; the command line has no address.
fn text_from(asked: &Caller) -> Option<RateLimit<'static>> {
    asked.from.parse().ok().map(RateLimit::TextFrom)
}

/// Counts a known browser by itself, and together with all such browsers. Strangers, and known browsers that have used
/// up their shared limit, are counted by the limits for strangers. Returns the limits counted, so that a success can be
/// refunded.
async fn count<'a>(
    site: &App,
    tx: &mut Tx,
    known: Option<[RateLimit<'a>; 2]>,
    strangers: &[RateLimit<'a>],
) -> Result<(Allowed, Vec<RateLimit<'a>>), Error> {
    let Some([own, together]) = known else {
        return Ok((all(site, tx, strangers).await?, strangers.to_vec()));
    };
    let allowed = own.allow(site, tx).await?;
    if !allowed.is_yes() {
        return Ok((allowed, Vec::new()));
    }
    if together.allow(site, tx).await?.is_yes() {
        return Ok((Allowed::Yes, vec![own, together]));
    }
    let allowed = all(site, tx, strangers).await?;
    if !allowed.is_yes() {
        own.refund(site, tx).await?;
        return Ok((allowed, Vec::new()));
    }
    Ok((allowed, [&[own], strangers].concat()))
}

/// Counts for all limits, or for none if one refuses; a refusal says when all of them will allow it.
async fn all(site: &App, tx: &mut Tx, counts: &[RateLimit<'_>]) -> Result<Allowed, Error> {
    for (place, limited) in counts.iter().enumerate() {
        let mut allowed = limited.allow(site, tx).await?;
        if !allowed.is_yes() {
            refund(site, tx, &counts[..place]).await?;
            for other in &counts[place + 1..] {
                allowed = allowed.and(other.look(site, tx).await?);
            }
            return Ok(allowed);
        }
    }
    Ok(Allowed::Yes)
}

/// Counts for one more limit, and refunds the others if that refuses.
async fn and_then(
    site: &App,
    tx: &mut Tx,
    counted: &[RateLimit<'_>],
    last: RateLimit<'_>,
) -> Result<Allowed, Error> {
    let allowed = last.allow(site, tx).await?;
    if !allowed.is_yes() {
        refund(site, tx, counted).await?;
    }
    Ok(allowed)
}

async fn refund(site: &App, tx: &mut Tx, counted: &[RateLimit<'_>]) -> Result<(), Error> {
    for limited in counted {
        limited.refund(site, tx).await?;
    }
    Ok(())
}
