//! The table `roles`: who has which role, with the canonical address, so that a role's people are listed in its order.

use uuid::Uuid;

use super::{Conn, Tx, sql};
use crate::base::Error;

/// Gives a role; false if the account has it already.
pub async fn add(tx: &mut Tx, id: Uuid, role: &str) -> Result<bool, Error> {
    const ADD: &str = "INSERT INTO latchkey_roles (account_id, role, email_key)
        SELECT id, $2, email_key FROM latchkey_accounts WHERE id = $1 ON CONFLICT DO NOTHING";
    Ok(sql!(execute tx, ADD, id, role)? == 1)
}

/// Takes a role away; false if the account does not have it.
pub async fn remove(tx: &mut Tx, id: Uuid, role: &str) -> Result<bool, Error> {
    const REMOVE: &str = "DELETE FROM latchkey_roles WHERE account_id = $1 AND role = $2";
    Ok(sql!(execute tx, REMOVE, id, role)? == 1)
}

/// Returns the names of all roles that somebody has.
pub async fn names(conn: &mut Conn) -> Result<Vec<String>, Error> {
    // One look-up per name, where DISTINCT would read every row.
    const NAMES: &str = "WITH RECURSIVE name (role) AS (SELECT MIN(role) FROM latchkey_roles
        UNION ALL SELECT (SELECT MIN(r.role) FROM latchkey_roles AS r WHERE r.role > name.role) FROM name WHERE name.role IS NOT NULL)
        SELECT role FROM name WHERE role IS NOT NULL LIMIT 200";
    let names = sql!(all(String,), conn, NAMES)?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}
