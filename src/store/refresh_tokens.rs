//! The table `refresh_tokens`: programs that stay signed in. A row is a family of tokens, of which one is good.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time, factor::FactorKind};

record! {
    /// A family of refresh tokens.
    #[derive(Clone)]
    pub struct RefreshToken {
        /// Id, which stays while the token changes.
        pub id: Uuid,
        /// Account it belongs to.
        pub account_id: Uuid,
        /// Id of the session that it began with.
        pub family: Uuid,
        /// Digest of the token.
        pub digest: Vec<u8>,
        /// Digest of the one before.
        pub former: Option<Vec<u8>>,
        /// The token, sealed, for a tab that sends the former one.
        pub next: Option<Vec<u8>>,
        /// The second factor by which its owner signed in, if any.
        pub factor: Option<FactorKind>,
        /// Browser and system, like `Firefox on Linux`.
        pub browser: String,
        /// Client's address.
        pub client: String,
        /// Time it began.
        pub began_at: Time,
        /// Time the token last changed.
        pub rotated_at: Time,
        /// Absolute expiry.
        pub expires_at: Time,
    }
}

/// Adds a family.
pub async fn insert(tx: &mut Tx, it: &RefreshToken) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_refresh_tokens (id, account_id, family, digest, factor, browser, client,
        began_at, rotated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sql!(queue tx, INSERT, it.id, it.account_id, it.family, it.digest.as_slice(), it.factor, &it.browser,
        &it.client, it.began_at, it.rotated_at, it.expires_at)?;
    Ok(())
}

/// Returns the live family with this id, unless nobody has used it since `idle_since`.
pub async fn find(
    conn: &mut Conn,
    id: Uuid,
    idle_since: Time,
    now: Time,
) -> Result<Option<RefreshToken>, Error> {
    const FIND: &str = "SELECT id, account_id, family, digest, former, next, factor, browser, client, began_at, rotated_at, expires_at
        FROM latchkey_refresh_tokens WHERE id = $1 AND expires_at > $2 AND rotated_at > $3";
    Ok(sql!(optional RefreshToken, conn, FIND, id, now, idle_since)?)
}

/// Returns the live families of an account, newest first.
pub async fn list(
    conn: &mut Conn,
    account: Uuid,
    idle_since: Time,
    now: Time,
) -> Result<Vec<RefreshToken>, Error> {
    const LIST: &str = "SELECT id, account_id, family, digest, former, next, factor, browser, client, began_at, rotated_at, expires_at
        FROM latchkey_refresh_tokens WHERE account_id = $1 AND expires_at > $2 AND rotated_at > $3
        ORDER BY began_at DESC LIMIT 200";
    Ok(sql!(all RefreshToken, conn, LIST, account, now, idle_since)?)
}

/// Replaces the token with one of this digest, kept sealed.
pub async fn rotate(tx: &mut Tx, id: Uuid, (digest, sealed): (&[u8], &[u8]), now: Time) -> Result<(), Error> {
    const ROTATE: &str =
        "UPDATE latchkey_refresh_tokens SET former = digest, digest = $2, next = $3, rotated_at = $4
        WHERE id = $1";
    sql!(queue tx, ROTATE, id, digest, sealed, now)?;
    Ok(())
}

/// Ends the families that began with a session of an account; returns how many.
pub async fn end(tx: &mut Tx, account: Uuid, family: Uuid) -> Result<u64, Error> {
    const END: &str = "DELETE FROM latchkey_refresh_tokens WHERE account_id = $1 AND family = $2";
    Ok(sql!(execute tx, END, account, family)?)
}

/// Ends every family of an account, except those that began with the session `except`.
pub async fn end_all(tx: &mut Tx, account: Uuid, except: Uuid) -> Result<(), Error> {
    const END_ALL: &str = "DELETE FROM latchkey_refresh_tokens WHERE account_id = $1 AND family <> $2";
    sql!(queue tx, END_ALL, account, except)?;
    Ok(())
}

/// Ends an account's families, except the `most` used most recently.
pub async fn keep(tx: &mut Tx, account: Uuid, most: i64) -> Result<(), Error> {
    const KEEP: &str =
        "DELETE FROM latchkey_refresh_tokens WHERE id IN (SELECT id FROM latchkey_refresh_tokens
        WHERE account_id = $1 ORDER BY rotated_at DESC, id DESC LIMIT 500 OFFSET $2)";
    sql!(queue tx, KEEP, account, most)?;
    Ok(())
}

/// Removes a batch of expired families.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_refresh_tokens WHERE id IN
        (SELECT id FROM latchkey_refresh_tokens WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
