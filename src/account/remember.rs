//! "Keep me signed in": a token of its own that changes each time it opens a session.
//!
//! A browser that restores five tabs sends the same token five times: the one just replaced is good for a moment more.
//! Later it is a copy in wrong hands, and ends what it opened (Jaspan, "Improved persistent login cookie", 2006).

use std::time::Duration;

use super::gate;
use crate::{
    Error,
    event::Event,
    key::{Key, sha256},
    store::{
        self, Tx, accounts,
        accounts::Account,
        remembered::{self, Remembered},
        sessions::{self, SignedIn},
    },
    web::{Crumb, Site},
};

const MOMENT: Duration = Duration::from_secs(60);

/// Remembers a browser; the token is for its cookie.
///
/// # Errors
/// [`Error::Database`].
pub async fn remember(site: &Site<'_>, tx: &mut Tx, account: &Account) -> Result<Key, Error> {
    let (now, token) = (site.now(), Key::for_link(site.random)?);
    let browser = Remembered {
        id: store::id(now, site.random)?,
        account_id: account.id,
        digest: sha256(token.expose().as_bytes()),
        rotated_at: now,
        expires_at: now + *site.config().session.remember,
    };
    remembered::insert(tx, &browser).await?;
    Ok(token)
}

/// Opens a session, not a fresh one, for a browser that is remembered.
///
/// # Errors
/// [`Error::Database`].
pub async fn recall(site: &Site<'_>) -> Result<Option<SignedIn>, Error> {
    let Some(cookie) = site.crumbs.get(Crumb::Remembered) else { return Ok(None) };
    let (now, digest) = (site.now(), sha256(cookie.as_bytes()));
    let mut tx = site.begin().await?;
    let Some(browser) = remembered::find(&mut tx, &digest, now).await? else {
        site.crumbs.remove(Crumb::Remembered);
        return Ok(None);
    };
    let account = accounts::find(&mut tx, browser.account_id).await?;
    let Some(account) = account.filter(|account| account.enabled) else { return Ok(None) };
    if !accounts::take(&mut tx, &account, now).await? {
        return Ok(None);
    }
    let next = Key::for_link(site.random)?;
    let rotated =
        remembered::rotate(&mut tx, browser.id, &digest, &sha256(next.expose().as_bytes()), now).await?;
    if !rotated {
        // Read again under the account's lock: another tab may have been first, or a reset.
        match remembered::find(&mut tx, &digest, now).await? {
            Some(browser) if browser.rotated_at + MOMENT > now => {}
            Some(browser) => {
                remembered::end(&mut tx, browser.id).await?;
                sessions::end_all(&mut tx, account.id, None).await?;
                Event::new("remembered.replayed", account.id)
                    .from(&site.asked())
                    .write(site.app, &mut tx)
                    .await?;
                tx.commit().await?;
                site.crumbs.remove(Crumb::Remembered);
                return Ok(None);
            }
            None => return Ok(None),
        }
    }
    let (session, cookie) = gate::open(site, &mut tx, &account, gate::Kind::Remembered).await?;
    tx.commit().await?;
    site.crumbs.set(Crumb::Session, cookie.expose(), None);
    if rotated {
        site.crumbs.set(Crumb::Remembered, next.expose(), Some(now.until(browser.expires_at)));
    }
    Ok(Some(SignedIn { session, account }))
}
