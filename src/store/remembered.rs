//! The table `remembered`: browsers whose owner wants to be kept signed in.

use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::base::{Error, clock::Time};

/// A browser that is remembered.
#[derive(Clone, sqlx_macros::FromRow)]
pub struct Remembered {
    /// Its id, which stays while its token changes.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: Uuid,
    /// Digest of the token in force.
    pub digest: Vec<u8>,
    /// Digest of the one before.
    pub former: Option<Vec<u8>>,
    /// The token in force, sealed, for whoever never got the answer that brought it.
    pub next: Option<Vec<u8>>,
    /// The session that came with that answer.
    pub session_id: Option<Uuid>,
    /// When the token last changed.
    pub rotated_at: Time,
    /// When it ends whatever happens.
    pub expires_at: Time,
}

/// Adds a browser.
pub async fn insert(tx: &mut Tx, it: &Remembered) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_remembered (id, account_id, digest, rotated_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    sql!(execute tx, INSERT, it.id, it.account_id, it.digest.as_slice(), it.rotated_at, it.expires_at)?;
    Ok(())
}

/// The browser with this id.
pub async fn find(conn: &mut Conn, id: Uuid, now: Time) -> Result<Option<Remembered>, Error> {
    const FIND: &str = "SELECT id, account_id, digest, former, next, session_id, rotated_at, expires_at
        FROM latchkey_remembered WHERE id = $1 AND expires_at > $2";
    Ok(sql!(optional Remembered, conn, FIND, id, now)?)
}

/// Replaces the token in force by one of this digest, which is kept sealed, in the answer that opens `session`.
pub async fn rotate(
    tx: &mut Tx,
    id: Uuid,
    (digest, sealed): (&[u8], &[u8]),
    session: Uuid,
    now: Time,
) -> Result<(), Error> {
    const ROTATE: &str = "UPDATE latchkey_remembered SET former = digest, digest = $2, next = $3, session_id = $4, rotated_at = $5
        WHERE id = $1";
    sql!(execute tx, ROTATE, id, digest, sealed, session, now)?;
    Ok(())
}

/// Forgets one browser.
pub async fn end(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_remembered WHERE id = $1";
    sql!(execute tx, END, id)?;
    Ok(())
}

/// Forgets every browser of an account; how many those were.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<u64, Error> {
    const END_ALL: &str = "DELETE FROM latchkey_remembered WHERE account_id = $1";
    Ok(sql!(execute tx, END_ALL, account)?)
}

/// Forgets those of an account's browsers that were not recalled for longest, but for `most`.
pub async fn keep(tx: &mut Tx, account: Uuid, most: i64) -> Result<(), Error> {
    const KEEP: &str = "DELETE FROM latchkey_remembered WHERE id IN (SELECT id FROM latchkey_remembered
        WHERE account_id = $1 ORDER BY rotated_at DESC, id DESC LIMIT 500 OFFSET $2)";
    sql!(execute tx, KEEP, account, most)?;
    Ok(())
}

/// Removes some of the expired ones.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_remembered WHERE id IN (SELECT id FROM latchkey_remembered WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
