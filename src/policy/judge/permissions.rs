//! Findings about permissions that follow from their table alone.

use std::collections::BTreeSet;

use super::{
    super::permissions::{Permissions, is_permission, list_key},
    role_name,
};
use crate::findings::{Finding, Severity};

/// Most permissions, over all roles.
const MOST: usize = 200;

/// Returns findings that follow from the table alone.
pub fn permissions(table: &Permissions) -> Vec<Finding> {
    let lists = table.written().flat_map(|(role, list)| {
        [role_name(role, list_key(role)), wrong(role, list), twice(role, list), nothing(role, list)]
            .into_iter()
            .flatten()
    });
    lists.chain(too_many(table)).collect()
}

fn wrong(role: &str, list: &[String]) -> Option<Finding> {
    let wrong = list.iter().find(|name| !is_permission(name))?;
    let remedy =
        "write lowercase letters, digits, `-` and `_`, with dots between words, at most 64 characters";
    Some(Finding::new(
        Severity::Error,
        list_key(role),
        format!("`{wrong}` is not the name of a permission"),
        remedy,
    ))
}

fn twice(role: &str, list: &[String]) -> Option<Finding> {
    let mut seen = BTreeSet::new();
    let twice = list.iter().find(|name| !seen.insert(*name))?;
    let remedy = "remove one, or write the permission that was meant";
    Some(Finding::new(Severity::Warning, list_key(role), format!("`{twice}` is listed twice"), remedy))
}

fn nothing(role: &str, list: &[String]) -> Option<Finding> {
    let why = "changes nothing: the list is empty";
    list.is_empty()
        .then(|| Finding::new(Severity::Advice, list_key(role), why, "remove it, or list permissions"))
}

fn too_many(table: &Permissions) -> Option<Finding> {
    let all: BTreeSet<_> = table.written().flat_map(|(_, list)| list).collect();
    (all.len() > MOST).then(|| {
        let why = format!("{} permissions are too many", all.len());
        Finding::new(
            Severity::Error,
            "latchkey.permissions",
            why,
            format!("write at most {MOST}, over all roles"),
        )
    })
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;

    fn found(toml: &str) -> Vec<String> {
        let table: Permissions = Figment::from(Toml::string(toml)).extract().unwrap();
        permissions(&table).iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
    }

    #[test]
    fn each_mistake_is_found() {
        let lists = |most| {
            let names: Vec<_> = (0..most).map(|number| format!("'p{number}'")).collect();
            let (first, second) = names.split_at(100);
            format!("a = [{}]\nb = [{}, 'p0']", first.join(", "), second.join(", "))
        };
        for (toml, told) in [
            (
                "editor = ['posts.edit', 'Posts Edit']",
                "error: latchkey.permissions.editor: `Posts Edit` is not",
            ),
            ("editor = ['a', 'b', 'a']", "warning: latchkey.permissions.editor: `a` is listed twice"),
            ("editor = []", "advice: latchkey.permissions.editor: changes nothing"),
            ("'a b' = ['posts.edit']", "error: latchkey.permissions.a b: no account can have this role"),
            (&lists(201), "error: latchkey.permissions: 201 permissions are too many"),
        ] {
            let found = found(toml);
            assert!(found.len() == 1 && found[0].starts_with(told), "{told}: {found:?}");
        }
        for toml in ["", "editor = ['posts.edit']\nchief = ['posts.edit']", &lists(200)] {
            assert_eq!(found(toml), [""; 0], "{toml}");
        }
    }
}
