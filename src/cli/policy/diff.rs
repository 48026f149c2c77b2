//! `latchkey policy diff`: differences between two configurations, with the accounts affected and links lost.

use std::{cmp::Ordering, collections::BTreeMap, io::Write, path::PathBuf};

use clap::Args;
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Serialize;
use serde_json::json;

use super::{super::census::DatabaseState, permissions, sign_in};
use crate::{
    base::{Error, clock::Clock},
    config::{Config, database, fault},
    findings::{Finding, Severity},
    policy::{
        Policy, ResetSettings, own_strategy::Strategies, permissions::Permissions, setting::Setting,
        sign_in::SignInSettings,
    },
    store::{
        accounts::{self, RoleGroup},
        factors,
        keys::{self, Issued},
    },
};

#[derive(Args)]
#[command(
    after_help = "People and keys are counted in the database of OLD; the environment comes before both files.\n\
    Exit status: 0 if nothing differs, 1 if something does, 2 for trouble."
)]
pub(in super::super) struct Diff {
    /// The current Rocket.toml.
    old: PathBuf,
    /// The new Rocket.toml.
    new: PathBuf,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// A difference in one setting of a table.
#[derive(Serialize)]
pub(super) struct Change {
    pub setting: &'static str,
    pub old: String,
    pub new: String,
    pub becomes: &'static str,
}

/// Differences in one table of the policy.
#[derive(Serialize)]
pub(super) struct Table {
    /// Empty for the base.
    pub role: String,
    pub accounts: Option<i64>,
    pub changes: Vec<Change>,
}

/// The tables of a configuration that can be switched.
struct Policies {
    reset: ResetSettings,
    sign_in: SignInSettings,
    permissions: Permissions,
}

/// Live keys of one strategy and one set of roles that the new policy refuses.
#[derive(Serialize)]
struct Dying {
    strategy: &'static str,
    roles: String,
    keys: i64,
}

pub(super) async fn run(diff: &Diff, strategies: &Strategies) -> Result<bool, Error> {
    let (figment, old) = read(&diff.old, strategies)?;
    let (_, new) = read(&diff.new, strategies)?;
    let mut census = DatabaseState::open(&database::read(&figment)?).await?;
    let counted = match &mut census {
        DatabaseState::Counts(pool) => {
            let (mut conn, now) = (pool.read().await?, Clock::system().now());
            let role_groups = accounts::role_groups(&mut conn, now).await?;
            let holders = factors::holder_groups(&mut conn, &role_groups, now).await?;
            Some(((role_groups, holders), keys::issued(&mut conn, now).await?))
        }
        _ => None,
    };
    census.close().await;
    let (people, keys) = counted.unzip();
    let (role_groups, holders) = people.unzip();
    let Policies { reset: old, sign_in: old_sign_in, permissions: old_permissions } = old;
    let Policies { reset: new, sign_in: new_sign_in, permissions: new_permissions } = new;
    let resets = tables(&old, &new, role_groups.as_deref());
    let differs = |group: &&RoleGroup| old.policy(group.roles()) != new.policy(group.roles());
    let affected = role_groups.as_ref().map(|role_groups| sum(role_groups.iter().filter(differs)));
    let all = role_groups.as_ref().map(|role_groups| sum(role_groups.iter()));
    let dying = keys.map(|keys| dying(&old, &new, &keys, strategies));
    let sign_ins = sign_in::tables(&old_sign_in, &new_sign_in, holders.as_deref());
    let held_up = holders.map(|holders| sign_in::held_up(&old_sign_in, &new_sign_in, &holders));
    let granted = permissions::tables(&old_permissions, &new_permissions, role_groups.as_deref());
    let differs = !resets.is_empty() || !sign_ins.is_empty() || !granted.is_empty();
    if diff.json {
        let all = json!({
            "tables": resets,
            "accounts": all,
            "affected": affected,
            "keys": dying,
            "sign_in": sign_ins,
            "held_up": held_up,
            "permissions": granted,
        });
        say!("{all:#}");
    } else if differs {
        if !resets.is_empty() {
            print(&resets, affected.zip(all), dying.as_deref());
        }
        sign_in::print(&sign_ins, held_up);
        permissions::print(&granted);
    } else {
        say!("no difference");
    }
    Ok(differs)
}

/// Reads a file as Rocket would if it were its own.
fn read(path: &PathBuf, strategies: &Strategies) -> Result<(Figment, Policies), Error> {
    if !path.is_file() {
        return Err(Error::Config(format!("there is no file {}", path.display())));
    }
    let figment = Figment::from(rocket::Config::default())
        .merge(Toml::file_exact(path).nested())
        .merge(Env::prefixed("ROCKET_").ignore(&["PROFILE"]).global())
        .select(rocket::Config::figment().profile().clone());
    let config: Config = fault::extract(&figment, "latchkey")?;
    let found = |fault| Finding::of(Severity::Error, fault).placed(&figment);
    let faults: Vec<_> = config.sign_in.faults().into_iter().map(found).collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    match config.reset.resolve(strategies) {
        (reset, unknown) if unknown.is_empty() => {
            let Config { sign_in, permissions, .. } = config;
            Ok((figment, Policies { reset, sign_in, permissions }))
        }
        (_, unknown) => {
            let placed: Vec<_> = unknown.into_iter().map(|finding| finding.placed(&figment)).collect();
            Err(placed.into())
        }
    }
}

pub(super) fn sum<'a>(role_groups: impl Iterator<Item = &'a RoleGroup>) -> i64 {
    role_groups.map(|group| group.accounts).sum()
}

/// Compares the effective policies of all tables on either side, and returns those that differ.
fn tables(old: &ResetSettings, new: &ResetSettings, role_groups: Option<&[RoleGroup]>) -> Vec<Table> {
    let roles: BTreeMap<&str, ()> = old.tables().chain(new.tables()).map(|(role, _)| (role, ())).collect();
    let table = |role: &str| {
        let policy = |side: &ResetSettings| side.policy(Some(role).filter(|role| !role.is_empty()));
        let changes = changes(&policy(old), &policy(new));
        let asks = |group: &&RoleGroup| old.asks(role, group.roles()) || new.asks(role, group.roles());
        let accounts = role_groups.map(|role_groups| sum(role_groups.iter().filter(asks)));
        Table { role: role.to_owned(), accounts, changes }
    };
    roles.into_keys().map(table).filter(|table| !table.changes.is_empty()).collect()
}

fn changes(old: &Policy, new: &Policy) -> Vec<Change> {
    let change = |setting: &Setting| {
        let becomes = match setting.order(new, old) {
            Ordering::Less => "stricter",
            Ordering::Greater => "laxer",
            Ordering::Equal => return None,
        };
        Some(Change { setting: setting.name(), old: setting.of(old), new: setting.of(new), becomes })
    };
    Setting::all().iter().filter_map(change).collect()
}

/// Keys that the old policy accepts and the new one does not.
fn dying(old: &ResetSettings, new: &ResetSettings, keys: &[Issued], strategies: &Strategies) -> Vec<Dying> {
    let mut counts = BTreeMap::new();
    for issued in keys {
        let Some(policy) = Policy::read(Some(&issued.policy), strategies) else { continue };
        let accepts =
            |side: &ResetSettings| side.policy(issued.role_list.split_whitespace()).accepts(&policy);
        if accepts(old) && !accepts(new) {
            *counts.entry((policy.strategy.name(), issued.role_list.clone())).or_insert(0) += issued.keys;
        }
    }
    counts.into_iter().map(|((strategy, roles), keys)| Dying { strategy, roles, keys }).collect()
}

fn print(tables: &[Table], affected: Option<(i64, i64)>, dying: Option<&[Dying]>) {
    for Table { role, accounts, changes } in tables {
        let who = if role.is_empty() { "everybody".into() } else { format!("role {role}") };
        say!("{who}{}", accounts.map_or(String::new(), |count| format!(" (accounts: {count})")));
        for Change { setting, old, new, becomes } in changes {
            say!("  {setting:11} {old} -> {new}  {becomes}");
        }
    }
    match affected {
        Some((affected, all)) => say!("affected: {affected} of {all} accounts"),
        None => say!("affected: unknown, since there is no up-to-date database"),
    }
    for Dying { strategy, roles, keys } in dying.into_iter().flatten() {
        let whose = if roles.is_empty() { "no role".into() } else { roles.replace(' ', ", ") };
        say!("links that would stop working: {keys} of {strategy} ({whose})");
    }
    if dying.is_some_and(<[Dying]>::is_empty) {
        say!("links that would stop working: none");
    }
}
