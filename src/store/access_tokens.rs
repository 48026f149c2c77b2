//! The table `access_tokens`: what the scripts of an account sign in with.

use uuid::Uuid;

use super::{
    Conn, Tx,
    accounts::AccountRow,
    batcher::{ByKey, key},
    record::record,
    sql,
};
use crate::base::{
    Error,
    clock::{SKEW, Time},
};

const SKEW_MILLIS: i64 = SKEW.as_millis() as i64;

record! {
    /// A personal access token.
    #[derive(Clone)]
    pub struct AccessToken {
        /// Public id.
        pub id: Uuid = "token_id",
        /// Account it belongs to.
        pub account_id: Uuid,
        /// Name that its owner gave it.
        pub name: String,
        /// Permissions, separated by spaces.
        pub permissions: String,
        /// Time it began.
        pub began_at: Time,
        /// Absolute expiry.
        pub expires_at: Time,
        /// Last use, to the minute.
        pub used_at: Option<Time>,
        /// Client's address at the last use.
        pub client: Option<String>,
    }
}

record! {
    /// A token with its account.
    #[derive(Clone)]
    pub struct TokenOwner {
        /// The token.
        pub token: AccessToken = ..,
        /// Its account.
        pub account: AccountRow = ..,
    }
}

record! {
    /// A token found by [`find`].
    pub struct FoundToken {
        /// Its digest.
        pub digest: Vec<u8>,
        /// The token.
        pub owner: TokenOwner = ..,
    }
}

impl AccessToken {
    /// Returns its permissions, in alphabetical order.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.permissions.split_whitespace()
    }
}

/// Adds a token with its digest.
pub async fn insert(tx: &mut Tx, it: &AccessToken, digest: &[u8]) -> Result<(), Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_access_tokens (id, account_id, digest, name, permissions, began_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sql!(queue tx, INSERT, it.id, it.account_id, digest, &it.name, &it.permissions, it.began_at, it.expires_at)?;
    Ok(())
}

/// Returns the live tokens with these digests, at most `batcher::SEVERAL`, whose accounts are enabled.
/// Ignores tokens that began more than [`SKEW`] in the future, or before the present password: a server of an older version
/// that set it would not have ended them.
pub async fn find(conn: &mut Conn, digests: &[&[u8]], now: Time) -> Result<Vec<FoundToken>, Error> {
    const FIND: &str = "SELECT t.digest, t.id AS token_id, t.account_id, t.name, t.permissions, t.began_at, t.expires_at,
        t.used_at, t.client, a.id, a.email, a.password_hash, a.version, a.enabled, a.phone, a.phone_usable_at,
        a.fields, a.created_at, a.resets_blocked_until, a.undone_at, a.deleted_at,
        COALESCE((SELECT string_agg(role, ' ') FROM (SELECT role FROM latchkey_roles WHERE account_id = a.id ORDER BY role) AS r), '')
        AS role_list FROM latchkey_access_tokens AS t JOIN latchkey_accounts AS a ON a.id = t.account_id
        WHERE t.digest IN ($1, $2, $3, $4, $5, $6, $7, $8)
        AND t.expires_at > $9 AND t.began_at < $10 AND t.began_at > a.password_set_at - $11 AND a.enabled";
    Ok(sql!(all FoundToken, conn, FIND, key(digests, 0), key(digests, 1), key(digests, 2), key(digests, 3),
        key(digests, 4), key(digests, 5), key(digests, 6), key(digests, 7), now, now + SKEW, SKEW_MILLIS)?)
}

#[rocket::async_trait]
impl ByKey for TokenOwner {
    type When = Time;

    async fn find(conn: &mut Conn, digests: &[&[u8]], now: Time) -> Result<Vec<(Vec<u8>, Self)>, Error> {
        let found = find(conn, digests, now).await?;
        Ok(found.into_iter().map(|it| (it.digest, it.owner)).collect())
    }
}

/// Records that a token was used from `client`.
pub async fn touch(tx: &mut Tx, id: Uuid, client: &str, now: Time) -> Result<(), Error> {
    const TOUCH: &str = "UPDATE latchkey_access_tokens SET used_at = $2, client = $3
        WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";
    sql!(queue tx, TOUCH, id, now, client)?;
    Ok(())
}

/// Returns the live tokens of an account, newest first.
pub async fn of_account(conn: &mut Conn, account: Uuid, now: Time) -> Result<Vec<AccessToken>, Error> {
    const OF_ACCOUNT: &str = "SELECT id AS token_id, account_id, name, permissions, began_at, expires_at, used_at, client
        FROM latchkey_access_tokens WHERE account_id = $1 AND expires_at > $2 ORDER BY began_at DESC, id DESC LIMIT 200";
    Ok(sql!(all AccessToken, conn, OF_ACCOUNT, account, now)?)
}

/// Ends a token; false if the account has none with this id.
pub async fn end(tx: &mut Tx, account: Uuid, id: Uuid) -> Result<bool, Error> {
    const END: &str = "DELETE FROM latchkey_access_tokens WHERE id = $2 AND account_id = $1";
    Ok(sql!(execute tx, END, account, id)? == 1)
}

/// Ends every token of an account.
pub async fn end_all(tx: &mut Tx, account: Uuid) -> Result<(), Error> {
    const END_ALL: &str = "DELETE FROM latchkey_access_tokens WHERE account_id = $1";
    sql!(queue tx, END_ALL, account)?;
    Ok(())
}

/// Removes a batch of expired tokens.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_access_tokens WHERE id IN (SELECT id FROM latchkey_access_tokens WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
