//! Origin of a configuration value: a line of a file, the environment, or the default.

use std::{fmt, fs, path::Path};

use figment::{Figment, Metadata, Profile, Source, value::Tag};
use toml_edit::ImDocument;

/// Origin of a configuration value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file, with the key's line if the file still has it.
    File {
        /// Path, relative to the working directory.
        name: String,
        /// Line number, from 1.
        line: Option<usize>,
    },
    /// An environment variable's name.
    Environment(String),
    /// The default, set nowhere.
    Default,
}

impl Place {
    /// Returns the origin of the value of `key`: of the profiles `[default]`, the selected one and `[global]`, the last
    /// that sets it.
    pub fn of(figment: &Figment, key: &str) -> Self {
        figment.find_value(key).map_or(Place::Default, |value| Self::tagged(figment, value.tag(), key))
    }

    /// Returns where `key`, or else the table around it, is set.
    pub fn near(figment: &Figment, key: &str) -> Self {
        let tables = std::iter::successors(Some(key), |key| key.rsplit_once('.').map(|(table, _)| table));
        tables
            .map(|key| Self::of(figment, key))
            .find(|place| *place != Place::Default)
            .unwrap_or(Place::Default)
    }

    /// Returns the file that `metadata` names, with the line that `line` finds in it, or the default if there is none.
    pub(crate) fn in_file(metadata: &Metadata, line: impl FnOnce(&Path) -> Option<usize>) -> Self {
        match &metadata.source {
            Some(source @ Source::File(path)) => Place::File { name: source.to_string(), line: line(path) },
            _ => Place::Default,
        }
    }

    /// Returns the origin of the value at `key` with this `tag`.
    fn tagged(figment: &Figment, tag: Tag, key: &str) -> Self {
        match figment.get_metadata(tag) {
            Some(metadata) if metadata.name.contains("environment") => {
                let name = key.split('.').next().unwrap_or_default().to_uppercase();
                Place::Environment(format!("ROCKET_{name}"))
            }
            Some(metadata) => {
                let profile = tag.profile().unwrap_or_else(|| figment.profile().clone());
                Self::in_file(metadata, |path| line(path, &profile, key))
            }
            None => Place::Default,
        }
    }
}

/// Finds the line of a key by a second parse that keeps positions: figment knows only the file.
fn line(path: &Path, profile: &Profile, key: &str) -> Option<usize> {
    let text = fs::read_to_string(path).ok()?;
    let document = ImDocument::parse(&*text).ok()?;
    let mut item = document.as_item();
    let mut at = None;
    for name in std::iter::once(profile.as_str().as_str()).chain(key.split('.')) {
        // A list has no keys: its items count as at its beginning.
        let Some(table) = item.as_table_like() else { break };
        let (found, inner) = table.get_key_value(name)?;
        at = found.span().or(at);
        item = inner;
    }
    Some(text.get(..at?.start)?.matches('\n').count() + 1)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { name, line: Some(line) } => write!(f, "{name}:{line}"),
            Place::File { name, line: None } => f.write_str(name),
            Place::Environment(name) => write!(f, "environment ({name})"),
            Place::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use figment::providers::{Env, Format, Toml};

    use super::*;

    const FILE: &str = "[default]\nport = 1\n\n[default.latchkey.reset]\nchannel = 'email'\nkey_ttl = '20m'\n\n\
        [debug.latchkey.reset]\nkey_ttl = '10m'\nrole.admin.strategy = 'second_key'\nrole.admin.may_skip = false\n\n\
        [global.latchkey]\nsite_name = 'One'\n[default.latchkey.\"site\"]\n[[default.latchkey.register.fields]]\nname = 'x'\n";

    #[test]
    fn a_value_is_found_where_the_profile_that_holds_set_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Rocket.toml");
        fs::write(&path, FILE).unwrap();
        let figment = Figment::from(rocket::Config::debug_default()).merge(Toml::file(&path).nested());
        let at = |figment: &Figment, key| match Place::of(figment, key) {
            Place::File { line, .. } => line.unwrap(),
            other => panic!("{key}: {other}"),
        };
        for (key, line) in [
            ("port", 2),
            ("latchkey.reset.channel", 5),
            ("latchkey.reset.key_ttl", 9),
            ("latchkey.reset.role.admin.strategy", 10),
            ("latchkey.reset.role.admin.may_skip", 11),
            ("latchkey.site_name", 14),
            ("latchkey.register.fields", 16),
        ] {
            assert_eq!(at(&figment, key), line, "{key}");
        }
        assert_eq!(at(&figment.clone().select("release"), "latchkey.reset.key_ttl"), 6);
        assert_eq!(Place::of(&figment, "latchkey.reset.strategy"), Place::Default);
        assert_eq!(
            Place::near(&figment, "latchkey.reset.role.admin.channel").to_string().rsplit(':').next(),
            Some("10")
        );
        assert_eq!(Place::of(&figment, "address"), Place::Default);
        fs::remove_file(&path).unwrap();
        assert!(matches!(Place::of(&figment, "port"), Place::File { line: None, .. }));
    }

    #[test]
    fn the_environment_is_named() {
        let env = Env::raw().only(&["PATH"]).map(|_| "latchkey".into()).global();
        let figment = Figment::from(rocket::Config::debug_default()).merge(env);
        assert_eq!(Place::of(&figment, "latchkey").to_string(), "environment (ROCKET_LATCHKEY)");
    }
}
