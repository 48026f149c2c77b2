//! Refresh tokens: a program that has one gets another token without its owner. Each use replaces it; one that was
//! replaced before means that it was copied, and ends the whole family.

use std::time::Duration;

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::gate::{self, Goal, Passed, Proof};
use crate::{
    base::{
        Error,
        clock::Time,
        key::{Key, sha256},
    },
    config::session::RefreshTokens,
    core::event::{Event, EventKind},
    http::{CookieName, Outcome, Visit},
    store::{
        self, Tx,
        accounts::{self, Locked},
        refresh_tokens::{self, RefreshToken},
        sessions::{self, Session},
    },
};

const PURPOSE: &str = "refresh token";
/// Absolute life of a family.
const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Longest time between two uses.
const IDLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Time in which another tab may still send the former token.
const OVERLAP: Duration = Duration::from_secs(10);

/// A token as it was sent.
struct Sent {
    id: Uuid,
    digest: Vec<u8>,
}

impl Sent {
    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        Some(Self { id: Uuid::parse_str(id).ok()?, digest: sha256(secret.as_bytes()) })
    }

    fn is(&self, digest: &[u8]) -> bool {
        bool::from(digest.ct_eq(&self.digest))
    }

    /// True if another tab has just replaced it.
    fn is_overtaken(&self, family: &RefreshToken, now: Time) -> bool {
        let is_former = family.former.as_deref().is_some_and(|digest| self.is(digest));
        is_former && family.rotated_at + OVERLAP > now
    }
}

fn text(id: Uuid, secret: &Key) -> String {
    format!("{id}.{}", secret.expose())
}

/// Begins a family with a session of a program that asks for tokens, if the site has refresh tokens.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn begin(
    site: &Visit<'_>,
    account: &mut Locked<'_>,
    session: &Session,
) -> Result<Option<String>, Error> {
    if site.config().session.refresh_tokens == RefreshTokens::Off {
        return Ok(None);
    }
    let (now, secret) = (site.now(), Key::for_link(site.random)?);
    let family = RefreshToken {
        id: store::id(now, site.random)?,
        account_id: account.id,
        family: session.family(),
        digest: sha256(secret.expose().as_bytes()),
        former: None,
        next: None,
        factor: session.factor,
        browser: session.browser.clone(),
        client: session.client.clone(),
        began_at: now,
        rotated_at: now,
        expires_at: now + LIFE,
    };
    let tx = account.tx();
    refresh_tokens::insert(tx, &family).await?;
    refresh_tokens::keep(tx, family.account_id, gate::MAX_SESSIONS).await?;
    Ok(Some(text(family.id, &secret)))
}

/// Gives a program its refresh token, by the cookie or in the answer, as the site has it. Call it after the commit.
pub(super) fn hand_over(site: &Visit<'_>, token: &str, expires_in: Duration) {
    match site.config().session.refresh_tokens {
        RefreshTokens::Cookie => site.cookies.set(CookieName::Refresh, token, Some(expires_in)),
        RefreshTokens::Body | RefreshTokens::Off => site.tell_user("refresh_token", token),
    }
}

/// The same for a family that begins.
pub(super) fn hand_over_first(site: &Visit<'_>, token: &str) {
    hand_over(site, token, LIFE);
}

/// Replaces a refresh token, and gives a token beside it; `None` if it is not good, whatever the reason.
///
/// # Errors
/// [`Error::Database`].
pub async fn refresh(site: &Visit<'_>, sent: &str) -> Result<Option<Outcome>, Error> {
    let Some(sent) = Sent::parse(sent) else { return Ok(None) };
    let now = site.now();
    let Some(found) = find(&mut site.read().await?, site, &sent).await? else { return Ok(None) };
    let mut tx = site.begin().await?;
    let locked = accounts::lock(&mut tx, found.account_id, now).await?;
    let Some(mut account) = locked.filter(|account| account.enabled) else { return Ok(None) };
    // Read again under the lock of the account's row: another tab may have come first.
    let Some(family) = find(account.tx(), site, &sent).await? else { return Ok(None) };
    if !sent.is(&family.digest) && !sent.is_overtaken(&family, now) {
        let id = account.id;
        sessions::end(account.tx(), id, family.family).await?;
        refresh_tokens::end(account.tx(), id, family.family).await?;
        let asked = site.caller();
        let event = Event::new(EventKind::RefreshReplayed, id).from(&asked);
        event.write(site.app, account.tx()).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let next = match sent.is(&family.digest) {
        true => rotate(site, &mut account, &family).await?,
        false => match unseal(site, &family) {
            Some(next) => next,
            None => return Ok(None),
        },
    };
    let proof = Proof::Refreshed(family.family);
    let passed = gate::pass(site, &mut account, proof, family.factor, Goal::SignIn { keep: false }).await?;
    // If a factor is owed that was not when the family began, its owner has to sign in again.
    let Passed::Entered(admission) = passed else { return Ok(None) };
    tx.commit().await?;
    let outcome = admission.refresh(site);
    hand_over(site, &text(family.id, &next), now.until(family.expires_at));
    Ok(Some(outcome))
}

/// Returns the live families of an account.
///
/// # Errors
/// [`Error::Database`].
pub async fn of_account(
    site: &Visit<'_>,
    conn: &mut store::Conn,
    account: Uuid,
) -> Result<Vec<RefreshToken>, Error> {
    let now = site.now();
    refresh_tokens::list(conn, account, now - IDLE, now).await
}

/// Ends the family of a token, whichever of its tokens that is: the next person in a browser finds none of it.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn forget(site: &Visit<'_>, tx: &mut Tx, sent: &str) -> Result<(), Error> {
    let Some(sent) = Sent::parse(sent) else { return Ok(()) };
    if let Some(family) = find(tx, site, &sent).await? {
        sessions::end(tx, family.account_id, family.family).await?;
    }
    Ok(())
}

/// The same at sign-out, after whatever is under way for the account; a token that had been replaced is an event.
///
/// # Errors
/// [`Error::Database`].
pub async fn end(site: &Visit<'_>, tx: &mut Tx, sent: &str) -> Result<(), Error> {
    let Some(token) = Sent::parse(sent) else { return Ok(()) };
    let Some(found) = find(tx, site, &token).await? else { return Ok(()) };
    accounts::lock(tx, found.account_id, site.now()).await?;
    let Some(family) = find(tx, site, &token).await? else { return Ok(()) };
    if !token.is(&family.digest) && !token.is_overtaken(&family, site.now()) {
        let asked = site.caller();
        let event = Event::new(EventKind::RefreshReplayed, family.account_id).from(&asked);
        event.write(site.app, tx).await?;
    }
    forget(site, tx, sent).await
}

async fn find(conn: &mut store::Conn, site: &Visit<'_>, sent: &Sent) -> Result<Option<RefreshToken>, Error> {
    let now = site.now();
    refresh_tokens::find(conn, sent.id, now - IDLE, now).await
}

async fn rotate(site: &Visit<'_>, account: &mut Locked<'_>, family: &RefreshToken) -> Result<Key, Error> {
    let next = Key::for_link(site.random)?;
    let sealed = site.keyring.seal(site.random, PURPOSE, next.expose().as_bytes())?;
    let digest = sha256(next.expose().as_bytes());
    refresh_tokens::rotate(account.tx(), family.id, (&digest, &sealed), site.now()).await?;
    Ok(next)
}

fn unseal(site: &Visit<'_>, family: &RefreshToken) -> Option<Key> {
    let plain = site.keyring.open(PURPOSE, family.next.as_deref()?).ok()?;
    Key::parse(std::str::from_utf8(&plain).ok()?)
}
