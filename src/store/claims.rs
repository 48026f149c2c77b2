//! The table `claims`: who said "this wasn't me" from an address that an account had left, and waits for an admin.

use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::base::{Error, clock::Time};

/// A claim, with what the account would be given back.
#[derive(sqlx_macros::FromRow)]
pub struct Claim {
    /// The account.
    pub account_id: Uuid,
    /// The address that claims it.
    pub email: String,
    /// Its canonical form.
    pub email_key: String,
    /// The phone that the account had then.
    pub phone: Option<String>,
    /// From when on that could be used.
    pub phone_usable_at: Option<Time>,
    /// When it was made.
    pub claimed_at: Time,
}

/// Adds a claim; a later one of the same address counts for nothing.
pub async fn insert(tx: &mut Tx, claim: &Claim) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_claims (account_id, email, email_key, phone, phone_usable_at, claimed_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, email_key) DO NOTHING";
    sql!(execute tx, INSERT, claim.account_id, &claim.email, &claim.email_key, claim.phone.as_deref(),
        claim.phone_usable_at, claim.claimed_at)?;
    Ok(())
}

/// The claims to an account, the oldest first.
pub async fn of_account(conn: &mut Conn, account: Uuid) -> Result<Vec<Claim>, Error> {
    const OF_ACCOUNT: &str = "SELECT account_id, email, email_key, phone, phone_usable_at, claimed_at
        FROM latchkey_claims WHERE account_id = $1 ORDER BY claimed_at, email_key";
    Ok(sql!(all Claim, conn, OF_ACCOUNT, account)?)
}

/// The claim that is made from an address.
pub async fn of_address(conn: &mut Conn, email_key: &str) -> Result<Option<Claim>, Error> {
    const OF_ADDRESS: &str = "SELECT account_id, email, email_key, phone, phone_usable_at, claimed_at
        FROM latchkey_claims WHERE email_key = $1 LIMIT 1";
    Ok(sql!(optional Claim, conn, OF_ADDRESS, email_key)?)
}

/// Ends the claims to an account.
pub async fn end(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_claims WHERE account_id = $1";
    sql!(execute tx, END, account)?;
    Ok(())
}
