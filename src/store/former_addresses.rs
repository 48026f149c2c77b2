//! The table `former_addresses`: addresses that accounts have left.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time};

record! {
    /// An address that an account has left.
    pub struct FormerAddress {
        /// Account that left it.
        pub account_id: Uuid,
        /// The address.
        pub email: String,
        /// Time the account left it.
        pub left_at: Time,
    }
}

/// Adds the current address of an account that is about to leave it; with `left_at` 0, the address is free at once.
pub async fn insert(tx: &mut Tx, account: Uuid, left_at: Time) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_former_addresses (account_id, email, email_key, left_at, proved_at)
        SELECT id, email, email_key, $2, proved_at FROM latchkey_accounts WHERE id = $1";
    sql!(queue tx, INSERT, account, left_at)?;
    Ok(())
}

/// Returns the addresses that an account has left after `since`, newest first, at most ten.
pub async fn of_account(conn: &mut Conn, account: Uuid, since: Time) -> Result<Vec<FormerAddress>, Error> {
    const OF_ACCOUNT: &str = "SELECT account_id, email, left_at FROM latchkey_former_addresses
        WHERE account_id = $1 AND left_at > $2 ORDER BY left_at DESC LIMIT 10";
    Ok(sql!(all FormerAddress, conn, OF_ACCOUNT, account, since)?)
}

/// Returns the account that left an address last, if after `since`.
pub async fn last(conn: &mut Conn, email_key: &str, since: Time) -> Result<Option<FormerAddress>, Error> {
    const LAST: &str = "SELECT account_id, email, left_at FROM latchkey_former_addresses
        WHERE email_key = $1 AND left_at > $2 ORDER BY left_at DESC LIMIT 1";
    Ok(sql!(optional FormerAddress, conn, LAST, email_key, since)?)
}

/// Frees the addresses that an account left at `since` or later, and stops notices to them; what was proved there still
/// counts.
pub async fn release(tx: &mut Tx, account: Uuid, since: Time) -> Result<(), Error> {
    const RELEASE: &str =
        "UPDATE latchkey_former_addresses SET left_at = 0 WHERE account_id = $1 AND left_at >= $2";
    sql!(queue tx, RELEASE, account, since)?;
    Ok(())
}

/// Removes all former addresses of an account, and what was proved there.
pub async fn forget(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const FORGET: &str = "DELETE FROM latchkey_former_addresses WHERE account_id = $1";
    sql!(queue tx, FORGET, account)?;
    Ok(())
}

/// Removes a batch of addresses that were left, and last proved, before `since`.
pub async fn purge(tx: &mut Tx, since: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_former_addresses WHERE (account_id, left_at) IN
        (SELECT account_id, left_at FROM latchkey_former_addresses WHERE left_at <= $1 AND proved_at <= $1 LIMIT 500)
        AND proved_at <= $1";
    Ok(sql!(execute tx, PURGE, since)?)
}
