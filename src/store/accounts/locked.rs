//! An account whose row a transaction holds: the one way to change an account, or to spend one of its keys.

use std::ops::Deref;

use uuid::Uuid;

use super::{AccountRow, FOREVER, find, find_by_email};
use crate::{
    base::{Error, clock::Time, key::Purpose},
    hashing::hash::PasswordHash,
    store::{
        Tx, access_tokens, keys, outbox, remembered, sessions,
        spent::{self, Reason},
        sql, trusted_browsers,
    },
};

/// Proof that an account's row is held until the transaction ends, with the account as it was read under that lock.
///
/// Every transaction that touches an account's password, sessions or keys begins with one of these.
pub struct Locked<'t> {
    tx: &'t mut Tx,
    account: AccountRow,
}

impl Deref for Locked<'_> {
    type Target = AccountRow;

    fn deref(&self) -> &AccountRow {
        &self.account
    }
}

/// That the gate has let somebody past who sets a password. Only `auth/gate.rs` makes one, which a test watches.
pub struct Proven(());

impl Proven {
    /// For the gate.
    pub fn at_the_gate() -> Self {
        Self(())
    }
}

/// Locks an account, if it is enabled and not on hold, and nothing of it has changed since it was read.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock_unchanged<'t>(
    tx: &'t mut Tx,
    account: &AccountRow,
    now: Time,
) -> Result<Option<Locked<'t>>, Error> {
    const LOCK_UNCHANGED: &str = "UPDATE latchkey_accounts SET changed_at = $3 WHERE id = $1 AND version = $2
        AND enabled AND resets_blocked_until < $4";
    unchanged(tx, account, LOCK_UNCHANGED, now).await
}

/// Like [`lock_unchanged`], for a sign-in with the password: that proves the password at the present address.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock_entering<'t>(
    tx: &'t mut Tx,
    account: &AccountRow,
    now: Time,
) -> Result<Option<Locked<'t>>, Error> {
    const LOCK_ENTERING: &str = "UPDATE latchkey_accounts SET changed_at = $3, proved_at = password_set_at
        WHERE id = $1 AND version = $2 AND enabled AND resets_blocked_until < $4";
    unchanged(tx, account, LOCK_ENTERING, now).await
}

async fn unchanged<'t>(
    tx: &'t mut Tx,
    account: &AccountRow,
    statement: &'static str,
    now: Time,
) -> Result<Option<Locked<'t>>, Error> {
    let locked = sql!(execute tx, statement, account.id, account.version, now, FOREVER)? == 1;
    Ok(locked.then(|| Locked { tx, account: account.clone() }))
}

/// Like [`lock_unchanged`], and spends some of the account's keys: `None` unless all can be had.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock_spending<'t>(
    tx: &'t mut Tx,
    account: &AccountRow,
    keys: impl IntoIterator<Item = Uuid>,
    now: Time,
) -> Result<Option<Locked<'t>>, Error> {
    let Some(mut account) = lock_unchanged(tx, account, now).await? else { return Ok(None) };
    for key in keys {
        if !account.spend(key, now).await? {
            return Ok(None);
        }
    }
    Ok(Some(account))
}

/// Locks an account, whatever became of it.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock(tx: &mut Tx, id: Uuid, now: Time) -> Result<Option<Locked<'_>>, Error> {
    const LOCK: &str = "UPDATE latchkey_accounts SET changed_at = $2 WHERE id = $1";
    if sql!(queue tx, LOCK, id, now)? == Some(0) {
        return Ok(None);
    }
    Ok(find(tx, id).await?.map(|account| Locked { tx, account }))
}

/// Like [`lock`], by its address in the canonical form.
///
/// # Errors
/// [`Error::Database`].
pub async fn lock_by_email<'t>(
    tx: &'t mut Tx,
    email_key: &str,
    now: Time,
) -> Result<Option<Locked<'t>>, Error> {
    const LOCK_BY_EMAIL: &str = "UPDATE latchkey_accounts SET changed_at = $2 WHERE email_key = $1";
    if sql!(queue tx, LOCK_BY_EMAIL, email_key, now)? == Some(0) {
        return Ok(None);
    }
    Ok(find_by_email(tx, email_key).await?.map(|account| Locked { tx, account }))
}

/// Each method fails with [`Error::Database`] alone.
impl<'t> Locked<'t> {
    /// An account that the transaction has just added.
    pub(super) fn inserted(tx: &'t mut Tx, account: AccountRow) -> Self {
        Self { tx, account }
    }

    /// The transaction, for the other rows that belong to the change.
    pub fn tx(&mut self) -> &mut Tx {
        self.tx
    }

    /// The transaction, with the account as it was locked.
    pub fn parts(&mut self) -> (&mut Tx, &AccountRow) {
        (self.tx, &self.account)
    }

    /// The account as it was locked, with the transaction, which holds it still.
    pub fn into_parts(self) -> (&'t mut Tx, AccountRow) {
        (self.tx, self.account)
    }

    /// Reads the account anew, after changes.
    pub async fn reread(&mut self) -> Result<(), Error> {
        if let Some(account) = find(self.tx, self.account.id).await? {
            self.account = account;
        }
        Ok(())
    }

    /// Spends a key: of any number of simultaneous tries, one gets true.
    pub async fn spend(&mut self, key: Uuid, now: Time) -> Result<bool, Error> {
        const SPEND: &str = "DELETE FROM latchkey_keys WHERE id = $1 AND account_id = $2 AND expires_at > $3";
        Ok(sql!(execute self.tx, SPEND, key, self.account.id, now)? == 1)
    }

    /// Ends every session, token, remembered or trusted browser and key, and drops the messages that carry those.
    pub async fn end_everything(&mut self, now: Time) -> Result<(), Error> {
        let (tx, id) = (&mut *self.tx, self.account.id);
        let links = [Purpose::Reset, Purpose::Restart, Purpose::Email, Purpose::SignIn];
        spent::note_links(tx, id, links, Reason::Withdrawn, now).await?;
        sessions::end_all(tx, id, None).await?;
        access_tokens::end_all(tx, id).await?;
        remembered::end_all(tx, id).await?;
        trusted_browsers::end_all(tx, id).await?;
        keys::end_all(tx, id).await?;
        outbox::drop_orphans(tx, id).await
    }

    /// Sets a password that was chosen just now, which proves its owner at the present address.
    pub async fn set_password(&mut self, hash: &PasswordHash, _by: Proven, now: Time) -> Result<(), Error> {
        const SET_PASSWORD: &str = "UPDATE latchkey_accounts
            SET version = version + 1, password_hash = $2, password_set_at = $3, proved_at = $3, undone_at = 0 WHERE id = $1";
        sql!(queue self.tx, SET_PASSWORD, self.account.id, hash, now)?;
        Ok(())
    }

    /// Sets another hash of the same password.
    pub async fn rehash(&mut self, hash: &PasswordHash) -> Result<(), Error> {
        const REHASH: &str =
            "UPDATE latchkey_accounts SET version = version + 1, password_hash = $2 WHERE id = $1";
        sql!(queue self.tx, REHASH, self.account.id, hash)?;
        Ok(())
    }

    /// Makes the password unusable, after "this wasn't me", and brings back an account that was to be deleted.
    pub async fn void_password(&mut self, now: Time) -> Result<(), Error> {
        const VOID_PASSWORD: &str =
            "UPDATE latchkey_accounts SET version = version + 1, password_hash = $2, undone_at = $3,
            enabled = (enabled OR deleted_at IS NOT NULL), deleted_at = NULL WHERE id = $1";
        sql!(queue self.tx, VOID_PASSWORD, self.account.id, &PasswordHash::unusable(), now)?;
        Ok(())
    }

    /// Notes that its owner got in at the present address without a password.
    pub async fn prove(&mut self, now: Time) -> Result<(), Error> {
        const PROVE: &str = "UPDATE latchkey_accounts SET proved_at = $2 WHERE id = $1";
        sql!(queue self.tx, PROVE, self.account.id, now)?;
        Ok(())
    }

    /// Sets the address, with what was proved at it before; false if another account has it, has left it after
    /// `kept_since`, or claims it.
    pub async fn set_email(&mut self, email: &str, email_key: &str, kept_since: Time) -> Result<bool, Error> {
        const SET_EMAIL: &str = "UPDATE latchkey_accounts
            SET version = version + 1, email = $2, email_key = $3, proved_at = CASE WHEN email_key = $3 THEN proved_at ELSE COALESCE(
                (SELECT MAX(own.proved_at) FROM latchkey_former_addresses AS own WHERE own.account_id = $1 AND own.email_key = $3), 0) END
            WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM latchkey_accounts AS other WHERE other.email_key = $3 AND other.id <> $1)
            AND NOT EXISTS (SELECT 1 FROM latchkey_former_addresses WHERE email_key = $3 AND account_id <> $1 AND left_at > $4)
            AND NOT EXISTS (SELECT 1 FROM latchkey_claims WHERE email_key = $3 AND account_id <> $1)";
        let id = self.account.id;
        let changed = sql!(execute self.tx, SET_EMAIL, id, email, email_key, kept_since);
        self.rekeyed(changed, email_key).await
    }

    /// Sets the canonical form of an address that stays the same; false if another account has it.
    pub async fn rekey(&mut self, email_key: &str) -> Result<bool, Error> {
        const REKEY: &str = "UPDATE latchkey_accounts SET version = version + 1, email_key = $2
            WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM latchkey_accounts AS other WHERE other.email_key = $2 AND other.id <> $1)";
        let changed = sql!(execute self.tx, REKEY, self.account.id, email_key);
        self.rekeyed(changed, email_key).await
    }

    /// Gives the account's roles its new canonical address; false if another account has it.
    async fn rekeyed(&mut self, changed: Result<u64, sqlx::Error>, email_key: &str) -> Result<bool, Error> {
        const REKEY_ROLES: &str = "UPDATE latchkey_roles SET email_key = $2 WHERE account_id = $1";
        let changed = match changed {
            Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => return Ok(false),
            changed => changed? == 1,
        };
        if changed {
            sql!(queue self.tx, REKEY_ROLES, self.account.id, email_key)?;
        }
        Ok(changed)
    }

    /// Sets or removes the phone, which may be used for recovery from `usable_at` on.
    pub async fn set_phone(&mut self, phone: Option<&str>, usable_at: Option<Time>) -> Result<(), Error> {
        const SET_PHONE: &str = "UPDATE latchkey_accounts SET version = version + 1, phone = $2, phone_usable_at = $3 WHERE id = $1";
        sql!(queue self.tx, SET_PHONE, self.account.id, phone, usable_at)?;
        Ok(())
    }

    /// Lets the owner sign in, or no longer; an account that was to be deleted is kept.
    pub async fn set_enabled(&mut self, enabled: bool) -> Result<(), Error> {
        const SET_ENABLED: &str = "UPDATE latchkey_accounts SET version = version + 1, enabled = $2, deleted_at = NULL WHERE id = $1";
        sql!(queue self.tx, SET_ENABLED, self.account.id, enabled)?;
        Ok(())
    }

    /// Refuses requests for a reset before `until`.
    pub async fn block_resets(&mut self, until: Time) -> Result<(), Error> {
        const BLOCK_RESETS: &str =
            "UPDATE latchkey_accounts SET version = version + 1, resets_blocked_until = $2 WHERE id = $1";
        sql!(queue self.tx, BLOCK_RESETS, self.account.id, until)?;
        Ok(())
    }

    /// Disables the account until it is deleted for good, or brought back.
    pub async fn delete_later(&mut self, now: Time) -> Result<(), Error> {
        const DELETE_LATER: &str = "UPDATE latchkey_accounts SET version = version + 1, enabled = FALSE, deleted_at = $2 WHERE id = $1";
        sql!(queue self.tx, DELETE_LATER, self.account.id, now)?;
        Ok(())
    }

    /// Removes the account for good, with all that hangs on it; false if a row or a rule of the application stands
    /// against it.
    pub async fn remove(&mut self) -> Result<bool, Error> {
        const REMOVE: &str = "DELETE FROM latchkey_accounts WHERE id = $1";
        match sql!(execute self.tx, REMOVE, self.account.id) {
            Err(error) if refuses(&error) => Ok(false),
            removed => Ok(removed.map(|_| true)?),
        }
    }

    /// Marks the point that [`undo_trial`](Self::undo_trial) returns to; until then, every reference is checked at once.
    pub async fn begin_trial(&mut self) -> Result<(), Error> {
        const BEGIN_TRIAL: &str = "SAVEPOINT trial";
        const CHECK_AT_ONCE: &str = "SET CONSTRAINTS ALL IMMEDIATE";
        sql!(execute self.tx, BEGIN_TRIAL)?;
        if self.tx.is_postgres() {
            sql!(execute self.tx, CHECK_AT_ONCE)?;
        }
        Ok(())
    }

    /// Undoes everything since [`begin_trial`](Self::begin_trial).
    pub async fn undo_trial(&mut self) -> Result<(), Error> {
        const UNDO_TRIAL: &str = "ROLLBACK TO SAVEPOINT trial";
        const END_TRIAL: &str = "RELEASE SAVEPOINT trial";
        sql!(execute self.tx, UNDO_TRIAL)?;
        sql!(execute self.tx, END_TRIAL)?;
        Ok(())
    }
}

/// True if a transaction failed because a row or a rule of the application stands against it.
pub fn is_refused(error: &Error) -> bool {
    matches!(error, Error::Database(cause) if cause.downcast_ref().is_some_and(refuses))
}

/// True for a constraint of any kind, and for an exception that a trigger raises.
fn refuses(error: &sqlx::Error) -> bool {
    let Some(code) = error.as_database_error().and_then(|refusal| refusal.code()) else { return false };
    match code.len() {
        // SQLSTATE, of which class 23 is "integrity constraint violation", and P0001 "raise exception".
        5 => code.starts_with("23") || code == "P0001",
        // SQLite's extended code, whose low byte is SQLITE_CONSTRAINT.
        _ => code.parse::<u32>().is_ok_and(|code| code % 256 == 19),
    }
}
