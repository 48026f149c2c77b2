//! The table `trusted_browsers`: browsers in which the password of an account is enough.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time, factor::FactorKind};

record! {
    /// A browser that one account trusts.
    #[derive(Clone)]
    pub struct TrustedBrowser {
        /// Public id.
        pub id: Uuid,
        /// Account that trusts it.
        pub account_id: Uuid,
        /// Digest of the secret in its cookie.
        pub digest: Vec<u8>,
        /// The second factor that was proved in it.
        pub factor: FactorKind,
        /// Browser and system, like `Firefox on Linux`.
        pub browser: String,
        /// Client's address at the last use.
        pub client: String,
        /// Time at which it was trusted.
        pub created_at: Time,
        /// Last sign-in without a second factor.
        pub used_at: Option<Time>,
        /// Absolute expiry.
        pub expires_at: Time,
    }
}

/// Adds a browser.
pub async fn insert(tx: &mut Tx, it: &TrustedBrowser) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_trusted_browsers
        (id, account_id, digest, factor, browser, client, created_at, used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sql!(queue tx, INSERT, it.id, it.account_id, it.digest.as_slice(), it.factor, &it.browser, &it.client,
        it.created_at, it.used_at, it.expires_at)?;
    Ok(())
}

/// Records a use from `client`, and returns the factor that was proved in the browser; `None` if the account trusts no
/// browser with this digest.
pub async fn touch(
    tx: &mut Tx,
    account: Uuid,
    digest: &[u8],
    client: &str,
    now: Time,
) -> Result<Option<FactorKind>, Error> {
    const TOUCH: &str = "UPDATE latchkey_trusted_browsers SET client = $3, used_at = $4
        WHERE account_id = $1 AND digest = $2 AND expires_at > $4 RETURNING factor";
    let touched = sql!(optional(FactorKind,), tx, TOUCH, account, digest, client, now)?;
    Ok(touched.map(|(factor,)| factor))
}

/// Returns the browsers that an account trusts, newest first.
pub async fn of_account(conn: &mut Conn, account: Uuid, now: Time) -> Result<Vec<TrustedBrowser>, Error> {
    const OF_ACCOUNT: &str =
        "SELECT id, account_id, digest, factor, browser, client, created_at, used_at, expires_at
        FROM latchkey_trusted_browsers WHERE account_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT 100";
    Ok(sql!(all TrustedBrowser, conn, OF_ACCOUNT, account, now)?)
}

/// Trusts a browser no longer; false if the account trusts none with this id.
pub async fn end(tx: &mut Tx, account: Uuid, id: Uuid) -> Result<bool, Error> {
    const END: &str = "DELETE FROM latchkey_trusted_browsers WHERE id = $2 AND account_id = $1";
    Ok(sql!(execute tx, END, account, id)? == 1)
}

/// Trusts the browser with this digest no longer.
pub async fn end_digest(tx: &mut Tx, account: Uuid, digest: &[u8]) -> Result<(), Error> {
    const END_DIGEST: &str = "DELETE FROM latchkey_trusted_browsers WHERE account_id = $1 AND digest = $2";
    sql!(queue tx, END_DIGEST, account, digest)?;
    Ok(())
}

/// Trusts no browser any longer.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END_ALL: &str = "DELETE FROM latchkey_trusted_browsers WHERE account_id = $1";
    sql!(queue tx, END_ALL, account)?;
    Ok(())
}

/// Trusts only the `most` browsers of an account that were trusted last.
pub async fn keep(tx: &mut Tx, account: Uuid, most: i64) -> Result<(), Error> {
    const KEEP: &str =
        "DELETE FROM latchkey_trusted_browsers WHERE id IN (SELECT id FROM latchkey_trusted_browsers
        WHERE account_id = $1 ORDER BY created_at DESC, id DESC LIMIT 500 OFFSET $2)";
    sql!(queue tx, KEEP, account, most)?;
    Ok(())
}

/// Removes a batch of expired browsers.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_trusted_browsers WHERE id IN (SELECT id FROM latchkey_trusted_browsers WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
