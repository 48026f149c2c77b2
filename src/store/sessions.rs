//! The table `sessions`: signed-in browsers.

use std::time::Duration;

use uuid::Uuid;

use super::{
    Conn, StoredPolicy, Tx,
    accounts::AccountRow,
    batcher::{ByKey, key},
    record::record,
    refresh_tokens, sql,
    text::text,
};
use crate::base::{
    Error,
    clock::{SKEW, Time},
    factor::FactorKind,
};

/// The pages that a session reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum SessionScope {
    /// All that its account may see, for the browser that has its cookie.
    Full,
    /// The same, for the program that sends its token.
    Token,
    /// The form for a new password, and nothing else.
    NewPassword,
    /// The pages on which an owed second factor is proved or set up, and nothing else.
    SecondFactor,
}

text!(SessionScope);

record! {
    /// One browser or program that is signed in.
    #[derive(Clone)]
    pub struct Session {
        /// Public id.
        pub id: Uuid = "session_id",
        /// Account it belongs to.
        pub account_id: Uuid,
        /// The pages that it reaches.
        pub scope: SessionScope,
        /// The session that a token was given with, and ends with.
        pub family: Option<Uuid>,
        /// The policy of the reset that opened a restricted one.
        pub policy: Option<StoredPolicy>,
        /// Digest of the generated password that opened a restricted session.
        pub opened_by: Option<Vec<u8>>,
        /// The second factor that was proved, if any.
        pub factor: Option<FactorKind>,
        /// For a pending sign-in: its purpose, sealed.
        pub pending: Option<Vec<u8>>,
        /// Browser and system, like `Firefox on Linux`.
        pub browser: String,
        /// Client's address.
        pub client: String,
        /// Time it began.
        pub began_at: Time,
        /// End of the period in which its owner counts as having just signed in.
        pub fresh_until: Time,
        /// Time of the last proof of identity: none if it began by itself, or was begun by a version that did not keep this.
        pub proved_at: Option<Time>,
        /// Time of last use, to the minute.
        pub seen_at: Time,
        /// Absolute expiry, used or not.
        pub expires_at: Time,
    }
}

record! {
    /// A session with its account.
    #[derive(Clone)]
    pub struct SignedIn {
        /// The session.
        pub session: Session = ..,
        /// Its account.
        pub account: AccountRow = ..,
    }
}

impl Session {
    /// Id of the session that its family began with.
    pub fn family(&self) -> Uuid {
        self.family.unwrap_or(self.id)
    }

    /// True if its owner has proved their identity in it less than `age` ago.
    pub fn is_proved_within(&self, age: Duration, now: Time) -> bool {
        self.proved_at.is_some_and(|at| at + age > now)
    }
}

/// Adds a session with the digest of its cookie.
pub async fn insert(tx: &mut Tx, session: &Session, digest: &[u8]) -> Result<(), Error> {
    const INSERT: &str = "INSERT INTO latchkey_sessions
        (id, account_id, digest, scope, family, policy, opened_by, factor, pending, browser, client, began_at, fresh_until, proved_at,
        seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    sql!(apart tx, INSERT, session.id, session.account_id, digest, session.scope, session.family, session.policy.as_ref(),
        session.opened_by.as_deref(), session.factor, session.pending.as_deref(),
        &session.browser, &session.client, session.began_at, session.fresh_until, session.proved_at,
        session.seen_at, session.expires_at)?;
    Ok(())
}

record! {
    /// A session found by [`find`].
    pub struct FoundSession {
        /// Digest of its cookie.
        pub digest: Vec<u8>,
        /// The session.
        pub signed_in: SignedIn = ..,
    }
}

/// Returns the live sessions with these cookie digests, at most `batcher::SEVERAL`, used since `idle_since`, whose accounts
/// are enabled. Ignores sessions that began more than [`SKEW`] in the future.
pub async fn find(
    conn: &mut Conn,
    digests: &[&[u8]],
    idle_since: Time,
    now: Time,
) -> Result<Vec<FoundSession>, Error> {
    const FIND: &str = "SELECT s.digest, s.id AS session_id, s.account_id, s.scope, s.family, s.policy, s.opened_by, s.factor, s.pending, s.browser, s.client, s.began_at,
        s.fresh_until, s.proved_at, s.seen_at, s.expires_at, a.id, a.email, a.password_hash, a.version, a.enabled, a.phone, a.phone_usable_at,
        a.fields, a.created_at, a.resets_blocked_until, a.undone_at, a.deleted_at,
        COALESCE((SELECT string_agg(role, ' ') FROM (SELECT role FROM latchkey_roles WHERE account_id = a.id ORDER BY role) AS r), '')
        AS role_list FROM latchkey_sessions AS s JOIN latchkey_accounts AS a ON a.id = s.account_id
        WHERE s.digest IN ($1, $2, $3, $4, $5, $6, $7, $8)
        AND s.expires_at > $9 AND s.seen_at > $10 AND s.began_at < $11 AND a.enabled";
    Ok(
        sql!(all FoundSession, conn, FIND, key(digests, 0), key(digests, 1), key(digests, 2), key(digests, 3), key(digests, 4),
        key(digests, 5), key(digests, 6), key(digests, 7),
        now, idle_since, now + SKEW)?,
    )
}

#[rocket::async_trait]
impl ByKey for SignedIn {
    type When = (Time, Time);

    async fn find(
        conn: &mut Conn,
        digests: &[&[u8]],
        (idle_since, now): (Time, Time),
    ) -> Result<Vec<(Vec<u8>, Self)>, Error> {
        let found = find(conn, digests, idle_since, now).await?;
        Ok(found.into_iter().map(|it| (it.digest, it.signed_in)).collect())
    }
}

/// True if a session is live and its account is enabled and has a role.
pub async fn has_role(tx: &mut Tx, id: Uuid, role: &str, now: Time) -> Result<bool, Error> {
    const HAS_ROLE: &str = "SELECT 1 FROM latchkey_sessions AS s JOIN latchkey_accounts AS a ON a.id = s.account_id
        JOIN latchkey_roles AS r ON r.account_id = a.id WHERE s.id = $1 AND r.role = $2 AND s.expires_at > $3 AND a.enabled";
    Ok(sql!(optional(i32,), tx, HAS_ROLE, id, role, now)?.is_some())
}

/// True if a session has not expired.
pub async fn is_live(tx: &mut Tx, id: Uuid, now: Time) -> Result<bool, Error> {
    const IS_LIVE: &str = "SELECT 1 FROM latchkey_sessions WHERE id = $1 AND expires_at > $2";
    Ok(sql!(optional(i32,), tx, IS_LIVE, id, now)?.is_some())
}

/// True if a session was used after it began.
pub async fn was_used(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    const WAS_USED: &str = "SELECT 1 FROM latchkey_sessions WHERE id = $1 AND seen_at > began_at";
    Ok(sql!(optional(i32,), tx, WAS_USED, id)?.is_some())
}

/// Records that a session was used.
pub async fn touch(tx: &mut Tx, id: Uuid, now: Time) -> Result<(), Error> {
    const TOUCH: &str = "UPDATE latchkey_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
    sql!(queue tx, TOUCH, id, now)?;
    Ok(())
}

/// Records that the owner of a session has proved themselves again, by this second factor if it was one; false if the
/// session has ended.
pub async fn step_up(
    tx: &mut Tx,
    id: Uuid,
    factor: Option<FactorKind>,
    (proved_at, fresh_until): (Time, Time),
) -> Result<bool, Error> {
    const STEP_UP: &str = "UPDATE latchkey_sessions SET factor = COALESCE($2, factor), proved_at = $3, fresh_until = $4 WHERE id = $1";
    Ok(sql!(execute tx, STEP_UP, id, factor, proved_at, fresh_until)? == 1)
}

/// Records the second factor that counts as proved in a session.
pub async fn set_factor(tx: &mut Tx, id: Uuid, factor: FactorKind) -> Result<(), Error> {
    const SET_FACTOR: &str = "UPDATE latchkey_sessions SET factor = $2 WHERE id = $1";
    sql!(queue tx, SET_FACTOR, id, factor)?;
    Ok(())
}

/// Returns the live unrestricted sessions of an account, newest first; each with its tokens is one.
pub async fn list(
    conn: &mut Conn,
    account: Uuid,
    idle_since: Time,
    now: Time,
) -> Result<Vec<Session>, Error> {
    const LIST: &str = "SELECT id AS session_id, account_id, scope, family, policy, opened_by, factor, pending, browser, client, began_at, fresh_until, proved_at, seen_at,
        expires_at FROM latchkey_sessions WHERE account_id = $1 AND scope IN ('full', 'token') AND family IS NULL AND expires_at > $2 AND seen_at > $3
        ORDER BY began_at DESC LIMIT 200";
    Ok(sql!(all Session, conn, LIST, account, now, idle_since)?)
}

/// Ends an account's sessions of a scope, except the `most` used most recently.
pub async fn keep(tx: &mut Tx, account: Uuid, scope: SessionScope, most: i64) -> Result<(), Error> {
    const KEEP: &str = "DELETE FROM latchkey_sessions WHERE id IN (SELECT id FROM latchkey_sessions
        WHERE account_id = $1 AND scope = $2 ORDER BY seen_at DESC, id DESC LIMIT 500 OFFSET $3)";
    sql!(queue tx, KEEP, account, scope, most)?;
    Ok(())
}

/// Ends one session of an account, with its tokens, refresh tokens included; false if it has no such session.
pub async fn end(tx: &mut Tx, account: Uuid, id: Uuid) -> Result<bool, Error> {
    const END: &str = "DELETE FROM latchkey_sessions WHERE account_id = $2 AND (id = $1 OR family = $1)";
    let refreshed = refresh_tokens::end(tx, account, id).await?;
    Ok(sql!(execute tx, END, id, account)? + refreshed > 0)
}

/// Ends every session of an account, with its tokens, except the family of `except`; returns how many.
pub async fn end_all(tx: &mut Tx, account: Uuid, except: Option<&Session>) -> Result<u64, Error> {
    const END_ALL: &str =
        "DELETE FROM latchkey_sessions WHERE account_id = $1 AND COALESCE(family, id) <> $2";
    let family = except.map_or(Uuid::nil(), Session::family);
    refresh_tokens::end_all(tx, account, family).await?;
    Ok(sql!(execute tx, END_ALL, account, family)?)
}

/// Returns the account of the session with this digest of a cookie or a token.
pub async fn owner(conn: &mut Conn, digest: &[u8]) -> Result<Option<Uuid>, Error> {
    const OWNER: &str = "SELECT account_id FROM latchkey_sessions WHERE digest = $1";
    Ok(sql!(optional(Uuid,), conn, OWNER, digest)?.map(|(account,)| account))
}

/// Ends the session with this digest of a cookie or a token, and its whole family.
pub async fn end_digest(tx: &mut Tx, digest: &[u8]) -> Result<(), Error> {
    const FAMILY: &str = "SELECT account_id, COALESCE(family, id) FROM latchkey_sessions WHERE digest = $1";
    let found: Option<(Uuid, Uuid)> = sql!(optional(Uuid, Uuid), tx, FAMILY, digest)?;
    if let Some((account, family)) = found {
        end(tx, account, family).await?;
    }
    Ok(())
}

/// Removes a batch of expired sessions.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    const PURGE: &str = "DELETE FROM latchkey_sessions WHERE id IN (SELECT id FROM latchkey_sessions WHERE expires_at <= $1 LIMIT 500)";
    Ok(sql!(execute tx, PURGE, now)?)
}
