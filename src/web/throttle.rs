//! Whether something may be tried once more: who asks too much counts against nobody else.
//!
//! A browser that has signed in with the address before is counted by itself alone.

use super::{
    Site,
    device::{self, Known},
};
use crate::{
    Error,
    app::App,
    limits::{Asking, Limited},
    outbox::message::Asked,
    store::Tx,
};

/// Counts a request for a message by where it comes from.
///
/// # Errors
/// [`Error::Database`].
pub async fn client_allowed(site: &Site<'_>, tx: &mut Tx) -> Result<bool, Error> {
    all(site, tx, &[Limited::MessageFrom(site.client.address)]).await
}

/// Counts a request for a message by address, known or not.
///
/// # Errors
/// [`Error::Database`].
pub async fn name_allowed(site: &Site<'_>, tx: &mut Tx, asking: Asking, key: &str) -> Result<bool, Error> {
    all(site, tx, &[Limited::MessageFor(asking, key)]).await
}

/// Counts a request for a message, by where it comes from and by address.
///
/// # Errors
/// [`Error::Database`].
pub async fn message_allowed(site: &Site<'_>, tx: &mut Tx, asking: Asking, key: &str) -> Result<bool, Error> {
    match device::known(site, key) {
        Some(known) => all(site, tx, &[Limited::MessageBy(asking, known.device, key)]).await,
        None => Ok(client_allowed(site, tx).await? && name_allowed(site, tx, asking, key).await?),
    }
}

/// What a sign-in is counted by.
fn sign_in<'a>(site: &Site<'_>, key: &'a str) -> Vec<Limited<'a>> {
    match device::known(site, key) {
        Some(known) => vec![Limited::SignInBy(known.device, key)],
        None => vec![Limited::SignInFrom(site.client.address), Limited::SignInTo(key)],
    }
}

/// Counts a sign-in before anything is compared.
///
/// # Errors
/// [`Error::Database`].
pub async fn sign_in_allowed(site: &Site<'_>, key: &str) -> Result<bool, Error> {
    if !site.config().limits.enabled {
        return Ok(true);
    }
    let mut tx = site.begin().await?;
    let allowed = all(site, &mut tx, &sign_in(site, key)).await?;
    tx.commit().await?;
    Ok(allowed)
}

/// Takes a counted sign-in back: it succeeded, or could not be tried.
///
/// # Errors
/// [`Error::Database`].
pub async fn forgive_sign_in(site: &Site<'_>, tx: &mut Tx, key: &str) -> Result<(), Error> {
    for counted in sign_in(site, key) {
        counted.forgive(site.app, tx).await?;
    }
    Ok(())
}

/// Counts a text message that lets somebody back in.
///
/// # Errors
/// [`Error::Database`].
pub async fn text_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    known: Option<&Known>,
    asked: &Asked,
) -> Result<bool, Error> {
    let by_owner = match known {
        Some(known) => all(site, tx, &[Limited::TextBy(known.device, number)]).await?,
        None => {
            text_allowed_from(site, tx, asked).await? && all(site, tx, &[Limited::TextTo(number)]).await?
        }
    };
    Ok(by_owner && site_may_text(site, tx).await?)
}

/// Counts a text message that verifies a number, for the account of these bytes.
///
/// # Errors
/// [`Error::Database`].
pub async fn verification_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    account: &[u8],
    asked: &Asked,
) -> Result<bool, Error> {
    Ok(all(site, tx, &[Limited::VerifyOf(account), Limited::VerifyTo(number)]).await?
        && text_allowed_from(site, tx, asked).await?
        && site_may_text(site, tx).await?)
}

/// Counts a text message by where it was asked for; the command line asks from nowhere.
async fn text_allowed_from(site: &App, tx: &mut Tx, asked: &Asked) -> Result<bool, Error> {
    match asked.from.parse() {
        Ok(client) => all(site, tx, &[Limited::TextFrom(client)]).await,
        Err(_) => Ok(true),
    }
}

/// Counts a text message over the whole site.
async fn site_may_text(site: &App, tx: &mut Tx) -> Result<bool, Error> {
    let by_site = all(site, tx, &[Limited::Text]).await?;
    if !by_site {
        log::error!(
            "the site's budget of text messages for today is used up: raise latchkey.limits.texts_per_day if that is not abuse"
        );
    }
    Ok(by_site)
}

async fn all(site: &App, tx: &mut Tx, counts: &[Limited<'_>]) -> Result<bool, Error> {
    for counted in counts {
        if !counted.allow(site, tx).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
