//! Effects of a policy on the existing people: who could not get back in, who has to set up a second factor, and which
//! role nobody has.

use std::collections::BTreeSet;

use super::super::{
    Policy, ResetSettings,
    permissions::{Permissions, list_key},
    setting::Setting,
    sign_in::{self, SecondFactor, SignInSettings},
    table_key,
};
use crate::{
    base::{
        Error,
        clock::Time,
        role::{Administrator, Role},
        spelling,
    },
    findings::{Finding, Severity},
    store::{
        Conn,
        accounts::RoleGroup,
        factors::{self, HolderGroup},
        registrations,
    },
};

/// Returns findings about these accounts and about invited people, without naming any of them.
///
/// # Errors
/// [`Error::Database`].
pub async fn people(
    conn: &mut Conn,
    (settings, sign_in, permissions): (&ResetSettings, &SignInSettings, &Permissions),
    role_groups: &[RoleGroup],
    now: Time,
) -> Result<Vec<Finding>, Error> {
    let invited = registrations::invitations(conn, now, i64::MAX).await?;
    let known: BTreeSet<_> = role_groups
        .iter()
        .flat_map(RoleGroup::roles)
        .chain(invited.iter().flat_map(|invited| invited.roles.split_whitespace()))
        .collect();
    // On an empty site, nobody lacks anything.
    let somebody = !invited.is_empty() || role_groups.iter().any(|group| group.accounts > 0);
    let tables = settings.role.keys().map(|role| (role, table_key(role)));
    let tables = tables.chain(sign_in.role.keys().map(|role| (role, sign_in::table_key(role))));
    let tables = tables.map(|(role, key)| (role.as_str(), key, "the table"));
    let lists = permissions.written().map(|(role, _)| (role, list_key(role), "the list"));
    let nameless = tables.chain(lists).filter(|(role, ..)| somebody && !known.contains(role));
    let needy = settings.tables().filter(|(_, policy)| policy.needs_phone());
    let phoneless = needy.filter_map(|(role, policy)| without_phone(settings, role_groups, role, &policy));
    let held_up = held_up(conn, sign_in, role_groups).await?;
    Ok(phoneless
        .chain(held_up)
        .chain(nameless.map(|(role, key, what)| nobody(role, key, what, &known)))
        .collect())
}

/// Advises of accounts under each table that requires a second factor, and hold none that counts.
async fn held_up(
    conn: &mut Conn,
    settings: &SignInSettings,
    role_groups: &[RoleGroup],
) -> Result<Vec<Finding>, Error> {
    let requiring = settings.tables().filter(|(_, policy)| policy.second_factor == SecondFactor::Required);
    let requiring: Vec<_> = requiring.map(|(role, _)| role).collect();
    if requiring.is_empty() {
        return Ok(Vec::new());
    }
    let holders = factors::holder_groups(conn, role_groups).await?;
    Ok(requiring.into_iter().filter_map(|role| without_factor(settings, &holders, role)).collect())
}

fn without_factor(settings: &SignInSettings, holders: &[HolderGroup], role: &str) -> Option<Finding> {
    let asked = holders.iter().filter(|group| settings.asks(role, group.roles()));
    let (accounts, held_up) = asked.fold((0, 0), |(accounts, held_up), group| {
        let holds_up = settings.policy(group.roles()).holds_up(group.kinds());
        (accounts + group.accounts, held_up + if holds_up { group.accounts } else { 0 })
    });
    let whose = if role.is_empty() { String::new() } else { format!(" with the role {role}") };
    let with = if accounts == held_up { "none".into() } else { (accounts - held_up).to_string() };
    (held_up > 0).then(|| {
        Finding::new(
            Severity::Advice,
            format!("{}.second_factor", sign_in::table_key(role)),
            format!(
                "of {accounts} accounts{whose}, {with} have a second factor that counts: the others set one up when they next sign in"
            ),
            "tell them before, or write \"if_set_up\" until most have one",
        )
    })
}

/// Warns if accounts under this table, which requires a phone, have none.
fn without_phone(
    settings: &ResetSettings,
    role_groups: &[RoleGroup],
    role: &str,
    policy: &Policy,
) -> Option<Finding> {
    let asks = |group: &&RoleGroup| settings.asks(role, group.roles());
    let need = role_groups.iter().filter(asks).filter(|group| settings.policy(group.roles()).needs_phone());
    let (accounts, phones) =
        need.fold((0, 0), |(accounts, phones), group| (accounts + group.accounts, phones + group.phones));
    let whose = if role.is_empty() { String::new() } else { format!(" with the role {role}") };
    let with = if phones == 0 { "none".into() } else { phones.to_string() };
    let (setting, instead) = if policy.strategy.needs_phone() {
        (Setting::Strategy, "strategy = \"second_key\", which needs none")
    } else {
        (Setting::Channel, "channel = \"email\"")
    };
    (accounts > phones).then(|| {
        Finding::new(
            Severity::Warning,
            format!("{}.{}", table_key(role), setting.name()),
            format!(
                "of {accounts} accounts{whose}, {with} have a usable phone: the others could not get back in"
            ),
            format!("let them add one at /account/phone first, or write {instead}"),
        )
    })
}

/// Warns of a table or list for a role that nobody has.
fn nobody(role: &str, key: String, what: &str, known: &BTreeSet<&str>) -> Finding {
    let likely = known.iter().copied().chain([Administrator::NAME]);
    let remedy = match spelling::meant(role, likely) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("give it with `latchkey user role EMAIL --add {role}`, or remove {what}"),
    };
    Finding::new(Severity::Warning, key, "no account has this role", remedy)
}
