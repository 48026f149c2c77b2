//! The difference between two policies of signing in, with the accounts that a switch would hold up.

use std::io::Write;

use super::diff::{Change, Table};
use crate::{
    policy::sign_in::{SignInPolicy, SignInSettings, both},
    store::factors::HolderGroup,
};

/// Compares the effective policies of all tables on either side, and returns those that differ.
pub(super) fn tables(
    old: &SignInSettings,
    new: &SignInSettings,
    holders: Option<&[HolderGroup]>,
) -> Vec<Table> {
    let tables = both(old, new).map(|(role, was, is)| {
        let changes = changes(&was, &is);
        let asks = |group: &&HolderGroup| old.asks(role, group.roles()) || new.asks(role, group.roles());
        let accounts = holders.map(|holders| sum(holders.iter().filter(asks)));
        Table { role: role.to_owned(), accounts, changes }
    });
    tables.filter(|table| !table.changes.is_empty()).collect()
}

fn changes(old: &SignInPolicy, new: &SignInPolicy) -> Vec<Change> {
    let strictest = old.clone().strictest(new.clone()).values();
    let sides = old.values().into_iter().zip(new.values()).zip(strictest);
    let changed = sides.filter(|((old, new), _)| old != new);
    let change = |(((setting, old), (_, new)), (_, strictest))| {
        let becomes = match &strictest {
            strictest if *strictest == new => "stricter",
            strictest if *strictest == old => "laxer",
            _ => "different",
        };
        Change { setting, old, new, becomes }
    };
    changed.map(change).collect()
}

/// Returns how many accounts a switch would hold up: they sign in without a second factor today, and would have to set
/// one up.
pub(super) fn held_up(old: &SignInSettings, new: &SignInSettings, holders: &[HolderGroup]) -> i64 {
    let holds_up =
        |side: &SignInSettings, group: &HolderGroup| side.policy(group.roles()).holds_up(group.kinds());
    sum(holders.iter().filter(|group| holds_up(new, group) && !holds_up(old, group)))
}

fn sum<'a>(holders: impl Iterator<Item = &'a HolderGroup>) -> i64 {
    holders.map(|group| group.accounts).sum()
}

pub(super) fn print(tables: &[Table], held_up: Option<i64>) {
    for Table { role, accounts, changes } in tables {
        let who = if role.is_empty() { "everybody".into() } else { format!("role {role}") };
        let accounts = accounts.map_or(String::new(), |count| format!(" (accounts: {count})"));
        say!("sign-in of {who}{accounts}");
        for Change { setting, old, new, becomes } in changes {
            say!("  {setting:13} {old} -> {new}  {becomes}");
        }
    }
    match held_up {
        _ if tables.is_empty() => {}
        Some(count) => say!("would have to set up a second factor when they next sign in: {count} accounts"),
        None => say!("would have to set up a second factor: unknown, since there is no up-to-date database"),
    }
}
