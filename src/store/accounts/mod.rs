//! The table `accounts`, with each account's roles.

mod locked;

use uuid::Uuid;

pub use self::locked::{
    Locked, Proven, is_refused, lock, lock_by_email, lock_entering, lock_spending, lock_unchanged,
};
use super::{Conn, Tx, record::record, roles, sql};
use crate::{
    base::{Error, clock::Time, email::Email, random::Random},
    hashing::hash::PasswordHash,
};

record! {
    /// One person's account, as it was when read.
    #[derive(Clone)]
    pub struct AccountRow {
        /// Id, never reused.
        pub id: Uuid,
        /// Address that mail goes to.
        pub email: String,
        /// Hash that its password is checked against.
        pub password_hash: PasswordHash,
        /// Goes up with each change of the row: what was read is what is locked, if it is the same.
        pub version: i64,
        /// Whether its owner may sign in.
        pub enabled: bool,
        /// Verified phone, in E.164 form.
        pub phone: Option<String>,
        /// Time from which the phone may be used for recovery.
        pub phone_usable_at: Option<Time>,
        /// Declared extra fields, a JSON object of strings.
        pub fields: String,
        /// Time its address was confirmed.
        pub created_at: Time,
        /// Time until which no reset may be requested, after "this wasn't me"; [`FOREVER`] if an admin must decide.
        pub resets_blocked_until: Time,
        /// Time of the last "this wasn't me", until the reset after it is complete; otherwise the epoch.
        pub undone_at: Time,
        /// Time its owner deleted it: it is disabled since then, and removed later.
        pub deleted_at: Option<Time>,
        /// Roles, separated by spaces.
        pub role_list: String,
    }
}

/// End of a hold that only an admin can lift.
pub const FOREVER: Time = Time::from_millis(253_402_300_799_000);

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Its owner may sign in.
    Enabled,
    /// Claimed from a former address; nobody gets in until an admin decides.
    Frozen,
    /// Deleted by its owner, and can still be restored.
    DeletionPending,
    /// Disabled by an admin.
    Disabled,
}

impl AccountState {
    /// Returns its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            AccountState::Enabled => "enabled",
            AccountState::Frozen => "frozen",
            AccountState::DeletionPending => "deletion_pending",
            AccountState::Disabled => "disabled",
        }
    }
}

impl AccountRow {
    /// Creates a new account, enabled and without a phone.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn new(email: String, password_hash: PasswordHash, now: Time, random: Random) -> Result<Self, Error> {
        Ok(Self {
            id: super::id(now, random)?,
            email,
            password_hash,
            version: 0,
            enabled: true,
            phone: None,
            phone_usable_at: None,
            fields: "{}".into(),
            created_at: now,
            resets_blocked_until: now,
            undone_at: Time::default(),
            deleted_at: None,
            role_list: String::new(),
        })
    }

    /// Returns its state.
    pub fn state(&self) -> AccountState {
        match self {
            AccountRow { deleted_at: Some(_), .. } => AccountState::DeletionPending,
            AccountRow { enabled: false, .. } => AccountState::Disabled,
            AccountRow { resets_blocked_until: FOREVER, .. } => AccountState::Frozen,
            _ => AccountState::Enabled,
        }
    }

    /// True from "this wasn't me" until the reset that follows is complete: what was set up before may be an intruder's.
    pub fn is_undone(&self) -> bool {
        self.undone_at != Time::default()
    }

    /// True if somebody claims it from a former address, also if it has been disabled or deleted since.
    pub fn is_claimed(&self) -> bool {
        self.resets_blocked_until == FOREVER
    }

    /// Returns its roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.role_list.split_whitespace()
    }

    /// True if it has a role.
    pub fn has(&self, role: &str) -> bool {
        self.roles().any(|own| own == role)
    }

    /// Returns the canonical form of its address, by which it is found.
    pub fn email_key(&self) -> String {
        Email::parse(&self.email).map_or_else(|_| self.email.clone(), |email| email.key().to_owned())
    }

    /// Returns the phone, if it may be used for recovery by `now`.
    pub fn usable_phone(&self, now: Time) -> Option<&str> {
        self.phone.as_deref().filter(|_| self.phone_usable_at.is_some_and(|from| from <= now))
    }
}

/// Returns the account with this id.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<AccountRow>, Error> {
    const FIND: &str = "SELECT id, email, password_hash, version, enabled, phone, phone_usable_at, fields, created_at, resets_blocked_until, undone_at, deleted_at,
        COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles WHERE account_id = latchkey_accounts.id), '') AS role_list
        FROM latchkey_accounts WHERE id = $1";
    Ok(sql!(optional AccountRow, conn, FIND, id)?)
}

/// Returns the account with this canonical address.
pub async fn find_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<AccountRow>, Error> {
    const FIND_BY_EMAIL: &str = "SELECT id, email, password_hash, version, enabled, phone, phone_usable_at, fields, created_at, resets_blocked_until, undone_at, deleted_at,
        COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles WHERE account_id = latchkey_accounts.id), '') AS role_list
        FROM latchkey_accounts WHERE email_key = $1";
    Ok(sql!(optional AccountRow, conn, FIND_BY_EMAIL, email_key)?)
}

/// Sorts after every character of an address.
const LAST: char = char::MAX;

/// Returns at most `limit` accounts in order of address: those whose canonical address begins with `beginning`, from
/// `from` on, and with `role` if given.
pub async fn list(
    conn: &mut Conn,
    beginning: &str,
    role: Option<&str>,
    from: &str,
    limit: i64,
) -> Result<Vec<AccountRow>, Error> {
    const LIST: &str = "SELECT id, email, password_hash, version, enabled, phone, phone_usable_at, fields, created_at, resets_blocked_until, undone_at, deleted_at,
        COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles WHERE account_id = latchkey_accounts.id), '') AS role_list
        FROM latchkey_accounts WHERE email_key >= $1 AND email_key < $2 ORDER BY email_key LIMIT $3";
    const LIST_ROLE: &str = "SELECT a.id, a.email, a.password_hash, a.version, a.enabled, a.phone, a.phone_usable_at, a.fields, a.created_at,
        a.resets_blocked_until, a.undone_at, a.deleted_at, COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles WHERE account_id = a.id), '') AS role_list
        FROM latchkey_roles AS r JOIN latchkey_accounts AS a ON a.id = r.account_id
        WHERE r.role = $4 AND r.email_key >= $1 AND r.email_key < $2 ORDER BY r.email_key LIMIT $3";
    let (from, end) = (from.max(beginning), format!("{beginning}{LAST}"));
    Ok(match role {
        None => sql!(all AccountRow, conn, LIST, from, &end, limit)?,
        Some(role) => sql!(all AccountRow, conn, LIST_ROLE, from, &end, limit, role)?,
    })
}

record! {
    /// Address and phone of an account, as stored.
    pub struct Stored {
        /// Its id.
        pub id: Uuid,
        /// Address.
        pub email: String,
        /// Address in the canonical form of the version that wrote it.
        pub email_key: String,
        /// Verified phone.
        pub phone: Option<String>,
    }
}

/// Returns a batch of accounts in order of id, after `after`.
pub async fn stored(conn: &mut Conn, after: Uuid) -> Result<Vec<Stored>, Error> {
    const STORED: &str =
        "SELECT id, email, email_key, phone FROM latchkey_accounts WHERE id > $1 ORDER BY id LIMIT 500";
    Ok(sql!(all Stored, conn, STORED, after)?)
}

/// Adds an account; `None` if its address has one already, or another account has left it after `kept_since` or claims it.
pub async fn insert<'t>(
    tx: &'t mut Tx,
    account: &AccountRow,
    email_key: &str,
    kept_since: Time,
) -> Result<Option<Locked<'t>>, Error> {
    // Whoever leaves an address notes it in the same transaction: each snapshot has the one row or the other.
    const INSERT: &str = "INSERT INTO latchkey_accounts
        (id, email, email_key, password_hash, enabled, fields, created_at, changed_at, resets_blocked_until, password_set_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $7, 0, $7
        WHERE NOT EXISTS (SELECT 1 FROM latchkey_accounts WHERE email_key = $3)
        AND NOT EXISTS (SELECT 1 FROM latchkey_former_addresses WHERE email_key = $3 AND left_at > $8)
        AND NOT EXISTS (SELECT 1 FROM latchkey_claims WHERE email_key = $3)
        ON CONFLICT (email_key) DO NOTHING";
    let added = sql!(execute tx, INSERT, account.id, &account.email, email_key, &account.password_hash,
        account.enabled, &account.fields, account.created_at, kept_since)?;
    for role in account.roles().filter(|_| added == 1) {
        roles::add(tx, account.id, role).await?;
    }
    Ok((added == 1).then(|| Locked::inserted(tx, account.clone())))
}

/// True if a password newer than `since` has opened the account under an address other than `email_key`.
pub async fn proved_elsewhere(
    conn: &mut Conn,
    id: Uuid,
    since: Time,
    email_key: &str,
) -> Result<bool, Error> {
    const PROVED_ELSEWHERE: &str =
        "SELECT 1 FROM latchkey_accounts WHERE id = $1 AND proved_at > $2 AND email_key <> $3
        UNION ALL SELECT 1 FROM latchkey_former_addresses WHERE account_id = $1 AND proved_at > $2 AND email_key <> $3";
    Ok(sql!(optional(i32,), conn, PROVED_ELSEWHERE, id, since, email_key)?.is_some())
}

/// Returns a batch of those that their owners deleted at `since` or before, with that time, in order of both, after `after`.
pub async fn deleted(conn: &mut Conn, since: Time, after: (Time, Uuid)) -> Result<Vec<(Time, Uuid)>, Error> {
    const DELETED: &str = "SELECT deleted_at, id FROM latchkey_accounts
        WHERE deleted_at <= $1 AND (deleted_at, id) > ($2, $3) ORDER BY deleted_at, id LIMIT 100";
    Ok(sql!(all(Time, Uuid), conn, DELETED, since, after.0, after.1)?)
}

record! {
    /// Enabled accounts with the same roles.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RoleGroup {
        /// Their roles, separated by spaces.
        pub role_list: String,
        /// Number of accounts.
        pub accounts: i64,
        /// Number of accounts with a phone that is usable now.
        pub phones: i64,
    }
}

impl RoleGroup {
    /// Returns their roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.role_list.split_whitespace()
    }
}

/// Returns all enabled accounts by roles, those without roles first. Takes one pass over the roles and one over the
/// accounts.
pub async fn role_groups(conn: &mut Conn, now: Time) -> Result<Vec<RoleGroup>, Error> {
    const EVERYBODY: &str = "SELECT '' AS role_list, COUNT(*) AS accounts,
        COUNT(CASE WHEN phone_usable_at <= $1 THEN 1 END) AS phones FROM latchkey_accounts WHERE enabled";
    const WITH_ROLES: &str =
        "SELECT role_list, COUNT(*) AS accounts, COUNT(CASE WHEN usable_at <= $1 THEN 1 END) AS phones
        FROM (SELECT string_agg(role, ' ' ORDER BY role) AS role_list, MIN(phone_usable_at) AS usable_at
            FROM latchkey_roles JOIN latchkey_accounts ON latchkey_accounts.id = account_id WHERE enabled GROUP BY account_id) AS one
        GROUP BY role_list ORDER BY role_list";
    let with_roles = sql!(all RoleGroup, conn, WITH_ROLES, now)?;
    let everybody = sql!(optional RoleGroup, conn, EVERYBODY, now)?;
    let without = everybody.map(|all| {
        with_roles.iter().fold(all, |left, group| RoleGroup {
            accounts: left.accounts - group.accounts,
            phones: left.phones - group.phones,
            ..left
        })
    });
    Ok(without.into_iter().chain(with_roles).collect())
}
