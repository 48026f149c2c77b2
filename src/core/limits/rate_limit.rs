//! The limits: who is counted for what, and by how many buckets.
//!
//! Longer than other files: each limit, its buckets and its quota are three lists of the same names.

use std::net::IpAddr;

use super::{Allowed, MessageKind, TRIES, look, network, put_back, sampled, take};
use crate::{
    base::{Error, caller::Caller, duration::HumanDuration, keyring::Ring, quota::Quota},
    core::{
        Core,
        event::{Event, EventKind},
    },
    store::{
        Tx,
        rate_limits::{self, Bucket},
    },
};

/// Known browsers of one address share a budget of this many times the limit for one.
const BROWSERS: i64 = 3;
/// Sign-ins, right or wrong, may be this many times the limit on failed ones: each occupies a thread for a while.
const WORK: i64 = 25;
/// Access tokens that an account makes in a day: each is told by mail.
const ACCESS_TOKENS: i64 = 20;
/// Usernames that an account may try to get in a day.
const USERNAMES: i64 = 10;
/// One in this many of the site's text messages per day is reserved for resets to a verified number: verifying a number
/// can wait, being locked out cannot.
const RESERVE: i64 = 4;

/// A rate limit and its subject. A browser that has signed in with the address before is known: it is counted by
/// itself, and together with all known browsers of the address, since signing in repeatedly makes any number of them.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RateLimit<'a> {
    /// A request for a message, by address as typed (canonical if valid), with an account or without. Requests of all
    /// kinds count; the kind matters once the shared bucket is empty.
    MessageFor(MessageKind, &'a str),
    /// The same for one known browser and address, for one kind.
    MessageBy(MessageKind, [u8; 16], &'a str),
    /// The same for all known browsers of an address, for one kind.
    MessageByKnown(MessageKind, &'a str),
    /// A request for a message, by client.
    MessageFrom(IpAddr),
    /// A mail saying that there is no account, by address.
    UnknownTo(&'a str),
    /// A failed sign-in, by address as typed.
    SignInTo(&'a str),
    /// The same for one known browser and address.
    SignInBy([u8; 16], &'a str),
    /// The same for all known browsers of an address.
    SignInByKnown(&'a str),
    /// A failed sign-in, by client.
    SignInFrom(IpAddr),
    /// A sign-in, right or wrong, by client: either costs a password hash.
    WorkFrom(IpAddr),
    /// The same for all known browsers of an address.
    WorkByKnown(&'a str),
    /// A wrong password from somebody who is signed in, by account.
    PasswordOf(&'a [u8]),
    /// An access token that somebody makes, by account.
    AccessTokenOf(&'a [u8]),
    /// A username that somebody tries to get, by account.
    UsernameOf(&'a [u8]),
    /// A wrong code, by account.
    CodeOf(&'a [u8]),
    /// A wrong code of a second factor, by account.
    FactorOf(&'a [u8]),
    /// The same for one known browser and account.
    FactorBy([u8; 16], &'a [u8]),
    /// The same for all known browsers of an account.
    FactorByKnown(&'a [u8]),
    /// A wrong code of a message that lets somebody in, by the request that it belongs to.
    MailedCode(&'a [u8]),
    /// The same by address as typed, with an account or without.
    MailedCodeFor(&'a str),
    /// The same for one known browser and address.
    MailedCodeBy([u8; 16], &'a str),
    /// A wrong code of an authenticator app in place of the password, by address as typed.
    AppCodeFor(&'a str),
    /// The same for one known browser and address.
    AppCodeBy([u8; 16], &'a str),
    /// A wrong code, by client.
    CodeFrom(IpAddr),
    /// A text message that lets somebody back in, by number.
    TextTo(&'a str),
    /// A text message to sign in with that a stranger asked for, by number: it uses up none that lets somebody back in.
    SignInTextTo(&'a str),
    /// A text message that lets somebody back in, by known browser and number.
    TextBy([u8; 16], &'a str),
    /// The same for all known browsers of the owner of a number.
    TextByKnown(&'a str),
    /// The same, sent by an admin or after "this wasn't me", by number.
    TextByTrusted(&'a str),
    /// A text message, by the client that requested it.
    TextFrom(IpAddr),
    /// A text message that verifies a number, by account.
    VerifyOf(&'a [u8]),
    /// A text message that verifies a number, by number.
    VerifyTo(&'a str),
    /// A text message that lets somebody back in, for the whole site.
    Text,
    /// A text message that verifies a number, for the whole site, without the reserve.
    Verify,
}

impl RateLimit<'_> {
    /// Buckets under one of the site's secrets; a client is counted in one for each of its networks.
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
            RateLimit::FactorOf(account) => mac("count factor of", &[account]),
            RateLimit::FactorBy(device, account) => mac("count factor by", &[&device, account]),
            RateLimit::FactorByKnown(account) => mac("count factor by known", &[account]),
            RateLimit::MailedCode(request) => mac("count reset code", &[request]),
            RateLimit::MailedCodeFor(address) => mac("count reset code for", &[address.as_bytes()]),
            RateLimit::MailedCodeBy(device, address) => {
                mac("count reset code by", &[&device, address.as_bytes()])
            }
            RateLimit::AppCodeFor(address) => mac("count app code for", &[address.as_bytes()]),
            RateLimit::AppCodeBy(device, address) => mac("count app code by", &[&device, address.as_bytes()]),
            RateLimit::CodeFrom(client) => from("count code from", client),
            RateLimit::PasswordOf(account) => mac("count password of", &[account]),
            RateLimit::AccessTokenOf(account) => mac("count access token of", &[account]),
            RateLimit::UsernameOf(account) => mac("count username of", &[account]),
            RateLimit::VerifyOf(account) => mac("count verify of", &[account]),
            RateLimit::VerifyTo(number) => mac("count verify to", &[number.as_bytes()]),
            RateLimit::TextTo(number) => mac("count text to", &[number.as_bytes()]),
            RateLimit::SignInTextTo(number) => mac("count sign-in text to", &[number.as_bytes()]),
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

    /// The limit, multiplied by `times`.
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
            RateLimit::AccessTokenOf(_) => a(ACCESS_TOKENS, day),
            RateLimit::UsernameOf(_) => a(USERNAMES, day),
            RateLimit::SignInTo(_) | RateLimit::SignInBy(..) | RateLimit::PasswordOf(_) => {
                a(settings.sign_ins_per_address, window)
            }
            RateLimit::SignInByKnown(_) => a(BROWSERS.saturating_mul(settings.sign_ins_per_address), window),
            RateLimit::SignInFrom(_) => a(settings.sign_ins_per_client, window),
            RateLimit::WorkFrom(_) => a(WORK.saturating_mul(settings.sign_ins_per_client), window),
            RateLimit::WorkByKnown(_) => a(WORK.saturating_mul(settings.sign_ins_per_address), window),
            RateLimit::CodeOf(_)
            | RateLimit::FactorOf(_)
            | RateLimit::FactorBy(..)
            | RateLimit::AppCodeFor(_)
            | RateLimit::AppCodeBy(..)
            | RateLimit::MailedCodeFor(_)
            | RateLimit::MailedCodeBy(..) => a(settings.codes_per_account, day),
            RateLimit::FactorByKnown(_) => a(BROWSERS.saturating_mul(settings.codes_per_account), day),
            // No try comes back while the code lives.
            RateLimit::MailedCode(_) => a(TRIES, day),
            RateLimit::CodeFrom(_) => a(settings.codes_per_client, window),
            RateLimit::SignInTextTo(_) => {
                a(settings.texts_per_number, day).within(MessageKind::SignIn.life(core))
            }
            RateLimit::TextTo(_) | RateLimit::TextBy(..) | RateLimit::TextByTrusted(_) => {
                a(settings.texts_per_number, day).within(MessageKind::Reset.life(core))
            }
            RateLimit::TextByKnown(_) => a(BROWSERS.saturating_mul(settings.texts_per_number), day)
                .within(MessageKind::Reset.life(core)),
            RateLimit::VerifyTo(_) | RateLimit::VerifyOf(_) => a(settings.texts_per_number, day),
            // A network of many addresses never gets more than a part of the site's daily texts.
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

    /// Buckets under all of the site's secrets, so that counting continues on a server with another secret in force.
    pub(super) fn all(self, core: &Core) -> Vec<Bucket> {
        core.keyring.rings().flat_map(|ring| self.buckets(core, ring)).collect()
    }

    /// The same buckets with room for twice as many, so that kinds with a reserve of their own may overdraw them.
    pub(super) fn overdrawn(self, core: &Core) -> impl Iterator<Item = Bucket> {
        let twice = core.config().limits.messages_per_address.saturating_mul(2);
        self.all(core).into_iter().map(move |(bucket, quota)| (bucket, quota.holding(twice)))
    }

    /// Buckets that reserve one message of each kind within the life of its key, independent of the shared bucket.
    pub(super) fn kept(self, core: &Core) -> Option<Vec<Bucket>> {
        let RateLimit::MessageFor(asking, address) = self else { return None };
        let parts: [&[u8]; 2] = [&[asking as u8], address.as_bytes()];
        let quota = Quota::new(1, asking.life(core));
        Some(core.keyring.rings().map(|ring| (ring.mac("count message for", &parts), quota)).collect())
    }

    /// Counts one try if permitted. A refusal becomes an event once in the time that the bucket takes to fill.
    ///
    /// # Errors
    /// [`Error::Database`] if it cannot be counted; the caller must then refuse.
    pub async fn allow(self, core: &Core, tx: &mut Tx) -> Result<Allowed, Error> {
        if !core.config().limits.enabled {
            return Ok(Allowed::Yes);
        }
        let mut allowed = match self.kept(core) {
            Some(kept) => take(core, tx, &kept).await?,
            None => return self.report(take(core, tx, &self.all(core)).await?, core, tx).await,
        };
        if allowed.is_yes() {
            // It also counts in the shared bucket, which it may overdraw.
            take(core, tx, &self.overdrawn(core).collect::<Vec<_>>()).await?;
        } else {
            allowed = allowed.or(take(core, tx, &self.all(core)).await?);
        }
        self.report(allowed, core, tx).await
    }

    /// Checks the limit without counting.
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

    /// Returns how many tries are left; `None` if there is no limit.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn left(self, core: &Core, tx: &mut Tx) -> Result<Option<u64>, Error> {
        let mut least = None;
        for (bucket, quota) in if core.config().limits.enabled { self.all(core) } else { Vec::new() } {
            let full_at = rate_limits::full_at(tx, &bucket).await?.unwrap_or_default();
            let left = quota.left(full_at, core.now());
            least = Some(least.map_or(left, |least: u64| least.min(left)));
        }
        Ok(least)
    }

    /// Returns one try, after a success or when the request could not be served.
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
            Event::of_site(EventKind::LimitReached).from(&asked).detail(kind).write(core, tx).await?;
        }
        Ok(allowed)
    }

    /// The client, for limits by client.
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
