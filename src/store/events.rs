//! The table `events`: the audit log, appended to in the transaction of what it records.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::{Error, clock::Time};

/// One line of the audit log. Nothing in it is secret.
#[derive(Clone, FromRow)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: Time,
    /// What happened, like `reset.completed`.
    pub kind: String,
    /// To whom.
    pub account_id: Option<Uuid>,
    /// From where.
    pub client: String,
    /// Under which policy: the strategy's name.
    pub policy: Option<String>,
    /// What else is to be known.
    pub detail: Option<String>,
}

/// Appends an event.
pub async fn insert(tx: &mut Tx, event: &Event) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO events (id, at, kind, account_id, client, policy, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sql!(execute tx, INSERT, event.id, event.at, &event.kind, event.account_id, &event.client,
        event.policy.as_deref(), event.detail.as_deref())?;
    Ok(())
}

/// The newest events of an account.
pub async fn of_account(conn: &mut Conn, account: Uuid, limit: i64) -> Result<Vec<Event>, Error> {
    const OF_ACCOUNT: &str = "SELECT id, at, kind, account_id, client, policy, detail
        FROM events WHERE account_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
    Ok(sql!(all Event, conn, OF_ACCOUNT, account, limit)?)
}

/// Removes some of what happened before `before`.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, before)?)
}
