//! Rate limits, counted by the person or account concerned and, separately, by the client's network.
//!
//! Each count is a bucket (`quota.rs`) that holds a number of tries and refills evenly. A bucket for messages that let
//! somebody back in refills one try within the life of a key, so that a limit leaves nobody without a live key.

mod network;
mod rate_limit;
mod recent;
mod sample;

use std::time::Duration;

pub use self::{network::network, rate_limit::RateLimit, recent::Recent, sample::sampled};
use super::Core;
use crate::{
    base::{
        Error,
        clock::Time,
        email,
        factor::{SENT_LIFE, SIGN_IN_LIFE},
        username,
    },
    store::{
        Tx,
        rate_limits::{self, Bucket, Taken},
    },
};

/// Wrong tries that use up a code.
pub const TRIES: i64 = 3;

/// Result of a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Allowed, and counted.
    Yes,
    /// Refused until this moment, and not counted.
    At(Time),
}

impl Allowed {
    /// True if allowed now.
    pub fn is_yes(self) -> bool {
        self == Allowed::Yes
    }

    /// The earliest moment for another try, if refused now.
    pub fn at(self) -> Option<Time> {
        match self {
            Allowed::Yes => None,
            Allowed::At(at) => Some(at),
        }
    }

    /// Allowed only when both are.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Allowed::At(one), Allowed::At(other)) => Allowed::At(one.max(other)),
            (Allowed::Yes, other) => other,
            (at, Allowed::Yes) => at,
        }
    }

    /// Allowed as soon as either is.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Allowed::At(one), Allowed::At(other)) => Allowed::At(one.min(other)),
            _ => Allowed::Yes,
        }
    }
}

/// Purpose of a requested message. All kinds share a bucket, but one message of each kind is always allowed within the
/// life of its key, so that one kind cannot starve another.
#[derive(Clone, Copy, Debug)]
pub enum MessageKind {
    /// To reset a password.
    Reset,
    /// To register.
    Register,
    /// To send the confirmation again.
    Confirm,
    /// To change the address.
    Email,
    /// To prove a second factor, or to set one up.
    Factor,
    /// To sign in.
    SignIn,
    /// To remind somebody of their username.
    Username,
}

impl MessageKind {
    /// Shortest life of the key in such a message.
    fn life(self, core: &Core) -> Duration {
        match self {
            MessageKind::Reset => *core.live.now().key_life(),
            MessageKind::Register | MessageKind::Confirm => *core.config().register.key_ttl,
            MessageKind::Email => *email::CONFIRMING,
            MessageKind::Factor => SENT_LIFE,
            MessageKind::SignIn => SIGN_IN_LIFE,
            MessageKind::Username => *username::REMINDING,
        }
    }
}

/// Buckets in which a try counts for some limits, as long as none of them is reached.
pub fn buckets(core: &Core, limits: &[RateLimit<'_>]) -> Vec<Bucket> {
    let counted = |limited: &RateLimit<'_>| match limited.kept(core) {
        Some(kept) => kept.into_iter().chain(limited.overdrawn(core)).collect(),
        None => limited.all(core),
    };
    if core.config().limits.enabled { limits.iter().flat_map(counted).collect() } else { Vec::new() }
}

/// Counts a try for all of some limits, or for none if one is reached. One statement unless a limit is reached.
///
/// # Errors
/// [`Error::Database`].
pub async fn allow_each(core: &Core, tx: &mut Tx, limits: &[RateLimit<'_>]) -> Result<bool, Error> {
    let buckets = buckets(core, limits);
    let taken = rate_limits::take_each(tx, &buckets, core.now()).await?;
    is_each(core, tx, &buckets, &taken).await
}

/// True if one was taken from each bucket; otherwise returns what was taken.
///
/// # Errors
/// [`Error::Database`].
pub async fn is_each(core: &Core, tx: &mut Tx, buckets: &[Bucket], taken: &[Taken]) -> Result<bool, Error> {
    let each = taken.len() == buckets.len();
    if !each {
        let is_taken = |(bucket, _): &&Bucket| taken.iter().any(|(taken,)| taken == bucket);
        put_back(core, tx, &buckets.iter().filter(is_taken).cloned().collect::<Vec<_>>()).await?;
    }
    Ok(each)
}

/// Takes one from each bucket, or none at all; a refusal says when all will have one.
async fn take(core: &Core, tx: &mut Tx, buckets: &[Bucket]) -> Result<Allowed, Error> {
    let now = core.now();
    for (place, (bucket, quota)) in buckets.iter().enumerate() {
        if !rate_limits::take(tx, bucket, *quota, now).await? {
            put_back(core, tx, &buckets[..place]).await?;
            let soon = Allowed::At(now + Duration::from_millis(1));
            return Ok(soon.and(look(core, tx, &buckets[place..]).await?));
        }
    }
    Ok(Allowed::Yes)
}

async fn look(core: &Core, tx: &mut Tx, buckets: &[Bucket]) -> Result<Allowed, Error> {
    let mut allowed = Allowed::Yes;
    for (bucket, quota) in buckets {
        let next = rate_limits::full_at(tx, bucket).await?.map(|full_at| quota.next(full_at));
        if let Some(next) = next.filter(|next| *next > core.now()) {
            allowed = allowed.and(Allowed::At(next));
        }
    }
    Ok(allowed)
}

async fn put_back(core: &Core, tx: &mut Tx, buckets: &[Bucket]) -> Result<(), Error> {
    for (bucket, quota) in buckets {
        rate_limits::put_back(tx, bucket, *quota, core.now()).await?;
    }
    Ok(())
}
