//! Whether a message may be asked for: who asks too much counts against nobody else.

use super::Site;
use crate::{
    Error,
    app::App,
    limits::{Asking, Limited},
    store::Tx,
};

/// Counts a request for a message by where it comes from.
///
/// # Errors
/// [`Error::Database`].
pub async fn client_allowed(site: &Site<'_>, tx: &mut Tx) -> Result<bool, Error> {
    let from = Limited::MessageFrom(site.client.address);
    from.allow(tx, &site.config().limits, &site.keyring, site.now()).await
}

/// Counts a request for a message by address, known or not.
///
/// # Errors
/// [`Error::Database`].
pub async fn name_allowed(site: &Site<'_>, tx: &mut Tx, asking: Asking, key: &str) -> Result<bool, Error> {
    let named = Limited::MessageFor(asking, key);
    named.allow(tx, &site.config().limits, &site.keyring, site.now()).await
}

/// Counts a request for a message, by where it comes from and then by address: who asks too much counts against nobody.
///
/// # Errors
/// [`Error::Database`].
pub async fn message_allowed(site: &Site<'_>, tx: &mut Tx, asking: Asking, key: &str) -> Result<bool, Error> {
    Ok(client_allowed(site, tx).await? && name_allowed(site, tx, asking, key).await?)
}

/// Counts a text message that lets somebody back in, by number and over the whole site.
///
/// # Errors
/// [`Error::Database`].
pub async fn text_allowed(site: &App, tx: &mut Tx, number: &str) -> Result<bool, Error> {
    let by_number =
        Limited::TextTo(number).allow(tx, &site.config().limits, &site.keyring, site.now()).await?;
    Ok(by_number && site_may_text(site, tx).await?)
}

/// Counts a text message over the whole site.
///
/// # Errors
/// [`Error::Database`].
pub async fn site_may_text(site: &App, tx: &mut Tx) -> Result<bool, Error> {
    let by_site = Limited::Text.allow(tx, &site.config().limits, &site.keyring, site.now()).await?;
    if !by_site {
        log::error!(
            "the site's budget of text messages for today is used up: raise latchkey.limits.texts_per_day if that is not abuse"
        );
    }
    Ok(by_site)
}
