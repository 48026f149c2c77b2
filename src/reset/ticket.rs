//! The proof, in a guard, that a request holds a live key of a strategy.

use std::marker::PhantomData;

use rocket::{
    Request,
    http::Status,
    request::{FromRequest, Outcome},
};
use serde_json::{Value, json};

use super::{Strategy, policy::Policy};
use crate::{
    Error,
    account::{email::masked, session},
    key::{Key, Purpose},
    store::{
        Conn, accounts,
        accounts::Account,
        keys::{self, KeyRow},
    },
    web::{Crumb, Site, human, link},
};

/// What marks the tickets of a strategy.
pub trait Recovers: Send + Sync + 'static {
    /// The strategy; none for a ticket of whichever.
    const STRATEGY: Option<Strategy>;
}

/// Marks a ticket of whichever strategy.
pub struct Any;

impl Recovers for Any {
    const STRATEGY: Option<Strategy> = None;
}

/// A live key of the strategy `S`, its account, and the policy it was issued under, judged anew at every request.
///
/// # Outcomes
/// Forward 410 if the request holds no such key, or its form was made for another one; error 503 if that cannot be
/// told.
pub struct Ticket<S> {
    /// The key.
    pub key: KeyRow,
    /// Its account.
    pub account: Account,
    /// The policy it was issued under, which the one in force accepts.
    pub policy: Policy,
    other: Option<String>,
    strategy: PhantomData<fn() -> S>,
}

/// The live key of a digest with its account and policy, if the policy now in force accepts it.
///
/// # Errors
/// [`Error::Database`].
pub async fn find(site: &Site<'_>, key: &Key) -> Result<Option<(KeyRow, Account, Policy)>, Error> {
    let mut conn = site.read().await?;
    let Some(row) = look_up(&mut conn, site, key).await? else { return Ok(None) };
    let account = accounts::find(&mut conn, row.account_id).await?.filter(|account| account.enabled);
    let issued = row.policy.as_deref().and_then(|policy| serde_json::from_str::<Policy>(policy).ok());
    Ok(account
        .zip(issued)
        .filter(|(account, issued)| site.policy(account).accepts(issued))
        .map(|(account, issued)| (row, account, issued)))
}

async fn look_up(conn: &mut Conn, site: &Site<'_>, key: &Key) -> Result<Option<KeyRow>, Error> {
    for digest in key.digests(&site.keyring) {
        if let Some(row) = keys::find(conn, &digest, Purpose::Reset.name(), site.now()).await? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

#[rocket::async_trait]
impl<'r, S: Recovers> FromRequest<'r> for Ticket<S> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Site::of(request) else { return Outcome::Error((Status::InternalServerError, ())) };
        let Some(key) = site.carried(Crumb::Reset) else { return Outcome::Forward(Status::Gone) };
        let found = match find(&site, &key).await {
            Ok(found) => found.filter(|(row, _, issued)| {
                S::STRATEGY.is_none_or(|strategy| strategy == issued.strategy)
                    && link::admits(request, row.id)
            }),
            Err(error) => {
                log::error!("{error}");
                return Outcome::Error((Status::ServiceUnavailable, ()));
            }
        };
        let (Some((key, account, policy)), Ok(me)) = (found, session::current(request).await) else {
            return Outcome::Forward(Status::Gone);
        };
        let other = me.filter(|me| me.account.id != account.id).map(|me| masked(&me.account.email));
        Outcome::Success(Ticket { key, account, policy, other, strategy: PhantomData })
    }
}

impl<S> Ticket<S> {
    /// What a page shows of it, at this step of its strategy.
    pub fn shown(&self, site: &Site<'_>, step: u8) -> Value {
        json!({
            "id": self.key.id,
            "email": masked(&self.account.email),
            "until": human::clock(self.key.expires_at),
            "minutes": human::minutes(site.now().until(self.key.expires_at)),
            "step": step,
            "steps": self.policy.strategy.steps(),
            "other": self.other,
        })
    }

    /// Keeps the key from being superseded by somebody else's request, while its owner fills the form.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn hold(&self, site: &Site<'_>) -> Result<(), Error> {
        let mark = site.make_mark()?;
        let mut tx = site.begin().await?;
        keys::press(&mut tx, self.key.id, &mark, i64::MAX, site.now()).await?;
        tx.commit().await
    }
}
