//! Removal of accounts that their owners deleted, once no link can restore them: each in a transaction of its own, since the
//! application may still need one.

use uuid::Uuid;

use crate::{
    account::leaving,
    app::App,
    base::{Error, clock::Time},
    core::event::{Event, EventKind},
    store::{Pool, accounts},
};

/// Removes all that their owners deleted at `since` or before. One that the application still needs stays disabled, and
/// its turn comes again.
///
/// # Errors
/// [`Error::Database`].
pub async fn remove(app: &App, pool: &Pool, since: Time) -> Result<(), Error> {
    let (mut last, mut kept) = ((Time::default(), Uuid::nil()), Vec::new());
    loop {
        let batch = accounts::deleted(&mut pool.read().await?, since, last).await?;
        let Some(end) = batch.last() else { break };
        last = *end;
        for (_, id) in batch {
            if !remove_one(app, pool, id, since).await? {
                kept.push(id);
            }
        }
    }
    if let Some(first) = kept.first() {
        let number = kept.len();
        log::warn!(
            "the application still needs {number} deleted accounts, such as {first}: they stay disabled"
        );
    }
    Ok(())
}

/// Removes one; false if the application still needs it.
async fn remove_one(app: &App, pool: &Pool, id: Uuid, since: Time) -> Result<bool, Error> {
    let mut tx = pool.begin_low_priority().await?;
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
        Err(error) if accounts::is_referred_to(&error) => Ok(false),
        committed => committed.map(|()| true),
    }
}
