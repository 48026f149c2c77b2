//! The table `keys`: a live key has a row; one that is spent, superseded or revoked has none.

use std::time::Duration;

use uuid::Uuid;

use super::{
    Conn, StoredPolicy, Tx, outbox,
    record::record,
    spent::{self, Reason},
    sql,
    text::text,
};
use crate::base::{
    Error,
    clock::{SKEW, Time},
    key::Purpose,
};

text!(Purpose);

record! {
    /// A live key, known only by its digest.
    #[derive(Clone)]
    pub struct KeyRow {
        /// Public id, carried by the forms made for it.
        pub id: Uuid,
        /// Account it belongs to.
        pub account_id: Uuid,
        /// Its purpose.
        pub purpose: Purpose,
        /// Digest of the secret.
        pub digest: Vec<u8>,
        /// First key, of a second one.
        pub parent: Option<Uuid>,
        /// Policy it was issued under.
        pub policy: Option<StoredPolicy>,
        /// Digest of the id of the browser it is bound to.
        pub browser: Option<Vec<u8>>,
        /// Associated data (a new address, a phone, what to restore), sealed.
        pub sealed: Option<Vec<u8>>,
        /// Wrong tries so far.
        pub tries: i64,
        /// Number of codes issued with it.
        pub codes_issued: i64,
        /// True if requested in a browser that its owner had signed in with.
        pub asked_by_owner: bool,
        /// Time of issue.
        pub issued_at: Time,
        /// Time its first button was pressed.
        pub claimed_at: Option<Time>,
        /// Name of that browser, in words of our own.
        pub claimed_in: Option<String>,
        /// Expiry.
        pub expires_at: Time,
    }
}

impl KeyRow {
    /// True if it restarts a reset that is under way in another browser, ending that one.
    pub fn restarts(&self) -> bool {
        self.purpose == Purpose::Restart
    }

    /// Creates a key that is valid for `life` from `now` on and bound to nothing yet.
    pub fn new(id: Uuid, now: Time, account_id: Uuid, purpose: Purpose, life: Duration) -> Self {
        Self {
            id,
            account_id,
            purpose,
            digest: Vec::new(),
            parent: None,
            policy: None,
            browser: None,
            sealed: None,
            tries: 0,
            codes_issued: 0,
            asked_by_owner: false,
            issued_at: now,
            claimed_at: None,
            claimed_in: None,
            expires_at: now + life,
        }
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, key: &KeyRow) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_keys
        (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, codes_issued, asked_by_owner, issued_at, claimed_at, claimed_in, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    sql!(apart tx, INSERT, key.id, key.account_id, key.purpose, key.digest.as_slice(), key.parent,
        key.policy.as_ref(), key.browser.as_deref(), key.sealed.as_deref(), key.tries, key.codes_issued, key.asked_by_owner, key.issued_at,
        key.claimed_at, key.claimed_in.as_deref(), key.expires_at)?;
    Ok(())
}

/// Returns the live key with this digest. Ignores one issued more than [`SKEW`] in the future.
pub async fn find(
    conn: &mut Conn,
    digest: &[u8],
    purpose: Purpose,
    now: Time,
) -> Result<Option<KeyRow>, Error> {
    const FIND: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, codes_issued, asked_by_owner, issued_at, claimed_at, claimed_in, expires_at
        FROM latchkey_keys WHERE digest = $1 AND purpose = $2 AND expires_at > $3 AND issued_at < $4";
    Ok(sql!(optional KeyRow, conn, FIND, digest, purpose, now, now + SKEW)?)
}

/// Returns the live key of an account for a purpose; ignores future ones, as [`find`] does.
pub async fn of_account(
    conn: &mut Conn,
    account: Uuid,
    purpose: Purpose,
    now: Time,
) -> Result<Option<KeyRow>, Error> {
    const OF_ACCOUNT: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, codes_issued, asked_by_owner, issued_at, claimed_at, claimed_in, expires_at
        FROM latchkey_keys WHERE account_id = $1 AND purpose = $2 AND expires_at > $3 AND issued_at < $4";
    Ok(sql!(optional KeyRow, conn, OF_ACCOUNT, account, purpose, now, now + SKEW)?)
}

/// Returns the live keys of an account for either of two purposes; ignores future ones, as [`find`] does.
pub async fn of_account_for_either(
    conn: &mut Conn,
    account: Uuid,
    [one, other]: [Purpose; 2],
    now: Time,
) -> Result<Vec<KeyRow>, Error> {
    const OF_ACCOUNT_FOR_EITHER: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, codes_issued, asked_by_owner, issued_at, claimed_at, claimed_in, expires_at
        FROM latchkey_keys WHERE account_id = $1 AND purpose IN ($2, $3) AND expires_at > $4 AND issued_at < $5";
    Ok(sql!(all KeyRow, conn, OF_ACCOUNT_FOR_EITHER, account, one, other, now, now + SKEW)?)
}

record! {
    /// Live keys issued under the same policy to accounts with the same roles.
    #[derive(Clone, Debug)]
    pub struct Issued {
        /// The policy.
        pub policy: StoredPolicy,
        /// Roles of the accounts, separated by spaces.
        pub role_list: String,
        /// Number of keys.
        pub keys: i64,
    }
}

/// Returns all live keys that were issued under a policy.
pub async fn issued(conn: &mut Conn, now: Time) -> Result<Vec<Issued>, Error> {
    const ISSUED: &str = "SELECT policy, role_list, COUNT(*) AS keys
        FROM (SELECT policy, COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles
            WHERE latchkey_roles.account_id = latchkey_keys.account_id), '') AS role_list
            FROM latchkey_keys WHERE expires_at > $1 AND policy IS NOT NULL) AS live
        GROUP BY policy, role_list ORDER BY policy, role_list";
    Ok(sql!(all Issued, conn, ISSUED, now)?)
}

/// Claims a key for a browser, called `name`, as its first button was pressed, and counts the code that it asks for, `most` at
/// most.
pub async fn claim(
    tx: &mut Tx,
    id: Uuid,
    (browser, name): (&[u8], &str),
    most: i64,
    now: Time,
) -> Result<bool, Error> {
    const CLAIM: &str =
        "UPDATE latchkey_keys SET browser = $2, codes_issued = codes_issued + 1, claimed_at = COALESCE(claimed_at, $4), claimed_in = $5
        WHERE id = $1 AND codes_issued < $3 AND expires_at > $4 AND (browser IS NULL OR browser = $2)";
    Ok(sql!(execute tx, CLAIM, id, browser, most, now, name)? == 1)
}

/// Claims a key for a browser, called `name`, that asks for no code.
pub async fn bind(tx: &mut Tx, id: Uuid, (browser, name): (&[u8], &str), now: Time) -> Result<bool, Error> {
    const BIND: &str =
        "UPDATE latchkey_keys SET browser = $2, claimed_at = COALESCE(claimed_at, $3), claimed_in = $4
        WHERE id = $1 AND expires_at > $3 AND (browser IS NULL OR browser = $2)";
    Ok(sql!(execute tx, BIND, id, browser, now, name)? == 1)
}

/// Turns a restart key into the reset key, bound to a browser called `name`. The former reset key must have ended.
pub async fn restart(tx: &mut Tx, id: Uuid, browser: &[u8], name: &str, now: Time) -> Result<bool, Error> {
    const RESTART: &str =
        "UPDATE latchkey_keys SET purpose = 'reset', browser = $2, claimed_in = $3, claimed_at = $4
        WHERE id = $1 AND purpose = 'restart' AND expires_at > $4";
    Ok(sql!(execute tx, RESTART, id, browser, name, now)? == 1)
}

/// Counts a try before anything is compared and returns its number; `None` once `most` were counted.
pub async fn count_try(tx: &mut Tx, id: Uuid, most: i64, now: Time) -> Result<Option<i64>, Error> {
    const COUNT_TRY: &str =
        "UPDATE latchkey_keys SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND expires_at > $3
        RETURNING tries";
    Ok(sql!(optional(i64,), tx, COUNT_TRY, id, most, now)?.map(|(tries,)| tries))
}

/// Refunds a try that was right.
pub async fn forgive_try(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    const FORGIVE_TRY: &str = "UPDATE latchkey_keys SET tries = tries - 1 WHERE id = $1 AND tries > 0";
    sql!(queue tx, FORGIVE_TRY, id)?;
    Ok(())
}

/// Ends an account's keys for one purpose.
pub async fn end(tx: &mut Tx, account: Uuid, purpose: Purpose) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose = $2";
    sql!(queue tx, END, account, purpose)?;
    Ok(())
}

/// Ends an account's resets: their keys except `except`, and the second keys and codes made from them.
pub async fn end_resets(tx: &mut Tx, account: Uuid, except: Option<Uuid>) -> Result<(), Error> {
    const END_RESETS: &str = "DELETE FROM latchkey_keys
        WHERE account_id = $1 AND purpose IN ('reset', 'restart', 'second', 'approval') AND id <> $2";
    sql!(queue tx, END_RESETS, account, except.unwrap_or(Uuid::nil()))?;
    Ok(())
}

/// Purposes of the keys of a reset, from the first one to the codes made from it.
pub const OF_RESET: [Purpose; 4] = [Purpose::Reset, Purpose::Restart, Purpose::Second, Purpose::Approval];

/// Ends an account's keys for these purposes, at most four, because another replaces them. Records that their links are
/// over, and drops the unsent messages that carry them.
pub async fn replace<const N: usize>(
    tx: &mut Tx,
    account: Uuid,
    purposes: [Purpose; N],
    now: Time,
) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose IN ($2, $3, $4, $5)";
    // All three in one statement, which sees every row as it was before. Its parts run in no certain order, except that
    // links are recorded before their keys end, as everywhere: in another order, two such transactions could deadlock.
    const REPLACE_POSTGRES: &str =
        "WITH noted AS (INSERT INTO latchkey_spent (digest, reason, browser, place, spent_at)
            SELECT digest, 'replaced', NULL, '', $6 FROM latchkey_keys
            WHERE account_id = $1 AND purpose IN ($2, $3, $4, $5) AND purpose NOT IN ('second', 'approval')
            ON CONFLICT (digest) DO NOTHING RETURNING 1),
        ended AS (DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose IN ($2, $3, $4, $5)
            AND (SELECT COUNT(*) FROM noted) >= 0 RETURNING id)
        DELETE FROM latchkey_outbox WHERE account_id = $1 AND key_id IS NOT NULL AND state || '' = 'waiting'
        AND NOT EXISTS (SELECT 1 FROM latchkey_keys WHERE latchkey_keys.id = latchkey_outbox.key_id
            AND latchkey_keys.id NOT IN (SELECT id FROM ended))";
    let [one, two, three, four] = spent::four(purposes);
    if tx.is_postgres() {
        sql!(queue tx, REPLACE_POSTGRES, account, one, two, three, four, now)?;
        return Ok(());
    }
    spent::note_links(tx, account, purposes, Reason::Replaced, now).await?;
    sql!(queue tx, END, account, one, two, three, four)?;
    outbox::drop_orphans(tx, account).await
}

/// Ends every key of an account except its "this wasn't me" links, which nothing supersedes.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END_ALL: &str = "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose <> 'undo'";
    sql!(queue tx, END_ALL, account)?;
    Ok(())
}

/// Ends the "this wasn't me" links issued since `since`: undoing a change also undoes the later ones.
pub async fn end_undo(tx: &mut Tx, account: Uuid, since: Time) -> Result<(), Error> {
    const END_UNDO: &str =
        "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose = 'undo' AND issued_at >= $2";
    sql!(queue tx, END_UNDO, account, since)?;
    Ok(())
}

record! {
    /// A "this wasn't me" link of an account.
    pub struct UndoRow {
        /// Its id.
        pub id: Uuid,
        /// State to restore, sealed.
        pub sealed: Option<Vec<u8>>,
    }
}

/// Returns the "this wasn't me" links issued to an account before `before`.
pub async fn undo_before(tx: &mut Tx, account: Uuid, before: Time) -> Result<Vec<UndoRow>, Error> {
    const UNDO_BEFORE: &str =
        "SELECT id, sealed FROM latchkey_keys WHERE account_id = $1 AND purpose = 'undo' AND issued_at < $2";
    Ok(sql!(all UndoRow, tx, UNDO_BEFORE, account, before)?)
}

record! {
    /// A key that expired unused.
    pub struct Expired {
        /// Name of its [`Purpose`], or of one that only a newer version has.
        pub purpose: String,
        /// Policy it was issued under.
        pub policy: Option<StoredPolicy>,
        /// Time it expired.
        pub expires_at: Time,
    }
}

/// Removes and returns a batch of expired keys.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<Vec<Expired>, Error> {
    const PURGE: &str = "DELETE FROM latchkey_keys WHERE id IN (SELECT id FROM latchkey_keys WHERE expires_at <= $1 LIMIT 500)
        RETURNING purpose, policy, expires_at";
    Ok(sql!(all Expired, tx, PURGE, now)?)
}
