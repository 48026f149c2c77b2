//! Tries of a password, of a code and of a second factor: each is counted before anything is compared, and refunded if it
//! is right.

use super::{Visit, and_then, count, refund};
use crate::{
    app::App,
    base::Error,
    core::limits::{self, Allowed, RateLimit},
    http::device,
    store::Tx,
};

/// A counted sign-in, with the limits that counted it.
pub struct SignIn<'a> {
    allowed: Allowed,
    counted: Vec<RateLimit<'a>>,
    /// Limit on work, which counts whether the sign-in succeeds or not.
    work: Option<RateLimit<'a>>,
}

impl<'a> SignIn<'a> {
    /// Counts a sign-in before any password is compared: a known browser by the address of the account, and strangers by
    /// what they typed, so that its limit tells nothing of the address.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn count(site: &Visit<'_>, typed: &'a str, email_key: &'a str) -> Result<Self, Error> {
        if !site.config().limits.enabled {
            return Ok(Self { allowed: Allowed::Yes, counted: Vec::new(), work: None });
        }
        let known = device::known(site, email_key)
            .map(|it| [RateLimit::SignInBy(it.device, email_key), RateLimit::SignInByKnown(email_key)]);
        let strangers = [RateLimit::SignInFrom(site.client.address), RateLimit::SignInTo(typed)];
        let from = RateLimit::WorkFrom(site.client.address);
        let mut work = if known.is_some() { RateLimit::WorkByKnown(email_key) } else { from };
        // Usually no limit is near, and one statement counts for all of them.
        let counted = known.unwrap_or(strangers);
        let mut tx = site.begin_once().await?;
        let each = limits::allow_each(site, &mut tx, &[&counted[..], &[work]].concat()).await?;
        tx.commit().await?;
        if each {
            return Ok(Self { allowed: Allowed::Yes, counted: counted.to_vec(), work: Some(work) });
        }
        let mut tx = site.begin().await?;
        let (mut allowed, counted) = count(site, &mut tx, known, &strangers).await?;
        if allowed.is_yes() && known.is_some() && !work.look(site, &mut tx).await?.is_yes() {
            work = from;
        }
        if allowed.is_yes() {
            allowed = and_then(site, &mut tx, &counted, work).await?;
        }
        tx.commit().await?;
        let work = allowed.is_yes().then_some(work);
        Ok(Self { allowed, counted, work })
    }

    /// The result: allowed, or when to try again.
    pub fn allowed(&self) -> Allowed {
        self.allowed
    }

    /// Refunds the count after a success.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn refund(&self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        refund(app, tx, &self.counted).await
    }

    /// Refunds the count and the work, because the sign-in could not be tried.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn call_off(&self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        // In the order in which they are counted: the reverse order could deadlock.
        self.refund(app, tx).await?;
        refund(app, tx, self.work.as_slice()).await
    }
}

/// A counted try of a secret, with the limits that counted it.
pub struct Try<'a> {
    allowed: Allowed,
    counted: Vec<RateLimit<'a>>,
}

impl<'a> Try<'a> {
    /// Counts a try by all these limits, also if one refuses it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn count(
        site: &Visit<'_>,
        limits: impl IntoIterator<Item = RateLimit<'a>>,
    ) -> Result<Self, Error> {
        let (mut tx, mut allowed) = (site.begin().await?, Allowed::Yes);
        let counted: Vec<_> = limits.into_iter().collect();
        for limited in &counted {
            allowed = allowed.and(limited.allow(site, &mut tx).await?);
        }
        tx.commit().await?;
        Ok(Self { allowed, counted })
    }

    /// Counts a try of a second factor, by the account with these bytes and this address, and by client.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn count_factor(
        site: &Visit<'_>,
        tx: &mut Tx,
        account: &'a [u8],
        email_key: &str,
    ) -> Result<Self, Error> {
        let known = device::known(site, email_key)
            .map(|it| [RateLimit::FactorBy(it.device, account), RateLimit::FactorByKnown(account)]);
        let strangers = [RateLimit::CodeFrom(site.client.address), RateLimit::FactorOf(account)];
        let (allowed, counted) = count(site, tx, known, &strangers).await?;
        Ok(Self { allowed, counted })
    }

    /// The result: allowed, or when to try again.
    pub fn allowed(&self) -> Allowed {
        self.allowed
    }

    /// Returns how many tries are left after this one; `None` if there is no limit.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn left(&self, app: &App, tx: &mut Tx) -> Result<Option<u64>, Error> {
        let mut least = None;
        for limited in &self.counted {
            let left = limited.left(app, tx).await?;
            least = [least, left].into_iter().flatten().min();
        }
        Ok(least)
    }

    /// Refunds the count after a success.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn refund(&self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        refund(app, tx, &self.counted).await
    }
}
