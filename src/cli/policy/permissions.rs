//! The difference between two tables of permissions, with the accounts that gain and lose them.

use std::io::Write;

use serde::Serialize;

use super::diff::sum;
use crate::{
    policy::permissions::{Difference, Permissions, differences},
    store::accounts::RoleGroup,
};

/// What the people with a role gain and lose.
#[derive(Serialize)]
pub(super) struct Table {
    role: String,
    accounts: Option<i64>,
    gained: Vec<String>,
    lost: Vec<String>,
}

/// Returns the roles whose permissions differ.
pub(super) fn tables(old: &Permissions, new: &Permissions, role_groups: Option<&[RoleGroup]>) -> Vec<Table> {
    let table = |Difference { role, gained, lost }: Difference<'_>| {
        let has = |group: &&RoleGroup| group.roles().any(|held| held == role);
        let accounts = role_groups.map(|role_groups| sum(role_groups.iter().filter(has)));
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Table { role: role.to_owned(), accounts, gained: owned(gained), lost: owned(lost) }
    };
    differences(old, new).into_iter().map(table).collect()
}

pub(super) fn print(tables: &[Table]) {
    for Table { role, accounts, gained, lost } in tables {
        let accounts = accounts.map_or(String::new(), |count| format!(" (accounts: {count})"));
        say!("permissions of role {role}{accounts}");
        for (names, becomes) in [(gained, "gained"), (lost, "lost")] {
            names.iter().for_each(|name| say!("  {becomes:6} {name}"));
        }
    }
}
