//! The table `outbox`: work to be done after the response, each entry once.
//!
//! It holds three queues, each in order of turns. An entry's turn is the time it was added, unless others from the same
//! network are waiting: then it is one second after the last of their turns. So a network that causes many entries
//! waits behind one that causes few, and nobody waits while there is nothing else to do (Zhang's virtual clock, SIGCOMM
//! 1990).
//!
//! Statements that know an entry's id or account say `state || '' = 'waiting'`, so that no index of the waiting ones serves
//! them. At its last look, PostgreSQL may have seen none waiting, and would read that whole index to find one entry.
//!
//! Longer than other files: most lines are statements, each next to its function.

use std::{collections::HashSet, time::Duration};

use strum::VariantArray;
use uuid::Uuid;

pub use super::outbox_kind::{OutboxKind, OutboxState};
use super::{
    Conn, Tx,
    rate_limits::{self, Bucket, Taken},
    record::record,
    sql,
};
use crate::base::{Error, clock::Time};

/// A queue of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Queue {
    /// Requests from strangers.
    Requests,
    /// Mail for the mail server.
    Mail,
    /// Texts for the gateway.
    Texts,
}

impl Queue {
    /// Returns its name in the table.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

record! {
    /// An entry waiting to be processed.
    #[derive(Clone)]
    pub struct Entry {
        /// Its id.
        pub id: Uuid,
        /// Its kind.
        pub kind: OutboxKind,
        /// Request or message, sealed.
        pub sealed: Vec<u8>,
        /// Account it concerns, if known.
        pub account_id: Option<Uuid>,
        /// Key that it carries.
        pub key_id: Option<Uuid>,
        /// Attempts, including the current one.
        pub attempts: i64,
        /// Time it was added.
        pub created_at: Time,
        /// Expiry.
        pub expires_at: Time,
        /// Digest of who caused it.
        pub cause: Option<Vec<u8>>,
        /// Its turn, once assigned.
        pub turn: Time,
    }
}

record! {
    /// Metadata of an entry, without its content.
    pub struct OutboxRow {
        /// Id, which begins with the time it was added.
        pub id: Uuid,
        /// Its kind.
        pub kind: OutboxKind,
        /// Its state.
        pub state: OutboxState,
        /// Current address of the account it concerns, if that exists.
        pub email: Option<String>,
        /// Account it concerns.
        pub account_id: Option<Uuid>,
        /// Attempts so far.
        pub attempts: i64,
        /// Last error.
        pub last_error: Option<String>,
        /// Time it was added.
        pub created_at: Time,
        /// Time of the next attempt.
        pub due_at: Time,
        /// Expiry.
        pub expires_at: Time,
        /// Time it was finished.
        pub done_at: Option<Time>,
        /// True if it can be sent again: given up, its content still there and its key still live.
        pub again: bool,
    }
}

/// Adds an entry that is due at once, and assigns its turn.
pub async fn insert(tx: &mut Tx, queue: Queue, entry: &Entry) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_outbox
        (id, kind, state, sealed, account_id, key_id, attempts, created_at, due_at, expires_at, queue, cause, turn)
        VALUES ($1, $2, 'waiting', $3, $4, $5, 0, $6, $6, $7, $8, $9, COALESCE((SELECT MAX(turn) + 1000 FROM latchkey_outbox
        WHERE state = 'waiting' AND queue = $8 AND cause = $9 AND turn > CAST($6 AS BIGINT) - 1000), $6))";
    sql!(apart tx, INSERT, entry.id, entry.kind.name(), entry.sealed.as_slice(), entry.account_id, entry.key_id,
        entry.created_at, entry.expires_at, queue.name(), entry.cause.as_deref())?;
    Ok(())
}

/// Like [`insert`], for an entry that concerns no account yet, if each of `buckets` has one left. Returns the buckets
/// that one was taken from: all of them, or the entry was not added.
pub async fn insert_within(
    tx: &mut Tx,
    queue: Queue,
    entry: &Entry,
    buckets: &[Bucket],
) -> Result<Vec<Taken>, Error> {
    // `rate_limits::take_each` and `insert` in one statement.
    const INSERT_WITHIN_POSTGRES: &str =
        "WITH wanted AS (SELECT decode(bucket, 'hex') AS bucket, first, latest, absurd
            FROM jsonb_to_recordset(CAST(CAST($1 AS TEXT) AS JSONB)) AS each (bucket TEXT, first BIGINT, latest BIGINT, absurd BIGINT)),
        taken AS (INSERT INTO latchkey_rate_limits (bucket, full_at) SELECT bucket, first FROM wanted
            ON CONFLICT (bucket) DO UPDATE SET full_at = excluded.full_at - $2 + (SELECT CASE
                WHEN latchkey_rate_limits.full_at < $2 THEN $2
                WHEN latchkey_rate_limits.full_at > wanted.absurd THEN wanted.latest
                ELSE latchkey_rate_limits.full_at END FROM wanted WHERE wanted.bucket = excluded.bucket)
            WHERE EXISTS (SELECT 1 FROM wanted WHERE wanted.bucket = excluded.bucket
                AND (latchkey_rate_limits.full_at <= wanted.latest OR latchkey_rate_limits.full_at > wanted.absurd))
            RETURNING bucket),
        added AS (INSERT INTO latchkey_outbox
            (id, kind, state, sealed, attempts, created_at, due_at, expires_at, queue, cause, turn)
            SELECT $3, $4, 'waiting', $5, 0, $2, $2, $6, $7, $8, COALESCE((SELECT MAX(turn) + 1000 FROM latchkey_outbox
            WHERE state = 'waiting' AND queue = $7 AND cause = $8 AND turn > CAST($2 AS BIGINT) - 1000), $2)
            WHERE (SELECT COUNT(*) FROM taken) = (SELECT COUNT(*) FROM wanted))
        SELECT bucket FROM taken";
    if tx.is_postgres() {
        return Ok(
            sql!(all Taken, tx, INSERT_WITHIN_POSTGRES, rate_limits::wanted(buckets, entry.created_at),
            entry.created_at, entry.id, entry.kind.name(), entry.sealed.as_slice(), entry.expires_at, queue.name(),
            entry.cause.as_deref())?,
        );
    }
    let taken = rate_limits::take_each(tx, buckets, entry.created_at).await?;
    if taken.len() == buckets.len() {
        insert(tx, queue, entry).await?;
    }
    Ok(taken)
}

/// Leases up to `most` due entries of a queue for `lease`, those with the earliest turn first: no other worker gets
/// them until then. Returns them in any order.
pub async fn lease(
    tx: &mut Tx,
    queue: Queue,
    most: i64,
    lease: Duration,
    now: Time,
) -> Result<Vec<Entry>, Error> {
    const LEASE_SQLITE: &str = "UPDATE latchkey_outbox SET due_at = $3, attempts = attempts + 1 WHERE id IN
        (SELECT id FROM latchkey_outbox WHERE state = 'waiting' AND queue = $4 AND due_at <= $1 ORDER BY turn LIMIT $2)
        RETURNING id, kind, sealed, account_id, key_id, attempts, created_at, expires_at, cause, turn";
    const LEASE_POSTGRES: &str = "UPDATE latchkey_outbox SET due_at = $3, attempts = attempts + 1 WHERE id IN
        (SELECT id FROM latchkey_outbox WHERE state = 'waiting' AND queue = $4 AND due_at <= $1 ORDER BY turn LIMIT $2
        FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, sealed, account_id, key_id, attempts, created_at, expires_at, cause, turn";
    let text = tx.pick(LEASE_SQLITE, LEASE_POSTGRES);
    Ok(sql!(all Entry, tx, text, now, most, now + lease, queue.name())?)
}

/// True if an entry of a queue is due.
pub async fn is_due(conn: &mut Conn, queue: Queue, now: Time) -> Result<bool, Error> {
    const IS_DUE: &str = "SELECT turn FROM latchkey_outbox WHERE state = 'waiting' AND queue = $1 AND due_at <= $2 ORDER BY turn LIMIT 1";
    Ok(sql!(optional(Time,), conn, IS_DUE, queue.name(), now)?.is_some())
}

/// Counts the waiting entries by kind, up to 10,000 in all.
pub async fn waiting(conn: &mut Conn) -> Result<Vec<(OutboxKind, i64)>, Error> {
    const WAITING: &str = "SELECT kind, COUNT(*) FROM (SELECT kind FROM latchkey_outbox
        WHERE state = 'waiting' AND kind <> 'none' ORDER BY id LIMIT 10000) AS first GROUP BY kind ORDER BY kind";
    Ok(sql!(all(OutboxKind, i64), conn, WAITING)?)
}

/// Returns when the oldest waiting entry was added.
pub async fn oldest(conn: &mut Conn) -> Result<Option<Time>, Error> {
    const OLDEST: &str = "SELECT created_at FROM latchkey_outbox WHERE state = 'waiting' AND kind <> 'none' ORDER BY id LIMIT 1";
    Ok(sql!(optional(Time,), conn, OLDEST)?.map(|(oldest,)| oldest))
}

/// Marks entries as sent and wipes them; returns those that were not dropped meanwhile.
pub async fn sent(tx: &mut Tx, ids: &[Uuid], now: Time) -> Result<HashSet<Uuid>, Error> {
    const SENT: &str =
        "UPDATE latchkey_outbox SET state = 'sent', last_error = NULL, done_at = $1, sealed = $2
        WHERE id IN ($3, $4, $5, $6, $7, $8, $9, $10) AND state || '' = 'waiting' RETURNING id";
    let wiped: &[u8] = &[];
    let mut known = HashSet::new();
    for chunk in ids.chunks(8) {
        let id = |at: usize| chunk.get(at).copied().unwrap_or_default();
        let rows =
            sql!(all(Uuid,), tx, SENT, now, wiped, id(0), id(1), id(2), id(3), id(4), id(5), id(6), id(7))?;
        known.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(known)
}

/// Marks an entry as `expired` or `given_up`; false if it was dropped meanwhile. Wipes it, unless it is given up: then
/// it can be sent again until it expires.
pub async fn finish(
    tx: &mut Tx,
    id: Uuid,
    state: OutboxState,
    last_error: Option<&str>,
    now: Time,
) -> Result<bool, Error> {
    const FINISH: &str = "UPDATE latchkey_outbox SET state = $2, last_error = $3, done_at = $4,
        sealed = CASE WHEN $2 = 'given_up' THEN sealed ELSE $5 END WHERE id = $1 AND state || '' = 'waiting'";
    let wiped: &[u8] = &[];
    Ok(sql!(execute tx, FINISH, id, state, last_error, now, wiped)? == 1)
}

/// Schedules the next attempt at `due`.
pub async fn postpone(tx: &mut Tx, id: Uuid, last_error: Option<&str>, due: Time) -> Result<(), Error> {
    const POSTPONE: &str = "UPDATE latchkey_outbox SET due_at = $3, turn = $3, last_error = $2 WHERE id = $1 AND state || '' = 'waiting'";
    sql!(queue tx, POSTPONE, id, last_error, due)?;
    Ok(())
}

/// Removes a request in the transaction that carried it out; false if it was carried out already.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM latchkey_outbox WHERE id = $1 AND state || '' = 'waiting'";
    Ok(sql!(execute tx, REMOVE, id)? == 1)
}

/// Drops the unsent messages of an account whose key is no longer live.
pub async fn drop_orphans(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const DROP_ORPHANS: &str =
        "DELETE FROM latchkey_outbox WHERE account_id = $1 AND key_id IS NOT NULL AND state || '' = 'waiting'
        AND NOT EXISTS (SELECT 1 FROM latchkey_keys WHERE latchkey_keys.id = latchkey_outbox.key_id)";
    sql!(queue tx, DROP_ORPHANS, account)?;
    Ok(())
}

/// Entries to list: those in a state, or the waiting ones that have failed.
#[derive(Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OutboxFilter {
    /// To be sent, or being sent.
    Waiting,
    /// Tried in vain, and tried again.
    Failing,
    /// Refused for good.
    GivenUp,
    /// Worth nothing any more.
    Expired,
    /// Sent.
    Sent,
}

impl OutboxFilter {
    /// Returns all filters.
    pub fn all() -> &'static [OutboxFilter] {
        Self::VARIANTS
    }

    /// Returns its name in URLs.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the state of its entries.
    fn state(self) -> OutboxState {
        match self {
            OutboxFilter::Waiting | OutboxFilter::Failing => OutboxState::Waiting,
            OutboxFilter::GivenUp => OutboxState::GivenUp,
            OutboxFilter::Expired => OutboxState::Expired,
            OutboxFilter::Sent => OutboxState::Sent,
        }
    }

    /// Returns the filter with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|filter| filter.name() == name)
    }
}

/// Returns at most `limit` entries of a filter, newest first, none newer than `from`.
pub async fn list(
    conn: &mut Conn,
    filter: OutboxFilter,
    from: Uuid,
    now: Time,
    limit: i64,
) -> Result<Vec<OutboxRow>, Error> {
    const LIST: &str =
        "SELECT o.id, o.kind, o.state, a.email, o.account_id, o.attempts, o.last_error, o.created_at, o.due_at,
        o.expires_at, o.done_at, o.state = 'given_up' AND length(o.sealed) > 0 AND o.expires_at > $3
        AND (o.key_id IS NULL OR k.id IS NOT NULL) AND (o.account_id IS NULL OR a.id IS NOT NULL) AS again
        FROM latchkey_outbox AS o LEFT JOIN latchkey_accounts AS a ON a.id = o.account_id
        LEFT JOIN latchkey_keys AS k ON k.id = o.key_id
        WHERE o.state = $1 AND o.kind <> 'none' AND o.id <= $2 ORDER BY o.id DESC LIMIT $4";
    const LIST_FAILING: &str = "SELECT o.id, o.kind, o.state, a.email, o.account_id, o.attempts, o.last_error, o.created_at, o.due_at,
        o.expires_at, o.done_at, FALSE AS again FROM latchkey_outbox AS o LEFT JOIN latchkey_accounts AS a ON a.id = o.account_id
        WHERE o.state = 'waiting' AND o.last_error IS NOT NULL AND o.id <= $1 ORDER BY o.id DESC LIMIT $2";
    Ok(match filter {
        OutboxFilter::Failing => sql!(all OutboxRow, conn, LIST_FAILING, from, limit)?,
        filter => sql!(all OutboxRow, conn, LIST, filter.state(), from, now, limit)?,
    })
}

record! {
    /// Kind, state and account of an entry.
    pub struct OutboxEntry {
        /// Its kind.
        pub kind: OutboxKind,
        /// Its state.
        pub state: OutboxState,
        /// Account it concerns, if known.
        pub account_id: Option<Uuid>,
    }
}

/// Returns the unsent entry with this id, waiting or given up.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<OutboxEntry>, Error> {
    const FIND: &str = "SELECT kind, state, account_id FROM latchkey_outbox
        WHERE id = $1 AND state IN ('waiting', 'given_up') AND kind <> 'none'";
    Ok(sql!(optional OutboxEntry, conn, FIND, id)?)
}

/// Requeues an entry that was given up, due at once, if its content is still there and its key still live.
pub async fn again(tx: &mut Tx, id: Uuid, now: Time) -> Result<bool, Error> {
    const AGAIN: &str =
        "UPDATE latchkey_outbox SET state = 'waiting', attempts = 0, last_error = NULL, due_at = $2, turn = $2, done_at = NULL
        WHERE id = $1 AND state = 'given_up' AND length(sealed) > 0 AND expires_at > $2
        AND (key_id IS NULL OR EXISTS (SELECT 1 FROM latchkey_keys WHERE latchkey_keys.id = latchkey_outbox.key_id))
        AND (account_id IS NULL OR EXISTS (SELECT 1 FROM latchkey_accounts WHERE latchkey_accounts.id = latchkey_outbox.account_id))";
    Ok(sql!(execute tx, AGAIN, id, now)? == 1)
}

/// Removes an unsent entry; false if there is none.
pub async fn discard(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    const DISCARD: &str =
        "DELETE FROM latchkey_outbox WHERE id = $1 AND state IN ('waiting', 'given_up') AND kind <> 'none'";
    Ok(sql!(execute tx, DISCARD, id)? == 1)
}

/// Wipes the content of a batch of entries that were given up and have expired.
pub async fn wipe(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const WIPE: &str = "UPDATE latchkey_outbox SET sealed = $2 WHERE id IN (SELECT id FROM latchkey_outbox
        WHERE state = 'given_up' AND length(sealed) > 0 AND expires_at <= $1 LIMIT 500)";
    let wiped: &[u8] = &[];
    Ok(sql!(execute tx, WIPE, now, wiped)?)
}

/// Removes a batch of entries finished before `before`.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_outbox WHERE id IN
        (SELECT id FROM latchkey_outbox WHERE done_at <= $1 AND state <> 'waiting' LIMIT 500)";
    Ok(sql!(execute tx, PURGE, before)?)
}
