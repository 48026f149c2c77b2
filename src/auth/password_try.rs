//! A try of somebody's password in place of a session: counted before it is compared, and recorded if it is wrong.

use crate::{
    base::{Error, factor::FactorKind},
    core::event::{Event, EventKind},
    hashing::hasher::Hasher,
    http::{Visit, device, throttle::SignIn},
    store::accounts,
};

/// Counts a try of the password of the account with the address `named`, and returns the hasher for it; `typed` is what
/// was typed to name it. If it is not allowed now, nothing may be compared.
///
/// # Errors
/// [`Error::Busy`], before anything is counted, and [`Error::Database`].
pub async fn begin<'a>(
    site: &Visit<'_>,
    typed: &'a str,
    named: &'a str,
) -> Result<(Hasher, SignIn<'a>), Error> {
    let hasher = match device::known(site, named) {
        Some(_) => site.hasher_for(named.as_bytes()),
        None => site.hasher(),
    };
    hasher.admit()?;
    Ok((hasher, SignIn::count(site, typed, named).await?))
}

/// Refunds a try that came to nothing because the server was busy.
///
/// # Errors
/// [`Error::Database`].
pub async fn call_off(site: &Visit<'_>, counted: &SignIn<'_>) -> Result<(), Error> {
    let mut tx = site.begin().await?;
    counted.call_off(site.app, &mut tx).await?;
    tx.commit().await
}

/// Records a failure, and the factor that took the place of the password, if there was one.
///
/// # Errors
/// [`Error::Database`].
pub async fn note_failure(site: &Visit<'_>, named: &str, instead: Option<FactorKind>) -> Result<(), Error> {
    let mut tx = site.begin().await?;
    let account = accounts::find_by_email(&mut tx, named).await?;
    let asked = site.caller();
    let event = Event::of(EventKind::SignInFailed, account.map(|account| account.id)).from(&asked);
    event.instead(instead).write(site.app, &mut tx).await?;
    tx.commit().await
}
