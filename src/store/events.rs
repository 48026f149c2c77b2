//! The table `events`: the audit log, appended to in the transaction of what it records.
//!
//! Ids begin with the time, so pagination needs nothing but the id.

use uuid::Uuid;

use super::{Conn, Tx, earliest, event_kind::EventKind, record::record, sql};
use crate::base::{Error, clock::Time};

record! {
    /// One line of the audit log. Nothing in it is secret.
    ///
    /// ```no_run
    /// fn line(event: &latchkey::events::Event) -> String {
    ///     let by = event.actor.as_deref().unwrap_or("the owner");
    ///     format!("{} {} by {by} from {}", event.at.as_millis(), event.kind, event.client)
    /// }
    /// ```
    #[derive(Clone)]
    #[non_exhaustive]
    pub struct Event {
        /// Its id.
        pub id: Uuid,
        /// Time of the event; `at.as_millis()` is in milliseconds since the Unix epoch.
        pub at: Time,
        /// Name of its kind, like `reset.completed`: one of [`kinds`](crate::core::events::kinds), or one of a newer version.
        pub kind: String,
        /// Account it concerns.
        pub account_id: Option<Uuid>,
        /// Client's address; empty if unknown.
        pub client: String,
        /// Strategy of the policy it happened under.
        pub policy: Option<String>,
        /// Further detail.
        pub detail: Option<String>,
        /// Actor, if not the owner: an admin's account, `command line`, or `application`.
        pub actor: Option<String>,
    }
}

record! {
    /// An event with the current address of its account.
    #[derive(Clone)]
    pub struct EventRow {
        /// The event.
        pub event: Event = ..,
        /// Address, as long as the account exists.
        pub email: Option<String>,
    }
}

/// Filter for events.
#[derive(Clone, Copy, Default)]
pub struct Which {
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only of this account.
    pub account: Option<Uuid>,
    /// From this time on.
    pub since: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
    /// Not newer than the event with this id.
    pub from: Option<Uuid>,
}

/// Appends an event.
pub async fn insert(tx: &mut Tx, event: &Event) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_events (id, at, kind, account_id, client, policy, detail, actor)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sql!(apart tx, INSERT, event.id, event.at, &event.kind, event.account_id, &event.client,
        event.policy.as_deref(), event.detail.as_deref(), event.actor.as_deref())?;
    Ok(())
}

/// Returns at most `limit` events, newest first.
pub async fn page(conn: &mut Conn, which: &Which, limit: i64) -> Result<Vec<EventRow>, Error> {
    const ALL: &str =
        "SELECT e.id, e.at, e.kind, e.account_id, e.client, e.policy, e.detail, e.actor, a.email
        FROM latchkey_events AS e LEFT JOIN latchkey_accounts AS a ON a.id = e.account_id
        WHERE e.id >= $1 AND e.id <= $2 ORDER BY e.id DESC LIMIT $3";
    const OF_KIND: &str =
        "SELECT e.id, e.at, e.kind, e.account_id, e.client, e.policy, e.detail, e.actor, a.email
        FROM latchkey_events AS e LEFT JOIN latchkey_accounts AS a ON a.id = e.account_id
        WHERE e.id >= $1 AND e.id <= $2 AND e.kind = $4 ORDER BY e.id DESC LIMIT $3";
    const OF_ACCOUNT: &str =
        "SELECT e.id, e.at, e.kind, e.account_id, e.client, e.policy, e.detail, e.actor, a.email
        FROM latchkey_events AS e LEFT JOIN latchkey_accounts AS a ON a.id = e.account_id
        WHERE e.id >= $1 AND e.id <= $2 AND e.account_id = $4 ORDER BY e.id DESC LIMIT $3";
    // An account has fewer events than a kind: `||` keeps the index on kinds out of it.
    const OF_BOTH: &str = "SELECT e.id, e.at, e.kind, e.account_id, e.client, e.policy, e.detail, e.actor, a.email
        FROM latchkey_events AS e LEFT JOIN latchkey_accounts AS a ON a.id = e.account_id
        WHERE e.id >= $1 AND e.id <= $2 AND e.account_id = $4 AND e.kind || '' = $5 ORDER BY e.id DESC LIMIT $3";
    let oldest = which.since.map_or(Uuid::nil(), earliest);
    let before = which.until.map_or(Uuid::max(), earliest);
    let newest = which.from.map_or(before, |from| from.min(before));
    Ok(match (which.kind, which.account) {
        (None, None) => sql!(all EventRow, conn, ALL, oldest, newest, limit)?,
        (Some(kind), None) => sql!(all EventRow, conn, OF_KIND, oldest, newest, limit, kind.name())?,
        (None, Some(account)) => sql!(all EventRow, conn, OF_ACCOUNT, oldest, newest, limit, account)?,
        (Some(kind), Some(account)) => {
            sql!(all EventRow, conn, OF_BOTH, oldest, newest, limit, account, kind.name())?
        }
    })
}

/// Returns the time of an account's last event of a kind.
pub async fn last(conn: &mut Conn, account: Uuid, kind: EventKind) -> Result<Option<Time>, Error> {
    const LAST: &str =
        "SELECT at FROM latchkey_events WHERE account_id = $1 AND kind || '' = $2 ORDER BY id DESC LIMIT 1";
    Ok(sql!(optional(Time,), conn, LAST, account, kind.name())?.map(|(at,)| at))
}

/// Removes a batch of events older than `before`.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64, Error> {
    const PURGE: &str =
        "DELETE FROM latchkey_events WHERE id IN (SELECT id FROM latchkey_events WHERE id < $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, earliest(before))?)
}
