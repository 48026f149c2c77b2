//! Processing of requests: several in one transaction, or each alone if one of them fails.

use std::sync::Arc;

use super::{desk::Desk, requests};
use crate::{
    base::Error,
    store::{
        Tx,
        outbox::{self, Entry},
    },
};

/// Processes a set of requests, and retries later those that fail.
pub async fn carry_out(desk: Arc<Desk>, set: Vec<Entry>) {
    let together = set.len() > 1 && desk.within(all(&desk, &set)).await.is_ok();
    for entry in set {
        if !together && let Err(error) = desk.within(all(&desk, std::slice::from_ref(&entry))).await {
            log::error!("outbox entry {} will be retried: {error}", entry.id);
            if let Err(error) = desk.within(postpone(&desk, &entry, &error)).await {
                log::error!("outbox entry {} will be retried when its lease ends: {error}", entry.id);
            }
        }
        desk.let_go(entry.id);
    }
}

async fn all(desk: &Desk, set: &[Entry]) -> Result<(), Error> {
    let mut tx = desk.pool.begin_low_priority().await?;
    for entry in set {
        one(desk, &mut tx, entry).await?;
    }
    tx.commit().await
}

async fn one(desk: &Desk, tx: &mut Tx, entry: &Entry) -> Result<(), Error> {
    tx.caused_by(entry.cause.clone());
    if outbox::remove(tx, entry.id).await? && desk.app.now() < entry.expires_at {
        requests::carry_out(&desk.app, tx, &entry.sealed).await?;
    }
    Ok(())
}

async fn postpone(desk: &Desk, entry: &Entry, error: &Error) -> Result<(), Error> {
    let mut tx = desk.pool.begin_low_priority().await?;
    let due = desk.app.now() + desk.pause(entry.attempts);
    outbox::postpone(&mut tx, entry.id, Some(&error.to_string()), due).await?;
    tx.commit().await
}
