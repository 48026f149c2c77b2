//! Reviews a policy as an expert would: faults, risks and advice, each with its remedy.

mod factors;
mod methods;
mod people;
mod permissions;
mod sign_in;
mod table;

pub use factors::factors;
pub use methods::methods;
pub use people::people;
pub use permissions::permissions;
pub use sign_in::sign_in;

use super::{ResetSettings, is_role, setting::Setting, strategy::Strategy, table_key};
use crate::{
    base::role::{Administrator, Role},
    findings::{Finding, Severity},
};
use table::Table;

/// Surroundings of a policy, as far as they matter to it.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// True if text messages leave through a gateway.
    pub gateway: bool,
    /// True for a debug build in the debug profile, where texts may stay in the mailbox.
    pub lenient: bool,
    /// True if `latchkey.contact` is set.
    pub contact: bool,
    /// True if browsers offer passkeys at `latchkey.public_url`.
    pub passkeys: bool,
}

/// Returns findings that follow from the settings alone. Those that depend on the people are in [`people()`].
pub fn settings(settings: &ResetSettings, environment: Environment) -> Vec<Finding> {
    let tables: Vec<_> = Table::all(settings).collect();
    let mut findings: Vec<_> = tables.iter().flat_map(|table| table.validate(environment)).collect();
    if !environment.contact && tables.iter().any(|table| table.policy.may_need_help()) {
        findings.push(Finding::new(
            Severity::Advice,
            "latchkey.contact",
            "people without their phone are told to contact support, but not how",
            "set it to an address or a link",
        ));
    }
    findings.extend(admins(settings));
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Finds the name of a role that no account can have, at the key of its table or list.
fn role_name(role: &str, key: String) -> Option<Finding> {
    (!is_role(role)).then(|| {
        let remedy = "role names may contain only letters, digits, `-` and `_`";
        Finding::new(Severity::Error, key, "no account can have this role", remedy)
    })
}

/// Warns if accounts that can open `/admin` get back in by a laxer policy than others.
fn admins(settings: &ResetSettings) -> Vec<Finding> {
    const ADMIN: &str = Administrator::NAME;
    let admin = settings.policy([ADMIN]);
    let key = |setting: Setting| format!("{}.{}", table_key(ADMIN), setting.name());
    let laxest = admin.strategy == Strategy::GeneratedPassword;
    let laxest = laxest.then(|| {
        Finding::new(
            Severity::Warning,
            key(Setting::Strategy),
            "generated_password, the least strict strategy, protects accounts that can open /admin",
            "write strategy = \"sms_approved\" or \"second_key\" there",
        )
    });
    let rest = Setting::all().iter().filter(|setting| laxest.is_none() || **setting != Setting::Strategy);
    let laxer: Vec<_> = rest
        .filter_map(|&setting| {
            let others = settings.tables().filter(|(role, _)| *role != ADMIN);
            let stricter = others.filter(|(_, other)| setting.is_laxer(&admin, other));
            let (role, other) = stricter.min_by(|(_, one), (_, other)| setting.order(one, other))?;
            let whose = if role.is_empty() { "everybody".into() } else { format!("the role {role}") };
            let (name, value, theirs) = (setting.name(), setting.of(&admin), setting.of(&other));
            Some(Finding::new(
                Severity::Warning,
                key(setting),
                format!("{name} = {value} for admins is laxer than {theirs} for {whose}"),
                format!("make it at least as strict in [default.{}]", table_key(ADMIN)),
            ))
        })
        .collect();
    laxest.into_iter().chain(laxer).collect()
}

#[cfg(test)]
mod tests;
