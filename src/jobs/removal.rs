//! Removal of accounts that their owners deleted, once no link can restore them: each in a transaction of its own, since the
//! application may still need one.

use std::time::Duration;

use rocket::tokio::time::Instant;
use uuid::Uuid;

use crate::{
    account::leaving,
    app::App,
    base::{Error, clock::Time},
    core::event::{Event, EventKind},
    store::{Pool, Tx, accounts},
};

/// Time after which a round ends, since the application may take seconds for each account.
const ROUND: Duration = Duration::from_secs(20);

/// Time and id of the account that a round ended with; the next begins behind it, so that none waits for one that stays.
pub type Position = (Time, Uuid);

/// Removes those that their owners deleted at `since` or before, behind `last`. One that cannot be removed stays
/// disabled, and its turn comes again.
///
/// # Errors
/// [`Error::Database`] if the database cannot be reached.
pub async fn remove(app: &App, pool: &Pool, since: Time, last: &mut Position) -> Result<(), Error> {
    let begun = Instant::now();
    let (mut kept, mut failed) = (Vec::new(), Vec::new());
    'round: loop {
        let batch = accounts::deleted(&mut pool.read().await?, since, *last).await?;
        if batch.is_empty() {
            *last = Position::default();
            break;
        }
        for position in batch {
            // Before it is tried: whoever awaits this may give up.
            *last = position;
            let tx = pool.begin_low_priority().await?;
            match remove_one(app, tx, position.1, since).await {
                Ok(true) => {}
                Ok(false) => kept.push(position.1),
                Err(error) => failed.push((position.1, error)),
            }
            if begun.elapsed() > ROUND {
                break 'round;
            }
        }
    }
    if let Some(first) = kept.first() {
        let number = kept.len();
        log::warn!(
            "the application still needs {number} deleted accounts, such as {first}: they stay disabled"
        );
    }
    if let Some((first, error)) = failed.first() {
        let number = failed.len();
        log::error!(
            "{number} deleted accounts could not be removed, such as {first}: they stay disabled: {error}"
        );
    }
    Ok(())
}

/// Removes one; false if the application still needs it.
async fn remove_one(app: &App, mut tx: Tx, id: Uuid, since: Time) -> Result<bool, Error> {
    let Some(mut account) = accounts::lock(&mut tx, id, app.now()).await? else { return Ok(true) };
    // Its owner may have restored it meanwhile.
    if account.deleted_at.is_none_or(|deleted_at| deleted_at > since) {
        return Ok(true);
    }
    if leaving::remove(app, &mut account).await?.is_err() {
        return Ok(false);
    }
    Event::new(EventKind::AccountDeleted, id).write(app, account.tx()).await?;
    match tx.commit().await {
        Err(error) if accounts::is_refused(&error) => Ok(false),
        committed => committed.map(|()| true),
    }
}
