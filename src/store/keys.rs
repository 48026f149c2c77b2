//! The table `keys`: what is live has a row, what is spent, superseded or revoked has none.

use std::time::Duration;

use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::base::{
    Error,
    clock::{SKEW, Time},
    key::Purpose,
};

/// A live key, known by its digest alone.
#[derive(Clone, sqlx_macros::FromRow)]
pub struct KeyRow {
    /// Public id, carried by the forms made for it.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// What it is for, a [`Purpose`] in words.
    pub purpose: String,
    /// What is stored of the secret.
    pub digest: Vec<u8>,
    /// The first key of a second one.
    pub parent: Option<Uuid>,
    /// The policy it was issued under, as JSON.
    pub policy: Option<String>,
    /// Digest of the mark of the browser it is bound to.
    pub browser: Option<Vec<u8>>,
    /// What goes with it (a new address, a phone, what to restore), sealed.
    pub sealed: Option<Vec<u8>>,
    /// Wrong tries so far.
    pub tries: i64,
    /// How many second keys it has minted.
    pub minted: i64,
    /// Whether it was asked for in a browser that its owner had signed in with.
    pub asked_by_owner: bool,
    /// When it was made.
    pub issued_at: Time,
    /// When its first button was pressed.
    pub pressed_at: Option<Time>,
    /// In which browser, in words of our own.
    pub pressed_in: Option<String>,
    /// When it dies.
    pub expires_at: Time,
}

impl KeyRow {
    /// Whether it stands beside a reset that is under way elsewhere, and ends that one.
    pub fn restarts(&self) -> bool {
        self.purpose == Purpose::Restart.name()
    }

    /// A key that is good for `life` from `now` on, bound to nothing yet.
    pub fn new(id: Uuid, now: Time, account_id: Uuid, purpose: Purpose, life: Duration) -> Self {
        Self {
            id,
            account_id,
            purpose: purpose.name().to_owned(),
            digest: Vec::new(),
            parent: None,
            policy: None,
            browser: None,
            sealed: None,
            tries: 0,
            minted: 0,
            asked_by_owner: false,
            issued_at: now,
            pressed_at: None,
            pressed_in: None,
            expires_at: now + life,
        }
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, key: &KeyRow) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_keys
        (id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, asked_by_owner, issued_at, pressed_at, pressed_in, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    sql!(execute tx, INSERT, key.id, key.account_id, &key.purpose, key.digest.as_slice(), key.parent,
        key.policy.as_deref(), key.browser.as_deref(), key.sealed.as_deref(), key.tries, key.minted, key.asked_by_owner, key.issued_at,
        key.pressed_at, key.pressed_in.as_deref(), key.expires_at)?;
    Ok(())
}

/// The live key of a digest. One from beyond [`SKEW`] is none.
pub async fn find(conn: &mut Conn, digest: &[u8], purpose: &str, now: Time) -> Result<Option<KeyRow>, Error> {
    const FIND: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, asked_by_owner, issued_at, pressed_at, pressed_in, expires_at
        FROM latchkey_keys WHERE digest = $1 AND purpose = $2 AND expires_at > $3 AND issued_at < $4";
    Ok(sql!(optional KeyRow, conn, FIND, digest, purpose, now, now + SKEW)?)
}

/// The live key of an account for a purpose; as in [`find`], none from beyond.
pub async fn of_account(
    conn: &mut Conn,
    account: Uuid,
    purpose: &str,
    now: Time,
) -> Result<Option<KeyRow>, Error> {
    const OF_ACCOUNT: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, asked_by_owner, issued_at, pressed_at, pressed_in, expires_at
        FROM latchkey_keys WHERE account_id = $1 AND purpose = $2 AND expires_at > $3 AND issued_at < $4";
    Ok(sql!(optional KeyRow, conn, OF_ACCOUNT, account, purpose, now, now + SKEW)?)
}

/// The live keys of an account for either of two purposes; as in [`find`], none from beyond.
pub async fn of_account_for_either(
    conn: &mut Conn,
    account: Uuid,
    [one, other]: [&str; 2],
    now: Time,
) -> Result<Vec<KeyRow>, Error> {
    const OF_ACCOUNT_FOR_EITHER: &str = "SELECT id, account_id, purpose, digest, parent, policy, browser, sealed, tries, minted, asked_by_owner, issued_at, pressed_at, pressed_in, expires_at
        FROM latchkey_keys WHERE account_id = $1 AND purpose IN ($2, $3) AND expires_at > $4 AND issued_at < $5";
    Ok(sql!(all KeyRow, conn, OF_ACCOUNT_FOR_EITHER, account, one, other, now, now + SKEW)?)
}

/// Live keys that were issued under the same policy to accounts with the same roles.
#[derive(Clone, Debug, sqlx_macros::FromRow)]
pub struct Issued {
    /// The policy, as JSON.
    pub policy: String,
    /// The roles of the accounts, separated by spaces.
    pub role_list: String,
    /// How many there are.
    pub keys: i64,
}

/// All live keys on which a policy decides.
pub async fn issued(conn: &mut Conn, now: Time) -> Result<Vec<Issued>, Error> {
    const ISSUED: &str = "SELECT policy, role_list, COUNT(*) AS keys
        FROM (SELECT policy, COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles
            WHERE latchkey_roles.account_id = latchkey_keys.account_id), '') AS role_list
            FROM latchkey_keys WHERE expires_at > $1 AND policy IS NOT NULL) AS live
        GROUP BY policy, role_list ORDER BY policy, role_list";
    Ok(sql!(all Issued, conn, ISSUED, now)?)
}

/// Presses a key's first button: binds it to a browser, called `name`, and counts what it mints, `most` at most.
pub async fn press(
    tx: &mut Tx,
    id: Uuid,
    (browser, name): (&[u8], &str),
    most: i64,
    now: Time,
) -> Result<bool, Error> {
    const PRESS: &str =
        "UPDATE latchkey_keys SET browser = $2, minted = minted + 1, pressed_at = COALESCE(pressed_at, $4), pressed_in = $5
        WHERE id = $1 AND minted < $3 AND expires_at > $4 AND (browser IS NULL OR browser = $2)";
    Ok(sql!(execute tx, PRESS, id, browser, most, now, name)? == 1)
}

/// Makes a key that starts again the one of the reset, bound to a browser, called `name`. The former one must have ended.
pub async fn restart(tx: &mut Tx, id: Uuid, browser: &[u8], name: &str, now: Time) -> Result<bool, Error> {
    const RESTART: &str =
        "UPDATE latchkey_keys SET purpose = 'reset', browser = $2, pressed_in = $3, pressed_at = $4
        WHERE id = $1 AND purpose = 'restart' AND expires_at > $4";
    Ok(sql!(execute tx, RESTART, id, browser, name, now)? == 1)
}

/// Counts a try before anything is compared and tells which it is; none once `most` were counted.
pub async fn count_try(tx: &mut Tx, id: Uuid, most: i64, now: Time) -> Result<Option<i64>, Error> {
    const COUNT_TRY: &str =
        "UPDATE latchkey_keys SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND expires_at > $3
        RETURNING tries";
    Ok(sql!(optional(i64,), tx, COUNT_TRY, id, most, now)?.map(|(tries,)| tries))
}

/// Gives back the try of somebody who was right.
pub async fn forgive_try(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    const FORGIVE_TRY: &str = "UPDATE latchkey_keys SET tries = tries - 1 WHERE id = $1 AND tries > 0";
    sql!(execute tx, FORGIVE_TRY, id)?;
    Ok(())
}

/// Ends the account's keys of one purpose.
pub async fn end(tx: &mut Tx, account: Uuid, purpose: &str) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose = $2";
    sql!(execute tx, END, account, purpose)?;
    Ok(())
}

/// Ends the account's resets: their keys but `except`, and the second ones and codes that those have made.
pub async fn end_resets(tx: &mut Tx, account: Uuid, except: Option<Uuid>) -> Result<(), Error> {
    const END_RESETS: &str = "DELETE FROM latchkey_keys
        WHERE account_id = $1 AND purpose IN ('reset', 'restart', 'second', 'approval') AND id <> $2";
    sql!(execute tx, END_RESETS, account, except.unwrap_or(Uuid::nil()))?;
    Ok(())
}

/// Ends every key of the account but its "this wasn't me" links, which nothing supersedes.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END_ALL: &str = "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose <> 'undo'";
    sql!(execute tx, END_ALL, account)?;
    Ok(())
}

/// Ends the "this wasn't me" links of all that happened since `since`: whoever undoes that undoes them too.
pub async fn end_undo(tx: &mut Tx, account: Uuid, since: Time) -> Result<(), Error> {
    const END_UNDO: &str =
        "DELETE FROM latchkey_keys WHERE account_id = $1 AND purpose = 'undo' AND issued_at >= $2";
    sql!(execute tx, END_UNDO, account, since)?;
    Ok(())
}

/// A "this wasn't me" link of an account, with what goes with it.
#[derive(sqlx_macros::FromRow)]
pub struct UndoRow {
    /// Its id.
    pub id: Uuid,
    /// What to restore, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// The "this wasn't me" links of what happened to an account before `before`.
pub async fn undo_before(tx: &mut Tx, account: Uuid, before: Time) -> Result<Vec<UndoRow>, Error> {
    const UNDO_BEFORE: &str =
        "SELECT id, sealed FROM latchkey_keys WHERE account_id = $1 AND purpose = 'undo' AND issued_at < $2";
    Ok(sql!(all UndoRow, tx, UNDO_BEFORE, account, before)?)
}

/// A key that expired unused.
#[derive(sqlx_macros::FromRow)]
pub struct Expired {
    /// What it was for, a [`Purpose`] in words.
    pub purpose: String,
    /// The policy it was issued under, as JSON.
    pub policy: Option<String>,
    /// When it died.
    pub expires_at: Time,
}

/// Removes some of the expired ones.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<Vec<Expired>, Error> {
    const PURGE: &str = "DELETE FROM latchkey_keys WHERE id IN (SELECT id FROM latchkey_keys WHERE expires_at <= $1 LIMIT 500)
        RETURNING purpose, policy, expires_at";
    Ok(sql!(all Expired, tx, PURGE, now)?)
}
