//! `latchkey.permissions`: what the people with a role may do in an application.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The table `latchkey.permissions`: a list of permissions for each role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Permissions {
    roles: BTreeMap<String, Vec<String>>,
}

/// What a role gains and loses from one table to another.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The role.
    pub role: &'a str,
    /// Permissions that only the new table has.
    pub gained: Vec<&'a str>,
    /// Permissions that only the old one has.
    pub lost: Vec<&'a str>,
}

impl Permissions {
    /// Returns every role with its list, as it is written.
    pub fn written(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.roles.iter().map(|(role, list)| (role.as_str(), list.as_slice()))
    }

    /// Returns every role that has permissions, with these in alphabetical order.
    pub fn tables(&self) -> impl Iterator<Item = (&str, BTreeSet<&str>)> {
        self.roles
            .keys()
            .map(|role| (role.as_str(), self.of([role.as_str()])))
            .filter(|(_, of)| !of.is_empty())
    }

    /// Returns the permissions of somebody with these roles: all that any of them has.
    pub fn of<'a, 'r>(&'a self, roles: impl IntoIterator<Item = &'r str>) -> BTreeSet<&'a str> {
        roles.into_iter().filter_map(|role| self.roles.get(role)).flatten().map(String::as_str).collect()
    }

    /// True if a role has a permission.
    pub fn grants(&self, role: &str, permission: &str) -> bool {
        self.roles.get(role).is_some_and(|list| list.iter().any(|own| own == permission))
    }
}

/// Returns the roles whose permissions differ, and how.
pub fn differences<'a>(old: &'a Permissions, new: &'a Permissions) -> Vec<Difference<'a>> {
    let roles: BTreeSet<&str> = old.roles.keys().chain(new.roles.keys()).map(String::as_str).collect();
    let differences = roles.into_iter().map(|role| {
        let (was, is) = (old.of([role]), new.of([role]));
        let (gained, lost) = (&is - &was, &was - &is);
        Difference { role, gained: gained.into_iter().collect(), lost: lost.into_iter().collect() }
    });
    differences.filter(|one| !one.gained.is_empty() || !one.lost.is_empty()).collect()
}

/// Describes the changes from one table to another, as `editor: permissions +posts.publish, -posts.edit`.
pub fn changes(old: &Permissions, new: &Permissions) -> Vec<String> {
    let told = differences(old, new).into_iter().map(|Difference { role, gained, lost }| {
        let gained = gained.into_iter().map(|name| format!("+{name}"));
        let told: Vec<_> = gained.chain(lost.into_iter().map(|name| format!("-{name}"))).collect();
        format!("{role}: permissions {}", told.join(", "))
    });
    told.collect()
}

/// True if `name` can be a permission's: words of lowercase letters, digits, `-` and `_`, with dots between them.
pub fn is_permission(name: &str) -> bool {
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_letter);
    name.len() <= 64 && name.split('.').all(is_word)
}

/// Returns the key of a role's list.
pub fn list_key(role: &str) -> String {
    format!("latchkey.permissions.{role}")
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };

    use super::*;

    fn read(toml: &str) -> Permissions {
        Figment::from(Toml::string(toml)).extract().unwrap()
    }

    #[test]
    fn somebody_has_what_any_of_their_roles_has() {
        let table =
            read("editor = ['posts.publish', 'posts.edit']\nauthor = ['posts.edit', 'drafts']\nguest = []");
        assert_eq!(
            table.of(["editor", "author", "admin"]),
            BTreeSet::from(["drafts", "posts.edit", "posts.publish"])
        );
        assert_eq!(table.of(["guest"]), BTreeSet::new());
        assert!(table.grants("editor", "posts.edit") && !table.grants("author", "posts.publish"));
        assert_eq!(table.tables().map(|(role, _)| role).collect::<Vec<_>>(), ["author", "editor"]);
    }

    #[test]
    fn changes_name_what_each_role_gains_and_loses() {
        let old = read("editor = ['posts.edit']\nguest = ['posts.read']\nauthor = ['a', 'b']");
        let new = read("editor = ['posts.publish']\nchief = ['posts.edit']\nauthor = ['b', 'a', 'a']");
        assert_eq!(
            changes(&old, &new),
            [
                "chief: permissions +posts.edit",
                "editor: permissions +posts.publish, -posts.edit",
                "guest: permissions -posts.read",
            ]
        );
        assert_eq!(changes(&old, &old), [""; 0]);
    }

    #[test]
    fn a_name_is_words_with_dots_between_them() {
        for name in ["posts", "posts.edit", "posts.edit-own.2", "a_b", &"a".repeat(64)] {
            assert!(is_permission(name), "{name}");
        }
        for name in ["", ".", "posts.", ".edit", "a..b", "Posts", "a b", "a/b", "é", &"a".repeat(65)] {
            assert!(!is_permission(name), "{name}");
        }
    }
}
