//! The table `factors`: second factors that people have set up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Conn, Tx,
    accounts::{Locked, RoleGroup},
    record::record,
    recovery_codes, refresh_tokens, sql,
    text::text,
    trusted_browsers,
};
use crate::base::{Error, clock::Time, factor::FactorKind};

text!(FactorKind);

/// Most factors of an account.
pub const MAX_FACTORS: usize = 20;

record! {
    /// A second factor of an account.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct FactorRow {
        /// Public id.
        pub id: Uuid,
        /// Account it belongs to.
        pub account_id: Uuid,
        /// Its kind.
        pub kind: FactorKind,
        /// Name that its owner gave it.
        pub name: String,
        /// Secret that its codes are computed from, sealed; empty for a passkey.
        pub secret: Vec<u8>,
        /// Time step of the last code that was used.
        pub used_step: i64,
        /// Time it was set up.
        pub created_at: Time,
        /// Time of last use.
        pub used_at: Option<Time>,
        /// Id of a passkey, unique over all accounts.
        #[serde(default)]
        pub credential_id: Option<Vec<u8>>,
        /// The rest of a passkey, as JSON.
        #[serde(default)]
        pub passkey: Option<String>,
    }
}

impl FactorRow {
    /// Creates a factor that has not been used, without a passkey.
    pub fn new(id: Uuid, now: Time, account_id: Uuid, kind: FactorKind, name: String) -> Self {
        Self {
            id,
            account_id,
            kind,
            name,
            secret: Vec::new(),
            used_step: 0,
            created_at: now,
            used_at: None,
            credential_id: None,
            passkey: None,
        }
    }
}

/// Adds a factor; false if an account has that passkey already.
pub async fn insert(account: &mut Locked<'_>, it: &FactorRow) -> Result<bool, Error> {
    const INSERT: &str =
        "INSERT INTO latchkey_factors (id, account_id, kind, name, secret, used_step, created_at, used_at, credential_id, passkey)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (credential_id) DO NOTHING";
    let inserted = sql!(execute account.tx(), INSERT, it.id, it.account_id, it.kind, &it.name, it.secret.as_slice(), it.used_step,
        it.created_at, it.used_at, it.credential_id.as_deref(), it.passkey.as_deref())?;
    changed(account).await?;
    Ok(inserted == 1)
}

/// Returns the factors of an account, oldest first.
pub async fn of_account(conn: &mut Conn, account: Uuid) -> Result<Vec<FactorRow>, Error> {
    const OF_ACCOUNT: &str =
        "SELECT id, account_id, kind, name, secret, used_step, created_at, used_at, credential_id, passkey
        FROM latchkey_factors WHERE account_id = $1 ORDER BY created_at, id LIMIT 100";
    Ok(sql!(all FactorRow, conn, OF_ACCOUNT, account)?)
}

/// Returns the passkey with this id, whoever has it.
pub async fn of_credential(conn: &mut Conn, id: &[u8]) -> Result<Option<FactorRow>, Error> {
    const OF_CREDENTIAL: &str =
        "SELECT id, account_id, kind, name, secret, used_step, created_at, used_at, credential_id, passkey
        FROM latchkey_factors WHERE credential_id = $1";
    Ok(sql!(optional FactorRow, conn, OF_CREDENTIAL, id)?)
}

/// Stores a passkey as it is after its use; false if it was used elsewhere meanwhile, or is gone.
pub async fn use_passkey(tx: &mut Tx, id: Uuid, was: &str, is: &str, now: Time) -> Result<bool, Error> {
    const USE_PASSKEY: &str =
        "UPDATE latchkey_factors SET passkey = $3, used_at = $4 WHERE id = $1 AND passkey = $2";
    Ok(sql!(execute tx, USE_PASSKEY, id, was, is, now)? == 1)
}

/// Uses up the code of a time step, and with it those of all earlier steps; false if that has been done.
pub async fn use_step(tx: &mut Tx, id: Uuid, step: i64, now: Time) -> Result<bool, Error> {
    const USE_STEP: &str =
        "UPDATE latchkey_factors SET used_step = $2, used_at = $3 WHERE id = $1 AND used_step < $2";
    Ok(sql!(execute tx, USE_STEP, id, step, now)? == 1)
}

/// Records a use.
pub async fn touch(tx: &mut Tx, id: Uuid, now: Time) -> Result<(), Error> {
    const TOUCH: &str = "UPDATE latchkey_factors SET used_at = $2 WHERE id = $1";
    sql!(queue tx, TOUCH, id, now)?;
    Ok(())
}

/// Names a factor of an account.
pub async fn rename(tx: &mut Tx, account: Uuid, id: Uuid, name: &str) -> Result<(), Error> {
    const RENAME: &str = "UPDATE latchkey_factors SET name = $3 WHERE id = $2 AND account_id = $1";
    sql!(queue tx, RENAME, account, id, name)?;
    Ok(())
}

/// Removes a factor; false if the account has no such factor.
pub async fn remove(account: &mut Locked<'_>, id: Uuid) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM latchkey_factors WHERE id = $2 AND account_id = $1";
    let owner = account.id;
    let removed = sql!(execute account.tx(), REMOVE, owner, id)? == 1;
    changed(account).await?;
    Ok(removed)
}

/// Removes every factor of an account, and its recovery codes; returns how many factors.
pub async fn remove_all(account: &mut Locked<'_>) -> Result<u64, Error> {
    const REMOVE_ALL: &str = "DELETE FROM latchkey_factors WHERE account_id = $1";
    let owner = account.id;
    let removed = sql!(execute account.tx(), REMOVE_ALL, owner)?;
    recovery_codes::remove_all(account.tx(), owner).await?;
    changed(account).await?;
    Ok(removed)
}

/// Ends what was judged by the factors of before, pending sign-ins, tokens and trusted browsers, and whatever is based on the row.
async fn changed(account: &mut Locked<'_>) -> Result<(), Error> {
    const CHANGED: &str = "UPDATE latchkey_accounts SET version = version + 1 WHERE id = $1";
    const END_PENDING: &str =
        "DELETE FROM latchkey_sessions WHERE account_id = $1 AND scope IN ('second_factor', 'token')";
    let owner = account.id;
    sql!(queue account.tx(), CHANGED, owner)?;
    sql!(queue account.tx(), END_PENDING, owner)?;
    refresh_tokens::end_all(account.tx(), owner, Uuid::nil()).await?;
    trusted_browsers::end_all(account.tx(), owner).await
}

record! {
    /// Enabled accounts with the same roles that hold factors of the same kinds.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HolderGroup {
        /// Their roles, separated by spaces.
        pub role_list: String,
        /// Kinds of factors, separated by spaces.
        pub kinds: String,
        /// Number of accounts.
        pub accounts: i64,
        /// Number of those with a usable phone.
        pub phones: i64,
    }
}

impl HolderGroup {
    /// Returns a group of which nobody holds a factor.
    pub fn without(group: &RoleGroup) -> Self {
        let RoleGroup { role_list, accounts, phones } = group.clone();
        Self { role_list, kinds: String::new(), accounts, phones }
    }

    /// Returns their roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.role_list.split_whitespace()
    }

    /// Returns the kinds of factors that they hold.
    pub fn kinds(&self) -> impl Iterator<Item = FactorKind> {
        self.kinds.split_whitespace().filter_map(|kind| kind.parse().ok())
    }
}

/// Divides the groups of all enabled accounts by the factors that they hold. Takes one pass over the factors.
pub async fn holder_groups(
    conn: &mut Conn,
    role_groups: &[RoleGroup],
    now: Time,
) -> Result<Vec<HolderGroup>, Error> {
    const HOLDERS: &str = "SELECT role_list, kinds, COUNT(*) AS accounts, COUNT(CASE WHEN usable_at <= $1 THEN 1 END) AS phones FROM (
            SELECT COALESCE((SELECT string_agg(role, ' ' ORDER BY role) FROM latchkey_roles WHERE account_id = one.account_id), '') AS role_list,
                string_agg(kind, ' ' ORDER BY kind) AS kinds, MIN(phone_usable_at) AS usable_at
            FROM (SELECT DISTINCT account_id, kind, phone_usable_at FROM latchkey_factors JOIN latchkey_accounts ON latchkey_accounts.id = account_id WHERE enabled) AS one
            GROUP BY account_id) AS each
        GROUP BY role_list, kinds ORDER BY role_list, kinds";
    let holders = sql!(all HolderGroup, conn, HOLDERS, now)?;
    let without = role_groups.iter().map(|group| {
        let with = holders.iter().filter(|holders| holders.role_list == group.role_list);
        with.fold(HolderGroup::without(group), |left, holders| HolderGroup {
            accounts: left.accounts - holders.accounts,
            phones: left.phones - holders.phones,
            ..left
        })
    });
    Ok(without.collect::<Vec<_>>().into_iter().chain(holders).collect())
}

/// Returns how many accounts hold factors of a kind, counting no further than `most`.
pub async fn holders(conn: &mut Conn, kind: FactorKind, most: i64) -> Result<i64, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM
        (SELECT DISTINCT account_id FROM latchkey_factors WHERE kind = $1 LIMIT $2) AS some_of_them";
    Ok(sql!(optional(i64,), conn, COUNT, kind, most)?.map_or(0, |(count,)| count))
}

/// Returns a batch of sealed secrets in order of the factors' ids, after `after`: the id and kind of the factor, the address
/// of its account, and the secret.
pub async fn secrets(
    conn: &mut Conn,
    after: Uuid,
) -> Result<Vec<(Uuid, FactorKind, String, Vec<u8>)>, Error> {
    const SECRETS: &str = "SELECT f.id, f.kind, a.email, f.secret
        FROM latchkey_factors AS f JOIN latchkey_accounts AS a ON a.id = f.account_id
        WHERE f.id > $1 ORDER BY f.id LIMIT 500";
    Ok(sql!(all(Uuid, FactorKind, String, Vec<u8>), conn, SECRETS, after)?)
}
