//! Refresh tokens: a program that has one gets another token without its owner. Each use replaces it; one that was
//! replaced before means that it was copied, and ends the whole family.

use std::time::Duration;

use uuid::Uuid;

use super::{
    gate::{self, Goal, Passed, Proof},
    rotating::{Next, Rotating, text, unseal},
};
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
pub(super) const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Longest time between two uses.
const IDLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Time in which another tab may still send the former token.
const OVERLAP: Duration = Duration::from_secs(10);

/// True if a token is the family's, or was until another tab replaced it just now.
fn is_good(sent: &Rotating, family: &RefreshToken, now: Time) -> bool {
    let is_overtaken = sent.is_former(family.former.as_deref()) && family.rotated_at + OVERLAP > now;
    sent.is(&family.digest) || is_overtaken
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

/// Replaces a refresh token, and gives a token beside it; `None` if it is not good, whatever the reason.
///
/// # Errors
/// [`Error::Database`].
pub async fn refresh(site: &Visit<'_>, sent: &str) -> Result<Option<Outcome>, Error> {
    let Some(sent) = Rotating::parse(sent) else { return Ok(None) };
    let now = site.now();
    let Some(found) = find(&mut site.read().await?, site, &sent).await? else { return Ok(None) };
    let mut tx = site.begin().await?;
    let locked = accounts::lock(&mut tx, found.account_id, now).await?;
    let Some(mut account) = locked.filter(|account| account.enabled) else { return Ok(None) };
    // Read again under the lock of the account's row: another tab may have come first.
    let Some(family) = find(account.tx(), site, &sent).await? else { return Ok(None) };
    if !is_good(&sent, &family, now) {
        end_copied(site, account.tx(), &family).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let next = if sent.is(&family.digest) {
        let Next { secret, digest, sealed } = Next::draw(site, PURPOSE)?;
        refresh_tokens::rotate(account.tx(), family.id, (&digest, &sealed), now).await?;
        secret
    } else {
        match unseal(site, PURPOSE, family.next.as_deref()) {
            Some(next) => next,
            None => return Ok(None),
        }
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
    let Some(sent) = Rotating::parse(sent) else { return Ok(()) };
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
    let Some(sent) = Rotating::parse(sent) else { return Ok(()) };
    let Some(found) = find(tx, site, &sent).await? else { return Ok(()) };
    accounts::lock(tx, found.account_id, site.now()).await?;
    let Some(family) = find(tx, site, &sent).await? else { return Ok(()) };
    match is_good(&sent, &family, site.now()) {
        true => sessions::end(tx, family.account_id, family.family).await.map(|_| ()),
        false => end_copied(site, tx, &family).await,
    }
}

/// Ends a family one of whose former tokens was used again, and records it.
async fn end_copied(site: &Visit<'_>, tx: &mut Tx, family: &RefreshToken) -> Result<(), Error> {
    sessions::end(tx, family.account_id, family.family).await?;
    let asked = site.caller();
    let event = Event::new(EventKind::RefreshReplayed, family.account_id).from(&asked);
    event.write(site.app, tx).await
}

async fn find(
    conn: &mut store::Conn,
    site: &Visit<'_>,
    sent: &Rotating,
) -> Result<Option<RefreshToken>, Error> {
    let now = site.now();
    refresh_tokens::find(conn, sent.id, now - IDLE, now).await
}
