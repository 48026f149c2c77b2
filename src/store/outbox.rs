//! The table `outbox`: what is to be done after the answer, once each.

use std::time::Duration;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::{Error, clock::Time};

/// Something that waits to be done.
#[derive(Clone, FromRow)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// `request`, `email`, `sms` or `none` (a message to nobody, for an unknown address).
    pub kind: String,
    /// The request or message, sealed.
    pub sealed: Vec<u8>,
    /// Whom it concerns, if that is known.
    pub account_id: Option<Uuid>,
    /// The key it carries.
    pub key_id: Option<Uuid>,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// When it came.
    pub created_at: Time,
    /// When it is worth nothing any more.
    pub expires_at: Time,
}

/// What is known of an entry without opening it.
#[derive(FromRow)]
pub struct Line {
    /// Its id.
    pub id: Uuid,
    /// `request`, `email`, `sms` or `none`.
    pub kind: String,
    /// `waiting`, `sent`, `expired` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong last.
    pub trouble: Option<String>,
    /// When it came.
    pub created_at: Time,
    /// When it will be tried next.
    pub due_at: Time,
}

/// Adds an entry that is due at once.
pub async fn insert(tx: &mut Tx, entry: &Entry) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO outbox
        (id, kind, state, sealed, account_id, key_id, attempts, created_at, due_at, expires_at)
        VALUES ($1, $2, 'waiting', $3, $4, $5, 0, $6, $6, $7)";
    sql!(execute tx, INSERT, entry.id, &entry.kind, entry.sealed.as_slice(), entry.account_id, entry.key_id,
        entry.created_at, entry.expires_at)?;
    Ok(())
}

/// Takes up to `most` due entries for `lease`: nobody else gets them until that is over.
pub async fn lease(tx: &mut Tx, most: i64, lease: Duration, now: Time) -> Result<Vec<Entry>, Error> {
    const LEASE_SQLITE: &str = "UPDATE outbox SET due_at = $3, attempts = attempts + 1 WHERE id IN
        (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT $2)
        RETURNING id, kind, sealed, account_id, key_id, attempts, created_at, expires_at";
    const LEASE_POSTGRES: &str = "UPDATE outbox SET due_at = $3, attempts = attempts + 1 WHERE id IN
        (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, sealed, account_id, key_id, attempts, created_at, expires_at";
    let text = tx.pick(LEASE_SQLITE, LEASE_POSTGRES);
    Ok(sql!(all Entry, tx, text, now, most, now + lease)?)
}

/// When the next entry is due, if any waits.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Time>, Error> {
    const NEXT_DUE: &str = "SELECT due_at FROM outbox WHERE state = 'waiting' ORDER BY due_at LIMIT 1";
    Ok(sql!(optional(Time,), conn, NEXT_DUE)?.map(|(due,)| due))
}

/// Wipes what is done with: `sent`, `expired` or `given_up`; false if it was dropped meanwhile.
pub async fn finish(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    trouble: Option<&str>,
    now: Time,
) -> Result<bool, Error> {
    const FINISH: &str = "UPDATE outbox SET state = $2, trouble = $3, done_at = $4, sealed = $5 WHERE id = $1 AND state = 'waiting'";
    let wiped: &[u8] = &[];
    Ok(sql!(execute tx, FINISH, id, state, trouble, now, wiped)? == 1)
}

/// Tries an entry again at `due`.
pub async fn postpone(tx: &mut Tx, id: Uuid, trouble: Option<&str>, due: Time) -> Result<(), Error> {
    const POSTPONE: &str = "UPDATE outbox SET due_at = $3, trouble = $2 WHERE id = $1 AND state = 'waiting'";
    sql!(execute tx, POSTPONE, id, trouble, due)?;
    Ok(())
}

/// Removes a request that was carried out, in the transaction that did so; false if it was carried out already.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM outbox WHERE id = $1 AND state = 'waiting'";
    Ok(sql!(execute tx, REMOVE, id)? == 1)
}

/// Drops the unsent messages of an account that carry a key which is live no more.
pub async fn drop_orphans(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const DROP_ORPHANS: &str =
        "DELETE FROM outbox WHERE state = 'waiting' AND account_id = $1 AND key_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM keys WHERE keys.id = outbox.key_id)";
    sql!(execute tx, DROP_ORPHANS, account)?;
    Ok(())
}

/// How many entries are in a state.
pub async fn count(conn: &mut Conn, state: &str) -> Result<i64, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM outbox WHERE state = $1";
    Ok(sql!(optional(i64,), conn, COUNT, state)?.map_or(0, |(count,)| count))
}

/// The newest entries in a state.
pub async fn list(conn: &mut Conn, state: &str, limit: i64) -> Result<Vec<Line>, Error> {
    const LIST: &str = "SELECT id, kind, state, attempts, trouble, created_at, due_at
        FROM outbox WHERE state = $1 ORDER BY created_at DESC LIMIT $2";
    Ok(sql!(all Line, conn, LIST, state, limit)?)
}

/// Removes some of what was done before `before`.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM outbox WHERE id IN
        (SELECT id FROM outbox WHERE done_at <= $1 AND state <> 'waiting' LIMIT 500)";
    Ok(sql!(execute tx, PURGE, before)?)
}
