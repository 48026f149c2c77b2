//! "Keep me signed in": a separate token that changes each time it opens a session.
//!
//! A response may get lost, and a browser that restores five tabs sends the same token five times. So the previous
//! token gets the same next one again, until the next one is presented or its session is used, which proves that the
//! response arrived. Any other secret with a known id means that the token was stolen, and ends the remembered browser
//! and every session of the account (Jaspan, "Improved persistent login cookie", 2006).

use std::time::Duration;

use super::{
    gate::{self, Goal, Passed, Proof},
    rotating::{Next, Rotating, text, unseal},
};
use crate::{
    base::{
        Error,
        clock::Time,
        factor::FactorKind,
        key::{Key, sha256},
    },
    core::{
        event::{Event, EventKind},
        limits::sampled,
    },
    http::{CookieName, Visit},
    store::{
        self, Tx,
        accounts::{self, Locked},
        remembered::{self, Remembered},
        sessions::{self, SignedIn},
    },
};

const PURPOSE: &str = "remembered";
/// Time in which tabs restored together may still send the previous token, although one of them uses its session.
const GRACE: Duration = Duration::from_secs(60);

/// The secret in the cookie.
fn token(site: &Visit<'_>) -> Option<Rotating> {
    Rotating::parse(site.cookies.get(CookieName::Remembered)?)
}

/// True if the response with the current token arrived: its session was used, later than by tabs restored with it.
async fn arrived(tx: &mut Tx, browser: &Remembered, now: Time) -> Result<bool, Error> {
    match browser.session_id {
        Some(session) if browser.rotated_at + GRACE <= now => sessions::was_used(tx, session).await,
        _ => Ok(false),
    }
}

/// Remembers this browser, and returns the value of its cookie.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn remember(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    factor: Option<FactorKind>,
) -> Result<String, Error> {
    let (now, secret) = (site.now(), Key::for_link(site.random)?);
    let browser = Remembered {
        id: store::id(now, site.random)?,
        account_id: account.id,
        digest: sha256(secret.expose().as_bytes()),
        former: None,
        next: None,
        factor,
        session_id: None,
        rotated_at: now,
        expires_at: now + *site.config().session.remember,
    };
    let tx = account.tx();
    remembered::insert(tx, &browser).await?;
    remembered::keep(tx, browser.account_id, gate::MAX_SESSIONS).await?;
    Ok(text(browser.id, &secret))
}

/// Forgets this browser, if it presents the current or previous token of a remembered one.
///
/// # Errors
/// [`Error::Database`].
pub async fn forget(site: &Visit<'_>, tx: &mut Tx) -> Result<(), Error> {
    let Some(token) = token(site) else { return Ok(()) };
    match remembered::find(tx, token.id, site.now()).await? {
        Some(browser) if token.is(&browser.digest) || token.is_former(browser.former.as_deref()) => {
            remembered::end(tx, browser.id).await
        }
        _ => Ok(()),
    }
}

/// Opens a session that is not fresh, for a remembered browser.
///
/// # Errors
/// [`Error::Database`].
pub async fn recall(site: &Visit<'_>) -> Result<Option<SignedIn>, Error> {
    if site.cookies.get(CookieName::Remembered).is_none() {
        return Ok(None);
    }
    let opened = match token(site) {
        Some(token) => open(site, &token).await?,
        None => {
            site.cookies.refuse(CookieName::Remembered);
            None
        }
    };
    if opened.is_none() {
        site.cookies.remove(CookieName::Remembered);
    }
    Ok(opened)
}

async fn open(site: &Visit<'_>, token: &Rotating) -> Result<Option<SignedIn>, Error> {
    let now = site.now();
    let Some(browser) = remembered::find(&mut site.read().await?, token.id, now).await? else {
        return Ok(None);
    };
    let mut tx = site.begin().await?;
    let locked = accounts::lock(&mut tx, browser.account_id, now).await?;
    let Some(mut account) = locked.filter(|account| account.enabled) else { return Ok(None) };
    // Read again under the account's row lock: another tab, or a reset, may have come first.
    let Some(browser) = remembered::find(account.tx(), token.id, now).await? else { return Ok(None) };
    let is_copy = !token.is(&browser.digest)
        && (!token.is_former(browser.former.as_deref()) || arrived(account.tx(), &browser, now).await?);
    if is_copy {
        let (held, account) = account.into_parts();
        remembered::end(held, browser.id).await?;
        sessions::end_all(held, account.id, None).await?;
        Event::new(EventKind::RememberedReplayed, account.id)
            .from(&site.caller())
            .write(site.app, held)
            .await?;
        tx.commit().await?;
        return Ok(None);
    }
    let goal = Goal::SignIn { keep: false };
    let passed = gate::pass(site, &mut account, Proof::Remembered, browser.factor, goal).await?;
    // If a factor is owed that was not when the browser was remembered, its owner has to sign in again.
    let Passed::Entered(admission) = passed else { return Ok(None) };
    let Some((session, opened)) = admission.opened() else { return Ok(None) };
    let (held, account) = account.into_parts();
    let next = if token.is(&browser.digest) {
        let Next { secret, digest, sealed } = Next::draw(site, PURPOSE)?;
        remembered::rotate(held, browser.id, (&digest, &sealed), session.id, now).await?;
        Some(secret)
    } else {
        unseal(site, PURPOSE, browser.next.as_deref())
    };
    let whose = [account.id.as_bytes().as_slice(), &site.client.network()].concat();
    if sampled(site, held, "remembered", &whose, *site.config().limits.window).await? {
        Event::new(EventKind::SessionRemembered, account.id)
            .from(&site.caller())
            .write(site.app, held)
            .await?;
    }
    tx.commit().await?;
    site.cookies.set(CookieName::Session, opened.expose(), None);
    if let Some(next) = next {
        site.cookies.set(
            CookieName::Remembered,
            &text(browser.id, &next),
            Some(now.until(browser.expires_at)),
        );
    }
    Ok(Some(SignedIn { session, account }))
}
