//! How often something may be tried, counted by who is concerned and, separately, by where the try comes from.
//!
//! Each count is a bucket (`quota.rs`) that holds so many tries and fills evenly. What lets somebody back in comes back at
//! the latest when the key that it carried is over: nobody is without a live key for a limit.

mod network;
mod recent;
mod sample;

use std::{net::IpAddr, time::Duration};

pub use self::{network::network, recent::Recent, sample::sampled};
use super::{Core, event::Event};
use crate::{
    base::{Error, caller::Caller, clock::Time, duration::HumanDuration, email, keyring::Ring, quota::Quota},
    store::{
        Tx,
        counts::{self, Bucket, Taken},
    },
};

/// How many wrong tries a code bears.
pub const TRIES: i64 = 3;

/// Whether something may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// It may, and is counted.
    Yes,
    /// It may not before this moment, and counts for nothing.
    At(Time),
}

impl Allowed {
    /// Whether it may be tried now.
    pub fn is_yes(self) -> bool {
        self == Allowed::Yes
    }

    /// The moment from which it may be tried, if not now.
    pub fn at(self) -> Option<Time> {
        match self {
            Allowed::Yes => None,
            Allowed::At(at) => Some(at),
        }
    }

    /// The moment from which both may be tried.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Allowed::At(one), Allowed::At(other)) => Allowed::At(one.max(other)),
            (Allowed::Yes, other) => other,
            (at, Allowed::Yes) => at,
        }
    }

    /// The moment from which one of them may be tried.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Allowed::At(one), Allowed::At(other)) => Allowed::At(one.min(other)),
            _ => Allowed::Yes,
        }
    }
}

/// What a message is asked for. Messages of every kind count together, and one of each is always allowed within the life
/// of what it carries, so that one kind cannot starve another.
#[derive(Clone, Copy, Debug)]
pub enum MessageKind {
    /// To get back in.
    Reset,
    /// To have an account.
    Register,
    /// To get the confirmation once more.
    Confirm,
    /// To have another address.
    Email,
}

impl MessageKind {
    /// How long the key is good that the message carries, at least.
    fn life(self, core: &Core) -> Duration {
        match self {
            MessageKind::Reset => *core.live.now().key_life(),
            MessageKind::Register | MessageKind::Confirm => *core.config().register.key_ttl,
            MessageKind::Email => *email::CONFIRMING,
        }
    }
}

/// Known browsers of one address share a budget of this many times the limit for one.
const BROWSERS: i64 = 3;
/// As many times what may fail, sign-ins may be asked for that are right: each takes a thread for a while.
const WORK: i64 = 25;
/// The part of the site's texts, one in so many, that is kept for people who get back in with a verified number: those
/// who verify one can wait, and those who are locked out cannot.
const RESERVE: i64 = 4;

/// Something that is limited. What a browser does that has signed in with the address before counts by that browser, and
/// by all such together: whoever signs in again and again is known as often.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RateLimit<'a> {
    /// A request for a message to the address as typed (canonical where it is one), known or not. Requests of every kind
    /// count; the kind matters once the others have used up what there is.
    MessageFor(MessageKind, &'a str),
    /// The same by a browser that is known, and the address, of one kind.
    MessageBy(MessageKind, [u8; 16], &'a str),
    /// The same by any browser that is known, and the address, of one kind.
    MessageByKnown(MessageKind, &'a str),
    /// A request for a message, by where it comes from.
    MessageFrom(IpAddr),
    /// A mail that tells an address that it has no account, by that address.
    UnknownTo(&'a str),
    /// A failed sign-in, by the address as typed.
    SignInTo(&'a str),
    /// The same by a browser that is known, and the address.
    SignInBy([u8; 16], &'a str),
    /// The same by any browser that is known, and the address.
    SignInByKnown(&'a str),
    /// A failed sign-in, by where it comes from.
    SignInFrom(IpAddr),
    /// A sign-in, right or wrong, by where it comes from: each is as much work.
    WorkFrom(IpAddr),
    /// The same by any browser that is known, and the address.
    WorkByKnown(&'a str),
    /// A wrong password of somebody who is signed in, by account.
    PasswordOf(&'a [u8]),
    /// A wrong code, by account.
    CodeOf(&'a [u8]),
    /// A wrong code of a mailed reset, by the request that it came of.
    ResetCode(&'a [u8]),
    /// The same by the address as typed, known or not.
    ResetCodeFor(&'a str),
    /// The same by a browser that is known, and the address.
    ResetCodeBy([u8; 16], &'a str),
    /// A wrong code, by where it comes from.
    CodeFrom(IpAddr),
    /// A text message that lets somebody back in, by number.
    TextTo(&'a str),
    /// The same by a browser that is known, and the number.
    TextBy([u8; 16], &'a str),
    /// The same by any browser that is known, and the number.
    TextByKnown(&'a str),
    /// The same by an admin or after "this wasn't me", by number.
    TextByTrusted(&'a str),
    /// A text message, by where it was asked for.
    TextFrom(IpAddr),
    /// A text message that verifies a number, by account.
    VerifyOf(&'a [u8]),
    /// A text message that verifies a number, by number.
    VerifyTo(&'a str),
    /// A text message that lets somebody back in, whoever gets it.
    Text,
    /// A text message that verifies a number, whoever gets it: it leaves the reserve alone.
    Verify,
}

impl RateLimit<'_> {
    /// Where it is counted under one of the site's secrets; where it is counted by the client, by each of its networks.
    fn buckets(self, core: &Core, ring: &Ring) -> Vec<Bucket> {
        let mac = |purpose, parts: &[&[u8]]| vec![(ring.mac(purpose, parts), self.quota(core))];
        let from = |purpose, client| {
            let of = |(network, times): (Vec<u8>, i64)| {
                (ring.mac(purpose, &[&network]), self.quota_of(core, times))
            };
            network::wider(client).into_iter().map(of).collect()
        };
        match self {
            RateLimit::MessageFor(_, address) => mac("count message to", &[address.as_bytes()]),
            RateLimit::MessageBy(asking, device, address) => {
                mac("count message by", &[&[asking as u8], &device, address.as_bytes()])
            }
            RateLimit::MessageByKnown(asking, address) => {
                mac("count message by known", &[&[asking as u8], address.as_bytes()])
            }
            RateLimit::MessageFrom(client) => from("count message from", client),
            RateLimit::UnknownTo(address) => mac("count unknown to", &[address.as_bytes()]),
            RateLimit::SignInTo(address) => mac("count sign-in to", &[address.as_bytes()]),
            RateLimit::SignInBy(device, address) => mac("count sign-in by", &[&device, address.as_bytes()]),
            RateLimit::SignInByKnown(address) => mac("count sign-in by known", &[address.as_bytes()]),
            RateLimit::SignInFrom(client) => from("count sign-in from", client),
            RateLimit::WorkFrom(client) => from("count work from", client),
            RateLimit::WorkByKnown(address) => mac("count work by known", &[address.as_bytes()]),
            RateLimit::CodeOf(account) => mac("count code of", &[account]),
            RateLimit::ResetCode(request) => mac("count reset code", &[request]),
            RateLimit::ResetCodeFor(address) => mac("count reset code for", &[address.as_bytes()]),
            RateLimit::ResetCodeBy(device, address) => {
                mac("count reset code by", &[&device, address.as_bytes()])
            }
            RateLimit::CodeFrom(client) => from("count code from", client),
            RateLimit::PasswordOf(account) => mac("count password of", &[account]),
            RateLimit::VerifyOf(account) => mac("count verify of", &[account]),
            RateLimit::VerifyTo(number) => mac("count verify to", &[number.as_bytes()]),
            RateLimit::TextTo(number) => mac("count text to", &[number.as_bytes()]),
            RateLimit::TextBy(device, number) => mac("count text by", &[&device, number.as_bytes()]),
            RateLimit::TextByKnown(number) => mac("count text by known", &[number.as_bytes()]),
            RateLimit::TextByTrusted(number) => mac("count text by trusted", &[number.as_bytes()]),
            RateLimit::TextFrom(client) => from("count text from", client),
            RateLimit::Text | RateLimit::Verify => mac("count text", &[]),
        }
    }

    fn quota(self, core: &Core) -> Quota {
        self.quota_of(core, 1)
    }

    /// How often it may be tried, `times` over.
    fn quota_of(self, core: &Core, times: i64) -> Quota {
        let settings = &core.config().limits;
        let a = |most: i64, window: HumanDuration| Quota::new(most.saturating_mul(times), *window);
        let (window, day) = (settings.window, HumanDuration::days(1));
        match self {
            RateLimit::MessageFor(..) => a(settings.messages_per_address, window),
            RateLimit::MessageBy(asking, ..) => {
                a(settings.messages_per_address, window).within(asking.life(core))
            }
            RateLimit::MessageByKnown(asking, _) => {
                a(BROWSERS.saturating_mul(settings.messages_per_address), window).within(asking.life(core))
            }
            RateLimit::MessageFrom(_) => a(settings.messages_per_client, window),
            RateLimit::UnknownTo(_) => a(1, day),
            RateLimit::SignInTo(_) | RateLimit::SignInBy(..) | RateLimit::PasswordOf(_) => {
                a(settings.sign_ins_per_address, window)
            }
            RateLimit::SignInByKnown(_) => a(BROWSERS.saturating_mul(settings.sign_ins_per_address), window),
            RateLimit::SignInFrom(_) => a(settings.sign_ins_per_client, window),
            RateLimit::WorkFrom(_) => a(WORK.saturating_mul(settings.sign_ins_per_client), window),
            RateLimit::WorkByKnown(_) => a(WORK.saturating_mul(settings.sign_ins_per_address), window),
            RateLimit::CodeOf(_) | RateLimit::ResetCodeFor(_) | RateLimit::ResetCodeBy(..) => {
                a(settings.codes_per_account, day)
            }
            // None comes back while the code lives.
            RateLimit::ResetCode(_) => a(TRIES, day),
            RateLimit::CodeFrom(_) => a(settings.codes_per_client, window),
            RateLimit::TextTo(_) | RateLimit::TextBy(..) | RateLimit::TextByTrusted(_) => {
                a(settings.texts_per_number, day).within(MessageKind::Reset.life(core))
            }
            RateLimit::TextByKnown(_) => a(BROWSERS.saturating_mul(settings.texts_per_number), day)
                .within(MessageKind::Reset.life(core)),
            RateLimit::VerifyTo(_) | RateLimit::VerifyOf(_) => a(settings.texts_per_number, day),
            // No network that has many addresses gets more than a part of what the site has.
            RateLimit::TextFrom(_) if times > 1 => Quota::new(
                settings.texts_per_client.saturating_mul(times).min(settings.texts_per_day / RESERVE),
                *day,
            ),
            RateLimit::TextFrom(_) => a(settings.texts_per_client, day),
            RateLimit::Text => a(settings.texts_per_day, day),
            RateLimit::Verify => a(settings.texts_per_day, day)
                .holding(settings.texts_per_day.saturating_sub(settings.texts_per_day / RESERVE)),
        }
    }

    /// All buckets that it is counted in: a server on which another secret is in force counts on.
    fn all(self, core: &Core) -> Vec<Bucket> {
        core.keyring.rings().flat_map(|ring| self.buckets(core, ring)).collect()
    }

    /// The same for a bucket that messages of other kinds may overdraw.
    fn overdrawn(self, core: &Core) -> impl Iterator<Item = Bucket> {
        let twice = core.config().limits.messages_per_address.saturating_mul(2);
        self.all(core).into_iter().map(move |(bucket, quota)| (bucket, quota.holding(twice)))
    }

    /// Where one is always allowed within the life of what it carries, however much has been used up otherwise.
    fn kept(self, core: &Core) -> Option<Vec<Bucket>> {
        let RateLimit::MessageFor(asking, address) = self else { return None };
        let parts: [&[u8]; 2] = [&[asking as u8], address.as_bytes()];
        let quota = Quota::new(1, asking.life(core));
        Some(core.keyring.rings().map(|ring| (ring.mac("count message for", &parts), quota)).collect())
    }

    /// Counts one more, if that is within the limit. That it is not is an event, once in the time that the bucket takes to
    /// fill.
    ///
    /// # Errors
    /// [`Error::Database`] if it cannot be counted; refuse then.
    pub async fn allow(self, core: &Core, tx: &mut Tx) -> Result<Allowed, Error> {
        if !core.config().limits.enabled {
            return Ok(Allowed::Yes);
        }
        let mut allowed = match self.kept(core) {
            Some(kept) => take(core, tx, &kept).await?,
            None => return self.report(take(core, tx, &self.all(core)).await?, core, tx).await,
        };
        if allowed.is_yes() {
            // It counts with the others, and may overdraw what they have.
            take(core, tx, &self.overdrawn(core).collect::<Vec<_>>()).await?;
        } else {
            allowed = allowed.or(take(core, tx, &self.all(core)).await?);
        }
        self.report(allowed, core, tx).await
    }

    /// Whether it would be allowed; nothing is counted.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn look(self, core: &Core, tx: &mut Tx) -> Result<Allowed, Error> {
        if !core.config().limits.enabled {
            return Ok(Allowed::Yes);
        }
        let allowed = look(core, tx, &self.all(core)).await?;
        Ok(match self.kept(core) {
            Some(kept) => allowed.or(look(core, tx, &kept).await?),
            None => allowed,
        })
    }

    /// Takes one back: somebody was right, or could not be served.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn refund(self, core: &Core, tx: &mut Tx) -> Result<(), Error> {
        let buckets = if core.config().limits.enabled { self.all(core) } else { Vec::new() };
        put_back(core, tx, &buckets).await
    }

    async fn report(self, allowed: Allowed, core: &Core, tx: &mut Tx) -> Result<Allowed, Error> {
        if allowed.is_yes() {
            return Ok(allowed);
        }
        let kind = self.into();
        core.metrics.limited(kind);
        let whose: Vec<u8> = self.all(core).into_iter().next().map_or_else(Vec::new, |(bucket, _)| bucket);
        if sampled(core, tx, kind, &whose, self.quota(core).span()).await? {
            if matches!(self, RateLimit::Text | RateLimit::Verify) {
                log::error!(
                    "the site's budget of text messages for today is used up: raise latchkey.limits.texts_per_day if that is not abuse"
                );
            }
            let asked = Caller {
                from: self.client().map_or_else(String::new, |it| it.to_string()),
                ..Caller::default()
            };
            Event::of_site("limit.reached").from(&asked).detail(kind).write(core, tx).await?;
        }
        Ok(allowed)
    }

    /// The client, where that is what is counted.
    fn client(self) -> Option<IpAddr> {
        match self {
            RateLimit::MessageFrom(client)
            | RateLimit::SignInFrom(client)
            | RateLimit::WorkFrom(client)
            | RateLimit::CodeFrom(client)
            | RateLimit::TextFrom(client) => Some(client),
            _ => None,
        }
    }
}

/// All buckets that are counted in by each of some limits while none is reached.
pub fn buckets(core: &Core, limits: &[RateLimit<'_>]) -> Vec<Bucket> {
    let counted = |limited: &RateLimit<'_>| match limited.kept(core) {
        Some(kept) => kept.into_iter().chain(limited.overdrawn(core)).collect(),
        None => limited.all(core),
    };
    if core.config().limits.enabled { limits.iter().flat_map(counted).collect() } else { Vec::new() }
}

/// Counts by each of some limits, or by none if one of them is reached, in one statement as long as none is.
///
/// # Errors
/// [`Error::Database`].
pub async fn allow_each(core: &Core, tx: &mut Tx, limits: &[RateLimit<'_>]) -> Result<bool, Error> {
    let buckets = buckets(core, limits);
    let taken = counts::take_each(tx, &buckets, core.now()).await?;
    is_each(core, tx, &buckets, &taken).await
}

/// Whether one was taken out of each bucket; otherwise those are put back that were.
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

/// Takes one out of each bucket, or none out of any; and when there will be one in each.
async fn take(core: &Core, tx: &mut Tx, buckets: &[Bucket]) -> Result<Allowed, Error> {
    let now = core.now();
    for (place, (bucket, quota)) in buckets.iter().enumerate() {
        if !counts::take(tx, bucket, *quota, now).await? {
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
        let next = counts::full_at(tx, bucket).await?.map(|full_at| quota.next(full_at));
        if let Some(next) = next.filter(|next| *next > core.now()) {
            allowed = allowed.and(Allowed::At(next));
        }
    }
    Ok(allowed)
}

async fn put_back(core: &Core, tx: &mut Tx, buckets: &[Bucket]) -> Result<(), Error> {
    for (bucket, quota) in buckets {
        counts::put_back(tx, bucket, *quota, core.now()).await?;
    }
    Ok(())
}
