//! The table `former_addresses`: where accounts had their mail before.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, sql};
use crate::{Error, clock::Time};

/// An address that an account has left.
#[derive(FromRow)]
pub struct FormerAddress {
    /// The address.
    pub email: String,
    /// When the account left it.
    pub left_at: Time,
}

/// Adds one.
pub async fn insert(tx: &mut Tx, account: Uuid, email: &str, now: Time) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_former_addresses (account_id, email, left_at) VALUES ($1, $2, $3)";
    sql!(execute tx, INSERT, account, email, now)?;
    Ok(())
}

/// Those that an account has left after `since`, the newest first.
pub async fn of_account(tx: &mut Tx, account: Uuid, since: Time) -> Result<Vec<FormerAddress>, Error> {
    const OF_ACCOUNT: &str = "SELECT email, left_at FROM latchkey_former_addresses
        WHERE account_id = $1 AND left_at > $2 ORDER BY left_at DESC LIMIT 10";
    Ok(sql!(all FormerAddress, tx, OF_ACCOUNT, account, since)?)
}

/// Forgets those that an account left at `since` or later.
pub async fn forget(tx: &mut Tx, account: Uuid, since: Time) -> Result<(), Error> {
    const FORGET: &str = "DELETE FROM latchkey_former_addresses WHERE account_id = $1 AND left_at >= $2";
    sql!(execute tx, FORGET, account, since)?;
    Ok(())
}

/// Removes some that were left before `since`.
pub async fn purge(tx: &mut Tx, since: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_former_addresses WHERE (account_id, left_at) IN
        (SELECT account_id, left_at FROM latchkey_former_addresses WHERE left_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, since)?)
}
