//! The end of every reset: a new password, everything older gone, the owner told, all in one transaction.

use uuid::Uuid;

use super::undo;
use crate::{
    account::{change::end_everything, notice},
    auth::{
        gate::{self, SessionKind},
        session,
    },
    base::Error,
    core::event::Event,
    hashing::{
        hash::{PasswordHash, Verdict},
        password::Password,
    },
    http::{Answer, CookieName, Faults, Fields, Page, Visit, device, keyed, page::Why, told::Announcement},
    policy::Policy,
    store::{
        Tx,
        accounts::{self, Account},
        events,
        keys::{self, KeyRow},
    },
};

/// The new password in a form, if it may be one; what is wrong is noted under `new_password`.
///
/// # Errors
/// [`Error::Busy`].
pub async fn choose(
    site: &Visit<'_>,
    account: &Account,
    fields: &Fields,
    faults: &mut Faults,
) -> Result<Option<Password>, Error> {
    let Some(password) = faults.take("new_password", fields.password("new_password")) else {
        return Ok(None);
    };
    let own_words = [account.email.as_str(), &site.config().site_name];
    let judged = site.hasher_for(account.id.as_bytes()).judge(&password, &own_words).await?;
    Ok(faults.take("new_password", judged).map(|()| password))
}

/// Spends a key and the code that goes with it, both or none, and completes the reset with a new password.
///
/// # Errors
/// [`Error::Busy`] if too many passwords are waiting to be hashed, [`Error::Database`]; nothing has happened then.
pub async fn spend(
    site: &Visit<'_>,
    account: &Account,
    policy: &Policy,
    key: &KeyRow,
    code: Option<Uuid>,
    new: Password,
) -> Result<Answer, Error> {
    let hash = site.hasher_for(account.id.as_bytes()).hash(new.clone()).await?;
    let now = site.now();
    let mut tx = site.begin().await?;
    let mut won = accounts::lock_unchanged(&mut tx, account, now).await?;
    for key in [Some(key.id), code].into_iter().flatten() {
        won = won && keys::spend(&mut tx, key, now).await?;
    }
    if !won {
        drop(tx);
        return late(site, account.id, &key.digest, Some(new)).await;
    }
    let leads = if policy.login_after { "/account" } else { "/login" };
    keyed::use_up(site, &mut tx, &key.digest, leads).await?;
    complete(site, tx, account, policy, &hash).await
}

/// The answer to a form whose key was spent while it was on its way.
///
/// # Errors
/// [`Error::Busy`], [`Error::Database`].
pub async fn late(
    site: &Visit<'_>,
    account: Uuid,
    digest: &[u8],
    typed: Option<Password>,
) -> Result<Answer, Error> {
    // What the first click did may share a commit that is yet to come: this one comes after it.
    site.begin().await?.commit().await?;
    let same = match typed {
        Some(typed) => is_set(site, account, typed).await?,
        None => false,
    };
    if same {
        keyed::gone(site, &mut site.read().await?, digest, "/reset").await
    } else {
        keyed::why(site, digest, "/reset").await.map(Answer::from)
    }
}

/// Whether `typed` is the account's password by now: a second click on the last button sends what the first has set. Each
/// such look was paid for by a key that lived when its request came.
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

/// Sets the password, ends everything older, tells the owner, and signs in if the policy says so.
///
/// The account's row must have been taken in `tx`, and what pays for this spent.
///
/// # Errors
/// [`Error::Database`]; nothing has happened then.
pub async fn complete(
    site: &Visit<'_>,
    mut tx: Tx,
    account: &Account,
    policy: &Policy,
    hash: &PasswordHash,
) -> Result<Answer, Error> {
    // The policy may have switched while the password was typed and hashed.
    if !site.app.policy(account).accepts(policy) {
        return Ok(Page::unusable(&site.templates, Why::Live, None, "/reset").into());
    }
    let asked = site.caller();
    let open = session::open(site, &mut tx, account.id, None).await?;
    accounts::set_password(&mut tx, account.id, hash, site.now()).await?;
    end_everything(&mut tx, account, site.now()).await?;
    undo::settle(site.app, &mut tx, account).await?;
    notice::post(site.app, &mut tx, account, &account.email, "password-changed", &asked).await?;
    let admission = if policy.login_after {
        Some(gate::admit(site, &mut tx, account, SessionKind::Fresh, false).await?)
    } else {
        None
    };
    let began = events::last(&mut tx, account.id, "reset.issued").await?;
    Event::new("reset.completed", account.id)
        .from(&asked)
        .under(policy)
        .took(began.map(|began| began.until(site.now())))
        .write(site.app, &mut tx)
        .await?;
    tx.commit().await?;
    device::remember(site, &account.email_key())?;
    site.cookies.remove(CookieName::Restricted);
    let set = if admission.is_some() { "told-password-set" } else { "told-password-set-login" };
    let ended = (open > 0).then(|| Announcement::count("told-sessions-ended", open));
    site.tell_all([Announcement::new(set)].into_iter().chain(ended).collect());
    Ok(match admission {
        Some(admission) => {
            admission.enter(site);
            Answer::go("/account")
        }
        None => {
            site.keep("/login", policy.known_address(account))?;
            Answer::go("/login")
        }
    })
}
