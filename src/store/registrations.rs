//! The table `registrations`: registrations and invitations with an unconfirmed address.

use uuid::Uuid;

use super::{Conn, Tx, record::record, sql};
use crate::{
    base::{Error, clock::Time},
    hashing::hash::PasswordHash,
};

record! {
    /// A registration or invitation with an unconfirmed address.
    pub struct Registration {
        /// Id, carried by the form that confirms it.
        pub id: Uuid,
        /// Address as typed.
        pub email: String,
        /// Canonical form of the address.
        pub email_key: String,
        /// Password chosen at registration; unusable for an invitation.
        pub password_hash: PasswordHash,
        /// Declared extra fields, a JSON object of strings.
        pub fields: String,
        /// Roles to be given, separated by spaces.
        pub roles: String,
        /// True if an admin made it.
        pub invited: bool,
        /// Digest of the id of the browser that registered.
        pub browser: Option<Vec<u8>>,
        /// Time of creation.
        pub created_at: Time,
        /// Time until which it can be confirmed.
        pub expires_at: Time,
    }
}

/// Adds a registration with the digest of its key.
pub async fn insert(tx: &mut Tx, it: &Registration, digest: &[u8]) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_registrations
        (id, email, email_key, password_hash, fields, roles, invited, browser, digest, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    sql!(queue tx, INSERT, it.id, &it.email, &it.email_key, &it.password_hash, &it.fields, &it.roles, it.invited,
        it.browser.as_deref(), digest, it.created_at, it.expires_at)?;
    Ok(())
}

/// Returns the live registration with this key digest.
pub async fn find(conn: &mut Conn, digest: &[u8], now: Time) -> Result<Option<Registration>, Error> {
    const FIND: &str =
        "SELECT id, email, email_key, password_hash, fields, roles, invited, browser, created_at, expires_at
        FROM latchkey_registrations WHERE digest = $1 AND expires_at > $2";
    Ok(sql!(optional Registration, conn, FIND, digest, now)?)
}

/// Returns the live registration that counts for an address: one with roles before one without, then the newest.
pub async fn newest(conn: &mut Conn, email_key: &str, now: Time) -> Result<Option<Registration>, Error> {
    const NEWEST: &str =
        "SELECT id, email, email_key, password_hash, fields, roles, invited, browser, created_at, expires_at
        FROM latchkey_registrations WHERE email_key = $1 AND expires_at > $2
        ORDER BY CASE WHEN roles = '' THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT 1";
    Ok(sql!(optional Registration, conn, NEWEST, email_key, now)?)
}

/// Returns the first `most` live invitations in order of address.
pub async fn invitations(conn: &mut Conn, now: Time, most: i64) -> Result<Vec<Registration>, Error> {
    const INVITATIONS: &str =
        "SELECT id, email, email_key, password_hash, fields, roles, invited, browser, created_at, expires_at
        FROM latchkey_registrations WHERE invited AND expires_at > $1 ORDER BY email_key LIMIT $2";
    Ok(sql!(all Registration, conn, INVITATIONS, now, most)?)
}

/// Gives a registration another key; the former no longer confirms it.
pub async fn rekey(tx: &mut Tx, id: Uuid, digest: &[u8], expires_at: Time) -> Result<(), Error> {
    const REKEY: &str = "UPDATE latchkey_registrations SET digest = $2, expires_at = $3 WHERE id = $1";
    sql!(queue tx, REKEY, id, digest, expires_at)?;
    Ok(())
}

/// Spends a registration's key: of any number of concurrent calls, at most one returns true.
pub async fn spend(tx: &mut Tx, id: Uuid, now: Time) -> Result<bool, Error> {
    const SPEND: &str = "DELETE FROM latchkey_registrations WHERE id = $1 AND expires_at > $2";
    Ok(sql!(execute tx, SPEND, id, now)? == 1)
}

/// Withdraws an invitation; false if there is none.
pub async fn withdraw(tx: &mut Tx, id: Uuid, now: Time) -> Result<bool, Error> {
    const WITHDRAW: &str = "DELETE FROM latchkey_registrations WHERE id = $1 AND invited AND expires_at > $2";
    Ok(sql!(execute tx, WITHDRAW, id, now)? == 1)
}

/// Removes all registrations of an address, and returns the roles promised by the live ones.
pub async fn drop_address(tx: &mut Tx, email_key: &str, now: Time) -> Result<Vec<String>, Error> {
    const DROP_ADDRESS: &str =
        "DELETE FROM latchkey_registrations WHERE email_key = $1 RETURNING roles, expires_at";
    let dropped = sql!(all(String, Time), tx, DROP_ADDRESS, email_key)?;
    let live = dropped.into_iter().filter(|(_, expires_at)| *expires_at > now);
    Ok(live.flat_map(|(roles, _)| roles.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect())
}

/// Removes a batch of expired registrations.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_registrations WHERE id IN
        (SELECT id FROM latchkey_registrations WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
