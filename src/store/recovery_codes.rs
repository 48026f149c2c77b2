//! The table `recovery_codes`: each code is good once, and known only by its digest.

use uuid::Uuid;

use super::{
    Conn, Tx,
    record::record,
    spent::{self, Reason},
    sql,
};
use crate::base::{Error, clock::Time};

record! {
    /// A code that is left.
    struct RecoveryCode {
        /// Its digest.
        digest: Vec<u8>,
    }
}

/// Adds a code.
pub async fn insert(tx: &mut Tx, account: Uuid, digest: &[u8]) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_recovery_codes (account_id, digest) VALUES ($1, $2)";
    sql!(queue tx, INSERT, account, digest)?;
    Ok(())
}

/// Returns the digests of an account's codes.
pub async fn of_account(conn: &mut Conn, account: Uuid) -> Result<Vec<Vec<u8>>, Error> {
    const OF_ACCOUNT: &str =
        "SELECT digest FROM latchkey_recovery_codes WHERE account_id = $1 ORDER BY digest LIMIT 100";
    let codes = sql!(all RecoveryCode, conn, OF_ACCOUNT, account)?;
    Ok(codes.into_iter().map(|code| code.digest).collect())
}

/// Uses up a code, which [`spent`] remembers; false if the account has none with this digest.
pub async fn spend(tx: &mut Tx, account: Uuid, digest: &[u8], now: Time) -> Result<bool, Error> {
    const SPEND: &str = "DELETE FROM latchkey_recovery_codes WHERE account_id = $1 AND digest = $2";
    if sql!(execute tx, SPEND, account, digest)? == 0 {
        return Ok(false);
    }
    spent::note(tx, digest, Reason::Used, (None, ""), now).await?;
    Ok(true)
}

/// Removes every code of an account.
pub async fn remove_all(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const REMOVE_ALL: &str = "DELETE FROM latchkey_recovery_codes WHERE account_id = $1";
    sql!(queue tx, REMOVE_ALL, account)?;
    Ok(())
}
