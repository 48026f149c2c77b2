//! The table `claims`: "this wasn't me" from addresses that an account had left, waiting for an admin.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::base::{Error, clock::Time};

record! {
    /// A claim, with what the account would get back.
    pub struct Claim {
        /// Claimed account.
        pub account_id: Uuid,
        /// Address that claims it.
        pub email: String,
        /// Canonical form of that address.
        pub email_key: String,
        /// Phone that the account had then.
        pub phone: Option<String>,
        /// Time from which that phone could be used.
        pub phone_usable_at: Option<Time>,
        /// Username that the account had then.
        pub username: Option<String>,
        /// Time of the claim.
        pub claimed_at: Time,
    }
}

/// Adds a claim; does nothing if the address has already made one.
pub async fn insert(tx: &mut Tx, claim: &Claim) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_claims (account_id, email, email_key, phone, phone_usable_at, username, claimed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, email_key) DO NOTHING";
    sql!(queue tx, INSERT, claim.account_id, &claim.email, &claim.email_key, claim.phone.as_deref(),
        claim.phone_usable_at, claim.username.as_deref(), claim.claimed_at)?;
    Ok(())
}

/// Returns the claims to an account, oldest first.
pub async fn of_account(conn: &mut Conn, account: Uuid) -> Result<Vec<Claim>, Error> {
    const OF_ACCOUNT: &str =
        "SELECT account_id, email, email_key, phone, phone_usable_at, username, claimed_at
        FROM latchkey_claims WHERE account_id = $1 ORDER BY claimed_at, email_key";
    Ok(sql!(all Claim, conn, OF_ACCOUNT, account)?)
}

/// Returns the claim made from an address.
pub async fn of_address(conn: &mut Conn, email_key: &str) -> Result<Option<Claim>, Error> {
    const OF_ADDRESS: &str =
        "SELECT account_id, email, email_key, phone, phone_usable_at, username, claimed_at
        FROM latchkey_claims WHERE email_key = $1 LIMIT 1";
    Ok(sql!(optional Claim, conn, OF_ADDRESS, email_key)?)
}

/// Removes the claims to an account.
pub async fn end(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END: &str = "DELETE FROM latchkey_claims WHERE account_id = $1";
    sql!(queue tx, END, account)?;
    Ok(())
}
