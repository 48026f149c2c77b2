//! Guard that proves that a request carries a live key of a strategy.

use std::{marker::PhantomData, ops::Deref};

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};
use serde::Serialize;
use uuid::Uuid;

use super::Steps;
use crate::{
    auth::session,
    base::{
        Error,
        clock::Time,
        email::masked,
        key::{Key, Purpose},
    },
    core::place::Place,
    http::{CookieName, KeyShown, KeyedLink, ValidKey, Visit, device},
    policy::{Policy, strategy::Strategy},
    store::{
        Conn, Tx,
        accounts::{self, AccountRow, Locked},
        keys::{self, KeyRow},
    },
    view::shown::Until,
};

/// A live key, its account, and the policy it was issued under, which the policy at arrival accepts.
pub struct Issued {
    /// The key.
    pub key: KeyRow,
    /// Its account.
    pub account: AccountRow,
    /// The policy it was issued under.
    pub policy: Policy,
}

#[rocket::async_trait]
impl KeyedLink for Issued {
    const COOKIE: CookieName = CookieName::Reset;
    const AGAIN: Place = Place::Reset;

    async fn find(site: &Visit<'_>, key: &Key) -> Result<Option<Self>, Error> {
        let mut conn = site.read().await?;
        let Some(key) = look_up(&mut conn, site, key).await? else { return Ok(None) };
        let account = accounts::find(&mut conn, key.account_id).await?.filter(|account| account.enabled);
        let policy = site.issued_policy(key.policy.as_ref());
        let found = account.zip(policy).map(|(account, policy)| Issued { key, account, policy });
        Ok(found.filter(|found| site.policy_at_arrival(&found.account).accepts(&found.policy)))
    }

    fn id(&self) -> Uuid {
        self.key.id
    }

    fn email(&self) -> &str {
        self.policy.known_address(&self.account)
    }

    fn page(&self) -> Place {
        if self.key.restarts() { Place::ResetRestart } else { Place::Strategy(self.policy.strategy) }
    }
}

impl Issued {
    /// Locks the account and spends the key; `None` unless both succeed.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn lock_spending<'t>(&self, tx: &'t mut Tx, now: Time) -> Result<Option<Locked<'t>>, Error> {
        accounts::lock_spending(tx, &self.account, [self.key.id], now).await
    }
}

async fn look_up(conn: &mut Conn, site: &Visit<'_>, key: &Key) -> Result<Option<KeyRow>, Error> {
    for digest in key.digests(&site.keyring) {
        for purpose in [Purpose::Reset, Purpose::Restart] {
            if let Some(row) = keys::find(conn, &digest, purpose, site.now()).await? {
                return Ok(Some(row));
            }
        }
    }
    Ok(None)
}

/// Tag of the tickets of a strategy.
pub trait StrategyTag: Send + Sync + 'static {
    /// The strategy; `None` accepts a ticket of any strategy.
    const STRATEGY: Option<Strategy>;
}

/// Tag of a ticket of any strategy.
pub struct Any;

impl StrategyTag for Any {
    const STRATEGY: Option<Strategy> = None;
}

/// A live key of the strategy `S`, looked up and checked again at every request.
///
/// # Outcomes
/// Same as [`ValidKey`]; also forward 410 if the key is of another strategy, or is a restart key whose button was not
/// pressed yet.
pub struct Ticket<S> {
    issued: Issued,
    other: Option<String>,
    strategy: PhantomData<fn() -> S>,
}

impl<S> Deref for Ticket<S> {
    type Target = Issued;

    fn deref(&self) -> &Issued {
        &self.issued
    }
}

#[rocket::async_trait]
impl<'r, S: StrategyTag> FromRequest<'r> for Ticket<S> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let issued = match ValidKey::<Issued>::from_request(request).await {
            Outcome::Success(ValidKey(issued)) => issued,
            Outcome::Forward(status) => return Outcome::Forward(status),
            Outcome::Error(error) => return Outcome::Error(error),
        };
        if issued.key.restarts() || S::STRATEGY.is_some_and(|strategy| strategy != issued.policy.strategy) {
            return Outcome::Forward(Status::Gone);
        }
        let Ok(me) = session::current(request).await else {
            return Outcome::Error((Status::ServiceUnavailable, ()));
        };
        let other = me.filter(|me| me.account.id != issued.account.id).map(|me| masked(&me.account.email));
        Outcome::Success(Ticket { issued, other, strategy: PhantomData })
    }
}

/// A ticket, on the pages of its strategy.
#[derive(Serialize)]
pub struct TicketShown {
    #[serde(flatten)]
    key: KeyShown,
    /// The whole address, which the reader of a mailed link knows from the mail; empty for a text message.
    address: String,
    /// Seconds until the key expires.
    seconds: u64,
    #[serde(flatten)]
    steps: Steps,
    /// Masked address of another account that is signed in here.
    other: Option<String>,
}

impl TicketShown {
    /// Returns one for a mailed link, at this step of the strategy.
    pub fn sample(strategy: Strategy, step: u8) -> Self {
        Self {
            key: KeyShown::sample(),
            address: "maria@example.com".into(),
            seconds: 1440,
            steps: Steps::of(strategy, step),
            other: None,
        }
    }

    /// Returns one for a link by text message, of another account than the one signed in.
    pub fn texted(strategy: Strategy, step: u8) -> Self {
        let other = Some("b•••@example.com".into());
        Self { address: String::new(), other, ..Self::sample(strategy, step) }
    }

    /// Returns samples of both.
    pub fn samples(strategy: Strategy, step: u8) -> Vec<Self> {
        vec![Self::sample(strategy, step), Self::texted(strategy, step)]
    }
}

impl<S> Ticket<S> {
    /// Returns what a page shows at this step of the strategy.
    pub fn shown(&self, site: &Visit<'_>, step: u8) -> TicketShown {
        let until = Until::new(site.locale, self.key.expires_at, site.now());
        TicketShown {
            key: KeyShown { id: self.key.id, email: masked(&self.account.email), until },
            address: self.policy.known_address(&self.account).to_owned(),
            seconds: site.now().until(self.key.expires_at).as_secs(),
            steps: Steps::of(self.policy.strategy, step),
            other: self.other.clone(),
        }
    }

    /// Binds the key to this browser, which does not make it known: a link alone proves too little for that.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn bind(&self, site: &Visit<'_>) -> Result<bool, Error> {
        let browser_id = site.ensure_browser_id()?;
        let mut tx = site.begin().await?;
        let bound = keys::bind(&mut tx, self.key.id, (&browser_id, site.client.browser), site.now()).await?;
        tx.commit().await?;
        Ok(bound)
    }

    /// Binds the key to this browser, so that nobody else's request supersedes it while its owner fills in the form.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn hold(&self, site: &Visit<'_>) -> Result<(), Error> {
        if self.bind(site).await? { device::remember(site, &self.account.email_key()) } else { Ok(()) }
    }
}
