//! The rest of a sign-in or a reset, once its second factor is proved.

use crate::{
    account::notice,
    auth::{
        gate::{self, Goal, Passed, Proof},
        pending::{Pending, PendingGoal},
        temporary,
    },
    base::{Error, factor::FactorKind},
    core::{
        event::{Event, EventKind},
        place::{Address, Place, goal},
    },
    http::{Outcome, Visit, dead_end::Why},
    policy::{Policy, strategy::Strategy},
    reset::{
        complete::{Completed, complete},
        one_time_login,
    },
    sign_in::enter::enter,
    store::{
        Tx,
        accounts::{self, AccountRow, Locked},
        sessions,
    },
};

/// The end of a pending sign-in, once the transaction is committed.
pub enum Resumed<'p> {
    /// A session has begun, or another factor is owed.
    Passed(Passed, Option<Place>),
    /// A reset is complete.
    Completed(Completed, &'p Policy),
    /// The policy of the reset is no longer accepted: the transaction must be dropped.
    Stale,
}

/// Locks the account of a pending sign-in, and ends that; `None` unless both succeed.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock<'t>(
    tx: &'t mut Tx,
    site: &Visit<'_>,
    pending: &Pending<'_>,
) -> Result<Option<Locked<'t>>, Error> {
    let locked = accounts::lock_unchanged(tx, &pending.me.account, site.now()).await?;
    let Some(mut account) = locked else { return Ok(None) };
    let ended = sessions::end(account.tx(), pending.me.account.id, pending.me.session.id).await?;
    Ok(ended.then_some(account))
}

/// Reaches the goal of a pending sign-in, whose factor `proved` has been proved or set up.
///
/// # Errors
/// [`Error::Database`].
pub async fn resume<'p>(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    pending: &'p Pending<'_>,
    proved: FactorKind,
) -> Result<Resumed<'p>, Error> {
    note(site, account, proved).await?;
    let factor = Some(proved);
    match (&pending.goal, &pending.policy) {
        (PendingGoal::SignIn { keep }, _) => {
            let proof = pending.first.as_ref().map_or(Proof::Password, Proof::Code);
            let passed = enter(site, account, proof, factor, *keep).await?;
            Ok(Resumed::Passed(passed, None))
        }
        (PendingGoal::Form { generated }, Some(policy)) if site.policy_now(account).accepts(policy) => {
            let proof = generated.as_deref().map_or(Proof::Reset(policy), Proof::Temporary);
            let passed = gate::pass(site, account, proof, factor, Goal::Form(policy)).await?;
            match (&passed, policy.strategy) {
                (Passed::Owes(_), _) => {}
                (_, Strategy::OneTimeLogin) => one_time_login::tell(site, account, policy).await?,
                _ => temporary::note(site, account, policy).await?,
            }
            Ok(Resumed::Passed(passed, Some(Place::NewPassword)))
        }
        (PendingGoal::NewPassword { hash }, Some(policy)) => {
            let completed = complete(site, account, policy, hash, factor).await?;
            Ok(completed.map_or(Resumed::Stale, |completed| Resumed::Completed(completed, policy)))
        }
        _ => Ok(Resumed::Stale),
    }
}

/// Records the proof, and notifies the owner of a recovery code.
///
/// # Errors
/// [`Error::Database`].
pub async fn note(site: &Visit<'_>, account: &mut Locked<'_>, proved: FactorKind) -> Result<(), Error> {
    let asked = site.caller();
    let event = Event::new(EventKind::FactorProved, account.id).from(&asked).detail(proved.name());
    event.write(site.app, account.tx()).await?;
    if proved == FactorKind::RecoveryCode {
        let (held, row) = account.parts();
        notice::post(site.app, held, row, &row.email, "recovery-code-used", &asked).await?;
    }
    Ok(())
}

impl Resumed<'_> {
    /// True if a session has begun.
    pub fn has_entered(&self) -> bool {
        matches!(self, Resumed::Passed(passed, _) if passed.has_entered())
    }

    /// True if the transaction must be dropped.
    pub fn is_stale(&self) -> bool {
        matches!(self, Resumed::Stale)
    }

    /// Sets the browser's cookies, and returns the page to go on to. Call it after the commit.
    ///
    /// # Errors
    /// Same as [`Visit::keep`].
    pub fn enter(self, site: &Visit<'_>, account: &AccountRow, next: &str) -> Result<Outcome, Error> {
        match self {
            Resumed::Passed(passed, place) => {
                Ok(passed.enter(site, place.map_or_else(|| goal(next), Address::from)))
            }
            Resumed::Completed(completed, policy) => completed.enter(site, account, policy),
            Resumed::Stale => Ok(Outcome::gone(Why::Live, None, Place::Reset)),
        }
    }
}
