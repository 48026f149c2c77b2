//! The table `remembered`: browsers that keep their owner signed in.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time, factor::FactorKind};

record! {
    /// A remembered browser.
    #[derive(Clone)]
    pub struct Remembered {
        /// Id, which stays while the token changes.
        pub id: Uuid,
        /// Account it belongs to.
        pub account_id: Uuid,
        /// Digest of the current token.
        pub digest: Vec<u8>,
        /// Digest of the previous token.
        pub former: Option<Vec<u8>>,
        /// Current token, sealed, for a browser that never got the response that brought it.
        pub next: Option<Vec<u8>>,
        /// The second factor by which its owner signed in, if any.
        pub factor: Option<FactorKind>,
        /// Session opened by that response.
        pub session_id: Option<Uuid>,
        /// Time the token last changed.
        pub rotated_at: Time,
        /// Absolute expiry.
        pub expires_at: Time,
    }
}

/// Adds a browser.
pub async fn insert(tx: &mut Tx, it: &Remembered) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_remembered (id, account_id, digest, factor, rotated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    sql!(queue tx, INSERT, it.id, it.account_id, it.digest.as_slice(), it.factor, it.rotated_at, it.expires_at)?;
    Ok(())
}

/// Returns the browser with this id.
pub async fn find(conn: &mut Conn, id: Uuid, now: Time) -> Result<Option<Remembered>, Error> {
    const FIND: &str =
        "SELECT id, account_id, digest, former, next, factor, session_id, rotated_at, expires_at
        FROM latchkey_remembered WHERE id = $1 AND expires_at > $2";
    Ok(sql!(optional Remembered, conn, FIND, id, now)?)
}

/// Replaces the current token with one of this digest, kept sealed, in the response that opens `session`.
pub async fn rotate(
    tx: &mut Tx,
    id: Uuid,
    (digest, sealed): (&[u8], &[u8]),
    session: Uuid,
    now: Time,
) -> Result<(), Error> {
    const ROTATE: &str = "UPDATE latchkey_remembered SET former = digest, digest = $2, next = $3, session_id = $4, rotated_at = $5
        WHERE id = $1";
    sql!(queue tx, ROTATE, id, digest, sealed, session, now)?;
    Ok(())
}

/// Forgets one browser.
pub async fn end(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_remembered WHERE id = $1";
    sql!(queue tx, END, id)?;
    Ok(())
}

/// Forgets every browser of an account; returns how many.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<u64, Error> {
    const END_ALL: &str = "DELETE FROM latchkey_remembered WHERE account_id = $1";
    Ok(sql!(execute tx, END_ALL, account)?)
}

/// Forgets an account's browsers, except the `most` recalled most recently.
pub async fn keep(tx: &mut Tx, account: Uuid, most: i64) -> Result<(), Error> {
    const KEEP: &str = "DELETE FROM latchkey_remembered WHERE id IN (SELECT id FROM latchkey_remembered
        WHERE account_id = $1 ORDER BY rotated_at DESC, id DESC LIMIT 500 OFFSET $2)";
    sql!(queue tx, KEEP, account, most)?;
    Ok(())
}

/// Removes a batch of expired browsers.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_remembered WHERE id IN (SELECT id FROM latchkey_remembered WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
