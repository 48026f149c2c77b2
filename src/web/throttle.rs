//! Whether something may be tried once more: who asks too much counts against nobody else.
//!
//! A browser that has signed in with the address before is counted by itself, and together with others like it; who has
//! used up what those may do together counts as anybody.

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

/// Who asks for a text message that lets somebody back in.
#[derive(Clone, Copy)]
pub enum Asker<'a> {
    /// Perhaps anybody.
    Stranger,
    /// A browser that the owner has signed in with.
    Owner(&'a Known),
    /// An admin, or whoever pressed "this wasn't me": what others have used up does not stand in the way.
    Trusted,
}

impl<'a> From<Option<&'a Known>> for Asker<'a> {
    fn from(known: Option<&'a Known>) -> Self {
        known.map_or(Asker::Stranger, Asker::Owner)
    }
}

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
    let known = device::known(site, key)
        .map(|it| [Limited::MessageBy(asking, it.device, key), Limited::MessageByKnown(asking, key)]);
    let strangers = [Limited::MessageFrom(site.client.address), Limited::MessageFor(asking, key)];
    Ok(count(site, tx, known, &strangers).await?.0)
}

/// A sign-in that is counted, and by what.
pub struct SignIn<'a> {
    allowed: bool,
    counted: Vec<Limited<'a>>,
}

impl<'a> SignIn<'a> {
    /// Counts one before anything is compared.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn count(site: &Site<'_>, key: &'a str) -> Result<Self, Error> {
        if !site.config().limits.enabled {
            return Ok(Self { allowed: true, counted: Vec::new() });
        }
        let known = device::known(site, key)
            .map(|it| [Limited::SignInBy(it.device, key), Limited::SignInByKnown(key)]);
        let strangers = [Limited::SignInFrom(site.client.address), Limited::SignInTo(key)];
        let mut tx = site.begin().await?;
        let (allowed, counted) = count(site, &mut tx, known, &strangers).await?;
        tx.commit().await?;
        Ok(Self { allowed, counted })
    }

    /// Whether it may be tried.
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// Takes it back: it succeeded, or could not be tried.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forgive(&self, app: &App, tx: &mut Tx) -> Result<(), Error> {
        for counted in &self.counted {
            counted.forgive(app, tx).await?;
        }
        Ok(())
    }
}

/// Counts a text message that lets somebody back in.
///
/// # Errors
/// [`Error::Database`].
pub async fn text_allowed(
    site: &App,
    tx: &mut Tx,
    number: &str,
    asker: Asker<'_>,
    asked: &Asked,
) -> Result<bool, Error> {
    let known = match asker {
        Asker::Trusted => return all(site, tx, &[Limited::TextByTrusted(number)]).await,
        Asker::Owner(known) => Some([Limited::TextBy(known.device, number), Limited::TextByKnown(number)]),
        Asker::Stranger => None,
    };
    let strangers: Vec<_> = text_from(asked).into_iter().chain([Limited::TextTo(number)]).collect();
    Ok(count(site, tx, known, &strangers).await?.0 && site_may_text(site, tx).await?)
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
        && all(site, tx, text_from(asked).as_slice()).await?
        && site_may_text(site, tx).await?)
}

/// What a text message is counted by where it was asked for; the command line asks from nowhere.
fn text_from(asked: &Asked) -> Option<Limited<'static>> {
    asked.from.parse().ok().map(Limited::TextFrom)
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

/// Counts a known browser by itself, and together with others like it; strangers, and known browsers that have used up
/// what they may do together, by what strangers are counted by. What that was goes with whether it is allowed.
async fn count<'a>(
    site: &App,
    tx: &mut Tx,
    known: Option<[Limited<'a>; 2]>,
    strangers: &[Limited<'a>],
) -> Result<(bool, Vec<Limited<'a>>), Error> {
    let mut counted = Vec::new();
    if let Some([own, together]) = known {
        counted.push(own);
        if !own.allow(site, tx).await? {
            return Ok((false, counted));
        }
        counted.push(together);
        if together.allow(site, tx).await? {
            return Ok((true, counted));
        }
    }
    for limited in strangers {
        counted.push(*limited);
        if !limited.allow(site, tx).await? {
            return Ok((false, counted));
        }
    }
    Ok((true, counted))
}

async fn all(site: &App, tx: &mut Tx, counts: &[Limited<'_>]) -> Result<bool, Error> {
    for counted in counts {
        if !counted.allow(site, tx).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
