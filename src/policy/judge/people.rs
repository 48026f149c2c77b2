//! Effects of a policy on the existing people: who could not get back in, and which role nobody has.

use std::collections::BTreeSet;

use super::super::{Policy, ResetSettings, setting::Setting, table_key};
use crate::{
    base::{
        Error,
        clock::Time,
        role::{Administrator, Role},
        spelling,
    },
    findings::{Finding, Severity},
    store::{Conn, accounts::RoleGroup, registrations},
};

/// Returns findings about these accounts and about invited people, without naming any of them.
///
/// # Errors
/// [`Error::Database`].
pub async fn people(
    conn: &mut Conn,
    settings: &ResetSettings,
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
    let nameless = settings.role.keys().filter(|role| somebody && !known.contains(role.as_str()));
    let needy = settings.tables().filter(|(_, policy)| policy.needs_phone());
    let phoneless = needy.filter_map(|(role, policy)| without_phone(settings, role_groups, role, &policy));
    Ok(phoneless.chain(nameless.map(|role| nobody(role, &known))).collect())
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

fn nobody(role: &str, known: &BTreeSet<&str>) -> Finding {
    let likely = known.iter().copied().chain([Administrator::NAME]);
    let remedy = match spelling::meant(role, likely) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("give it with `latchkey user role EMAIL --add {role}`, or remove the table"),
    };
    Finding::new(Severity::Warning, table_key(role), "no account has this role", remedy)
}
