//! The end of every reset: sets the password, ends everything older, notifies the owner, all in one transaction.

use uuid::Uuid;

use super::undo;
use crate::{
    account::notice,
    auth::{
        gate::{self, Goal, Passed, Proof},
        owed, session,
    },
    base::{Error, factor::FactorKind},
    core::{
        event::{Event, EventKind},
        place::Place,
    },
    hashing::{
        hash::{PasswordHash, Verdict},
        password::Password,
    },
    http::{Outcome, Refusal, Visit, dead_end::Why, device, flash::Announcement, form::form, keyed},
    policy::Policy,
    store::{
        accounts::{self, AccountRow, Locked},
        events,
        keys::KeyRow,
    },
};

form! {
    /// The form for a new password.
    pub struct PasswordForm {
        new_password: Password = new_password(),
    }
}

/// Returns a new password, if acceptable; adds any fault to the field `new_password`.
///
/// # Errors
/// [`Error::Busy`].
pub async fn choose(
    site: &Visit<'_>,
    account: &AccountRow,
    new: Option<Password>,
    refusal: &mut Refusal,
) -> Result<Option<Password>, Error> {
    let Some(password) = new else { return Ok(None) };
    let hasher = site.hasher_for(account.id.as_bytes());
    let validated = site.judge(&hasher, &password, &account.email, &[]).await?;
    Ok(refusal.take(PasswordForm::AT.new_password, validated).map(|()| password))
}

/// A code that is spent with a key.
#[derive(Clone, Copy)]
pub struct SpentCode {
    /// Id of its row.
    pub id: Uuid,
    /// The second factor that it also proves, if any.
    pub proves: Option<FactorKind>,
}

/// Answer to a form at the end of a reset.
pub struct Ended {
    /// The answer.
    pub outcome: Outcome,
    /// True if the reset is complete; false if the form came too late, and changed nothing, or a second factor is owed
    /// before the new password counts.
    pub is_complete: bool,
}

/// Spends a key and the code that goes with it, both or none, and completes the reset with a new password.
///
/// # Errors
/// [`Error::Busy`] if too many passwords are waiting to be hashed, [`Error::Database`]; nothing has happened then.
pub async fn spend(
    site: &Visit<'_>,
    account: &AccountRow,
    policy: &Policy,
    key: &KeyRow,
    code: Option<SpentCode>,
    new: Password,
) -> Result<Ended, Error> {
    let nothing = |outcome| Ended { outcome, is_complete: false };
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let now = site.now();
    let mut tx = site.begin().await?;
    let keys = [Some(key.id), code.map(|code| code.id)].into_iter().flatten();
    let Some(mut locked) = accounts::lock_spending(&mut tx, account, keys, now).await? else {
        drop(tx);
        return late(site, account.id, &key.digest, Some(new)).await.map(nothing);
    };
    let factor = match code.and_then(|code| code.proves) {
        Some(kind) => owed::counted(site, &mut locked, kind).await?,
        None => None,
    };
    let Some(completed) = settle(site, &mut locked, policy, key, &hash, factor).await? else {
        return Ok(nothing(Outcome::gone(Why::Live, None, Place::Reset)));
    };
    tx.commit().await?;
    let is_complete = completed.is_whole();
    let outcome = completed.enter(site, account, policy)?;
    Ok(Ended { outcome, is_complete })
}

/// Completes a reset whose key has been spent, like [`complete`], and remembers where a second click leads.
///
/// # Errors
/// [`Error::Database`]; nothing has happened then.
pub async fn settle(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    policy: &Policy,
    key: &KeyRow,
    hash: &PasswordHash,
    factor: Option<FactorKind>,
) -> Result<Option<Completed>, Error> {
    let completed = complete(site, account, policy, hash, factor).await?;
    if let Some(completed) = &completed {
        keyed::use_up(site, account.tx(), &key.digest, completed.leads(policy)).await?;
    }
    Ok(completed)
}

/// Answers a form whose key was spent while the request was under way.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn late(
    site: &Visit<'_>,
    account: Uuid,
    digest: &[u8],
    typed: Option<Password>,
) -> Result<Outcome, Error> {
    // The first click may still be waiting for a shared commit: this commit comes after it.
    site.begin().await?.commit().await?;
    let same = match typed {
        Some(typed) => is_set(site, account, typed).await?,
        None => false,
    };
    if same {
        keyed::gone(site, &mut site.read().await?, digest, Place::Reset).await
    } else {
        keyed::why(site, digest, Place::Reset).await
    }
}

/// True if `typed` is the account's current password: a double click on the last button sends the password that the
/// first click has set. Each check is paid for by a key that was live when its request arrived.
///
/// # Errors
/// [`Error::Database`].
pub async fn is_set(site: &Visit<'_>, account: Uuid, typed: Password) -> Result<bool, Error> {
    let Some(account) = accounts::find(&mut site.read().await?, account).await? else { return Ok(false) };
    match site.hasher_for(account.id.as_bytes()).verify(typed, Some(account.password_hash)).await {
        Ok(verdict) => Ok(!matches!(verdict, Verdict::No)),
        Err(Error::Busy) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A reset that is complete once its transaction is committed, unless a second factor is owed.
#[must_use]
pub struct Completed {
    passed: Passed,
    ended: u64,
}

/// Sets the password, ends everything older, notifies the owner, and signs in if the policy says so. `factor` is the
/// second factor that was proved; if one is owed, nothing of this happens, and the browser may prove it. Returns `None`,
/// and the transaction must be dropped, if the policy has changed while the password was typed and hashed. The key or
/// the restricted session must have been spent before.
///
/// # Errors
/// [`Error::Database`]; nothing has happened then.
pub async fn complete(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    policy: &Policy,
    hash: &PasswordHash,
    factor: Option<FactorKind>,
) -> Result<Option<Completed>, Error> {
    if !site.policy_now(account).accepts(policy) {
        return Ok(None);
    }
    let asked = site.caller();
    let ended = session::open(site, account, None).await?;
    let goal = Goal::NewPassword { hash, sign_in: policy.login_after };
    let passed = gate::pass(site, account, Proof::Reset(policy), factor, goal).await?;
    if let Passed::Owes(_) = passed {
        return Ok(Some(Completed { passed, ended: 0 }));
    }
    undo::settle(site.app, account).await?;
    let (held, account) = account.parts();
    notice::post(site.app, held, account, &account.email, "password-changed", &asked).await?;
    let began = events::last(held, account.id, EventKind::ResetIssued).await?;
    Event::new(EventKind::ResetCompleted, account.id)
        .from(&asked)
        .under(policy)
        .took(began.map(|began| began.until(site.now())))
        .write(site.app, held)
        .await?;
    Ok(Some(Completed { passed, ended }))
}

impl Completed {
    /// True unless a second factor is owed.
    pub fn is_whole(&self) -> bool {
        self.passed.has_entered()
    }

    /// Returns the place that a second click on the last button leads to.
    fn leads(&self, policy: &Policy) -> Place {
        match (self.is_whole(), policy.login_after) {
            (false, _) => Place::SecondFactor,
            (true, true) => Place::Account,
            (true, false) => Place::SignIn,
        }
    }

    /// Returns the answer to the browser, and sets its cookies. Call it after the commit.
    ///
    /// # Errors
    /// Same as [`Visit::keep`].
    pub fn enter(self, site: &Visit<'_>, account: &AccountRow, policy: &Policy) -> Result<Outcome, Error> {
        device::remember(site, &account.email_key())?;
        if !self.is_whole() {
            return Ok(self.passed.enter(site, Place::Account));
        }
        let set = if policy.login_after { "flash-password-set" } else { "flash-password-set-login" };
        let ended = (self.ended > 0).then(|| Announcement::count("flash-sessions-ended", self.ended));
        site.flash_all([Announcement::new(set)].into_iter().chain(ended).collect());
        if !policy.login_after {
            site.keep(Place::SignIn, policy.known_address(account))?;
        }
        let place = if policy.login_after { Place::Account } else { Place::SignIn };
        Ok(self.passed.enter(site, place))
    }
}
