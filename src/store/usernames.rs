//! The table `usernames`: those that accounts have, and those that they have left, which stay reserved.

use std::time::Duration;

use uuid::Uuid;

use super::{Conn, Tx, accounts::Locked, sql};
use crate::base::{Error, clock::Time, identity::IdentityKind, username::Username};

/// Time for which a username that an account has left stays reserved.
pub const RESERVED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Returns the username of an account.
pub async fn of_account(conn: &mut Conn, account: Uuid) -> Result<Option<String>, Error> {
    const OF_ACCOUNT: &str = "SELECT name FROM latchkey_usernames WHERE account_id = $1 AND left_at IS NULL";
    Ok(sql!(optional(String,), conn, OF_ACCOUNT, account)?.map(|(name,)| name))
}

/// Returns the canonical address of the account with this identity, by its canonical form: a username, or a phone number
/// that no other enabled account has. An address is its own, with an account or without.
pub async fn email_key(conn: &mut Conn, identity: &str) -> Result<Option<String>, Error> {
    const BY_NAME: &str = "SELECT email_key FROM latchkey_accounts WHERE id =
        (SELECT account_id FROM latchkey_usernames WHERE name = $1 AND left_at IS NULL)";
    const BY_PHONE: &str = "SELECT email_key FROM latchkey_accounts AS own WHERE phone = $1 AND enabled AND NOT EXISTS
        (SELECT 1 FROM latchkey_accounts AS other WHERE other.phone = $1 AND other.enabled AND other.id <> own.id)";
    let found = match IdentityKind::of(identity) {
        IdentityKind::Email => return Ok(Some(identity.to_owned())),
        IdentityKind::Phone => sql!(optional(String,), conn, BY_PHONE, identity)?,
        IdentityKind::Username => sql!(optional(String,), conn, BY_NAME, identity)?,
    };
    Ok(found.map(|(email_key,)| email_key))
}

/// Gives an account a username in place of its present one, which stays reserved for it; false if another account has or
/// had a name that looks like it.
pub async fn set(account: &mut Locked<'_>, name: &Username, now: Time) -> Result<bool, Error> {
    const FREE: &str = "DELETE FROM latchkey_usernames WHERE (look = $1 OR name = $2) AND (account_id = $3 OR left_at <= $4
        AND NOT EXISTS (SELECT 1 FROM latchkey_claims WHERE latchkey_claims.account_id = latchkey_usernames.account_id))";
    const INSERT: &str = "INSERT INTO latchkey_usernames (name, look, account_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    leave(account, now).await?;
    let id = account.id;
    let tx = account.tx();
    sql!(queue tx, FREE, name.look(), name.name(), id, now - RESERVED)?;
    Ok(sql!(execute tx, INSERT, name.name(), name.look(), id)? == 1)
}

/// Takes the username from an account, for which it stays reserved.
pub async fn leave(account: &mut Locked<'_>, now: Time) -> Result<(), Error> {
    const LEAVE: &str =
        "UPDATE latchkey_usernames SET left_at = $2 WHERE account_id = $1 AND left_at IS NULL";
    let id = account.id;
    sql!(queue account.tx(), LEAVE, id, now)?;
    Ok(())
}

/// Returns the number of names that stay reserved for an account.
pub async fn reserved(conn: &mut Conn, account: Uuid, now: Time) -> Result<i64, Error> {
    const RESERVED_FOR: &str =
        "SELECT COUNT(*) FROM latchkey_usernames WHERE account_id = $1 AND left_at > $2";
    Ok(sql!(optional(i64,), conn, RESERVED_FOR, account, now - RESERVED)?.map_or(0, |(number,)| number))
}

/// Removes those that are no longer reserved, in steps; returns their number. One whose account was removed without us is
/// left from now on, and one whose account is claimed waits for an admin.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const ORPHANED: &str =
        "UPDATE latchkey_usernames SET left_at = $1 WHERE account_id IS NULL AND left_at IS NULL";
    const PURGE: &str = "DELETE FROM latchkey_usernames WHERE name IN
        (SELECT name FROM latchkey_usernames AS it WHERE left_at <= $1 AND NOT EXISTS
            (SELECT 1 FROM latchkey_claims WHERE latchkey_claims.account_id = it.account_id) LIMIT 500)";
    sql!(queue tx, ORPHANED, now)?;
    Ok(sql!(execute tx, PURGE, now - RESERVED)?)
}
