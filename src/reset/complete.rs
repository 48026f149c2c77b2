//! The end of every reset: a new password, everything older gone, the owner told, all in one transaction.

use uuid::Uuid;

use super::policy::Policy;
use crate::{
    Error,
    account::{
        change::end_everything,
        email::masked,
        gate::{self, Kind},
        hash::PasswordHash,
        notice,
        password::Password,
        undo,
    },
    event::Event,
    store::{Tx, accounts, accounts::Account, events, keys},
    web::{Answer, Crumb, Faults, Fields, Page, Site, device},
};

/// The new password in a form, if it may be one; what is wrong is noted under `new_password`.
///
/// # Errors
/// [`Error::Busy`].
pub async fn choose(
    site: &Site<'_>,
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

/// Spends `keys`, all of them or none, and completes the reset with a new password.
///
/// # Errors
/// [`Error::Busy`] if too many passwords are waiting to be hashed, [`Error::Database`]; nothing has happened then.
pub async fn spend(
    site: &Site<'_>,
    account: &Account,
    policy: &Policy,
    keys: &[Uuid],
    new: Password,
) -> Result<Answer, Error> {
    let hash = site.hasher_for(account.id.as_bytes()).hash(new).await?;
    let now = site.now();
    let mut tx = site.begin().await?;
    let mut won = accounts::take(&mut tx, account, now).await?;
    for key in keys {
        won = won && keys::spend(&mut tx, *key, now).await?;
    }
    if won { complete(site, tx, account, policy, &hash).await } else { Ok(Page::unusable("/reset").into()) }
}

/// Sets the password, ends everything older, tells the owner, and signs in if the policy says so.
///
/// The account's row must have been taken in `tx`, and what pays for this spent.
///
/// # Errors
/// [`Error::Database`]; nothing has happened then.
pub async fn complete(
    site: &Site<'_>,
    mut tx: Tx,
    account: &Account,
    policy: &Policy,
    hash: &PasswordHash,
) -> Result<Answer, Error> {
    // The policy may have switched while the password was typed and hashed.
    if !site.app.policy(account).accepts(policy) {
        return Ok(Page::unusable("/reset").into());
    }
    let asked = site.asked();
    accounts::set_password(&mut tx, account.id, hash, site.now()).await?;
    end_everything(&mut tx, account).await?;
    undo::settle(site.app, &mut tx, account).await?;
    notice::post(site.app, &mut tx, account, &account.email, "password-changed", &asked).await?;
    let admission = if policy.login_after {
        Some(gate::admit(site, &mut tx, account, Kind::Fresh, false).await?)
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
    for crumb in [Crumb::Reset, Crumb::Restricted] {
        site.crumbs.remove(crumb);
    }
    Ok(match admission {
        Some(admission) => {
            admission.enter(site);
            Answer::go("/account")
        }
        None => Page::new("reset/done").with("email", masked(&account.email)).into(),
    })
}
