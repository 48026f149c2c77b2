//! Effects of a policy on the existing people: who could not get back in, who has to set up a second factor, and which
//! role nobody has.

use std::collections::BTreeSet;

use super::super::{
    Channel, Policy, ResetSettings,
    approve::Approval,
    permissions::{Permissions, list_key},
    setting::Setting,
    sign_in::{self, SecondFactor, SignInSettings},
    strategy::Strategy,
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
    let holders = holders(conn, (settings, sign_in), role_groups, now).await?;
    let needy = settings.tables().filter(|(_, policy)| policy.may_need_help());
    let lost = needy.filter_map(|(role, policy)| without_way(settings, &holders, role, &policy));
    let requiring = sign_in.tables().filter(|(_, policy)| policy.second_factor == SecondFactor::Required);
    let held_up = requiring.filter_map(|(role, _)| without_factor(sign_in, &holders, role));
    Ok(lost.chain(held_up).chain(nameless.map(|(role, key, what)| nobody(role, key, what, &known))).collect())
}

/// Returns all accounts by roles and factors, which are only looked up if a table asks for any.
async fn holders(
    conn: &mut Conn,
    (settings, sign_in): (&ResetSettings, &SignInSettings),
    role_groups: &[RoleGroup],
    now: Time,
) -> Result<Vec<HolderGroup>, Error> {
    let asked = sign_in.tables().any(|(_, policy)| policy.second_factor == SecondFactor::Required)
        || settings.tables().any(|(_, policy)| policy.is_approved_by_factors());
    match asked {
        true => factors::holder_groups(conn, role_groups, now).await,
        false => Ok(role_groups.iter().map(HolderGroup::without).collect()),
    }
}

/// Advises of accounts under a table that requires a second factor, and hold none that counts.
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

/// Warns if accounts under this table lack what they would have to show.
fn without_way(
    settings: &ResetSettings,
    holders: &[HolderGroup],
    role: &str,
    policy: &Policy,
) -> Option<Finding> {
    let asked = holders.iter().filter(|group| settings.asks(role, group.roles()));
    let need = asked.map(|group| (group, settings.policy(group.roles())));
    let need = need.filter(|(_, policy)| policy.may_need_help());
    let (accounts, admitted) = need.fold((0, 0), |(accounts, admitted), (group, policy)| {
        let of = |has_phone, count| if policy.admits(has_phone, group.kinds()) { count } else { 0 };
        let with = of(true, group.phones) + of(false, group.accounts - group.phones);
        (accounts + group.accounts, admitted + with)
    });
    let whose = if role.is_empty() { String::new() } else { format!(" with the role {role}") };
    let with = if admitted == 0 { "none".into() } else { admitted.to_string() };
    let (setting, first, instead) = match policy.strategy.needs_phone() {
        true if policy.is_approved_by_factors() => {
            (Setting::Approve, "let them set one up", "strategy = \"second_key\", which needs none")
        }
        true => (
            Setting::Strategy,
            "let them add one at /account/phone",
            "strategy = \"second_key\", which needs none",
        ),
        false => (Setting::Channel, "let them add one at /account/phone", "channel = \"email\""),
    };
    (accounts > admitted).then(|| {
        let what = required(policy);
        Finding::new(
            Severity::Warning,
            format!("{}.{}", table_key(role), setting.name()),
            format!("of {accounts} accounts{whose}, {with} have {what}: the others could not get back in"),
            format!("{first} first, or write {instead}"),
        )
    })
}

/// Describes what a policy requires beside a mailbox.
fn required(policy: &Policy) -> String {
    const PHONE: &str = "a usable phone";
    if policy.strategy != Strategy::SmsApproved {
        return PHONE.into();
    }
    let mut ways: Vec<_> = policy
        .approve
        .all()
        .map(|way| match way {
            Approval::Passkey => "a passkey",
            Approval::Totp => "an authenticator app",
            Approval::Sms => PHONE,
        })
        .collect();
    ways.reverse();
    let ways = ways.join(" or ");
    match policy.channel {
        Channel::Sms if !policy.approve.has(Approval::Sms) => format!("{PHONE}, and {ways}"),
        _ => ways,
    }
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
