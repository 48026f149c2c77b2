//! Fresh secrets: a complete `Rocket.toml` for production, or the secrets that a debug build keeps.

use std::{
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use crate::base::{Error, random::Random};

/// This project's `Rocket.toml`: every key with its unit and default. Its header explains the marks.
const ROCKET_TOML: &str = include_str!("../../Rocket.toml");
/// Marks a line that must be set in release.
const REQUIRED: &str = "#!";
/// Placeholder for a secret in such a line.
const SECRET: &str = "{secret}";

fn secret(random: Random) -> Result<String, Error> {
    Ok(STANDARD.encode(random.bytes::<64>()?))
}

/// Returns a complete, commented `Rocket.toml` for production: required keys are set, each secret a fresh one.
///
/// # Errors
/// Same as [`Random::bytes`].
pub fn rocket_toml(random: Random) -> Result<String, Error> {
    let set = |line: &str| Ok(line.replace(SECRET, &secret(random)?));
    let lines = ROCKET_TOML.lines().map(|line| match line.strip_prefix(REQUIRED) {
        Some(line) => set(line),
        None => Ok(line.to_owned()),
    });
    Ok(lines.collect::<Result<Vec<_>, Error>>()?.join("\n") + "\n")
}

/// Writes `text` to a new file, writable by its owner and readable by its group. Removes the file if it could not be
/// written completely.
///
/// # Errors
/// The system's error, notably [`io::ErrorKind::AlreadyExists`]: an overwritten pepper would be lost.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    let mut file = options.open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Returns fresh secrets for development, as TOML.
pub(crate) fn secrets(random: Random) -> Result<String, Error> {
    let (key, pepper) = (secret(random)?, secret(random)?);
    Ok(format!(
        "# made for development; `latchkey init` prints what production needs\nsecret_key = \"{key}\"\n[latchkey]\npepper = [\"{pepper}\"]\n"
    ))
}

/// Writes secrets to a file that only its owner reads, unless it exists; returns its content, which another process may
/// have written. The file is never there in part.
pub(crate) fn keep_secrets(path: &Path, secrets: &str) -> io::Result<String> {
    let name = Random.bytes().map(Uuid::from_bytes).map_err(io::Error::other)?;
    let draft = path.with_file_name(format!(".latchkey.secrets.{name}"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = |path: &Path| {
        let mut file = options.open(path)?;
        file.write_all(secrets.as_bytes()).and_then(|()| file.sync_all())
    };
    let kept = write(&draft).and_then(|()| std::fs::hard_link(&draft, path));
    _ = std::fs::remove_file(&draft);
    let kept = match kept {
        // A file system without links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write(path),
        kept => kept,
    };
    match kept {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read_to_string(path),
    }
}

#[cfg(test)]
mod tests {
    use figment::{
        Figment,
        providers::{Format, Toml},
    };
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::*;
    use crate::config::{Config, Provided, Validated};

    /// Returns the file with the marks in `marks` removed; the empty mark uncomments the defaults.
    fn without(marks: &[&str]) -> Figment {
        let is_default = |rest: &&str| !rest.is_empty() && !rest.starts_with([' ', '!', '?', '#']);
        let lines = ROCKET_TOML.lines().map(|line| {
            let bare = marks.iter().find_map(|mark| match *mark {
                "" => line.strip_prefix('#').filter(is_default),
                mark => line.strip_prefix(mark),
            });
            bare.unwrap_or(line).replace(SECRET, &"c2VjcmV0".repeat(8))
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        Figment::from(rocket::Config::debug_default()).merge(Toml::string(&text).nested())
    }

    fn all() -> Figment {
        without(&["", "#!", "#?"])
    }

    /// Returns the values that the program reads.
    fn taken(figment: &Figment) -> Value {
        let mut read = json(rocket::Config::try_from(figment).unwrap());
        for unused in ["max_blocking", "ident", "ip_header", "limits", "temp_dir", "cli_colors", "workers"] {
            read.as_object_mut().unwrap().remove(unused);
        }
        for unused in ["ctrlc", "signals", "force"] {
            read["shutdown"].as_object_mut().unwrap().remove(unused);
        }
        read["databases"] = json!({ "latchkey": crate::config::database::read(figment).unwrap() });
        read["latchkey"] = json(figment.focus("latchkey").extract::<Config>().unwrap());
        read
    }

    fn defaults() -> Value {
        taken(&Figment::from(rocket::Config::debug_default()))
    }

    fn json(value: impl Serialize) -> Value {
        serde_json::to_value(value).unwrap()
    }

    /// Returns the leaves of a configuration by key; an empty table is a leaf.
    fn leaves(key: &str, value: &Value) -> Vec<(String, Value)> {
        match value {
            Value::Object(table) if !table.is_empty() => {
                let below = |(name, value)| leaves(&format!("{key}.{name}"), value);
                table.iter().flat_map(below).collect()
            }
            value => vec![(key.to_owned(), value.clone())],
        }
    }

    /// True if `figment` has `key`.
    fn holds(figment: &Figment, key: &str) -> bool {
        figment.find_value(key.trim_start_matches('.')).is_ok()
    }

    #[test]
    fn of_many_who_start_at_once_all_have_the_same_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.secrets");
        let all = std::thread::scope(|scope| {
            let one = |number: usize| {
                let path = &path;
                scope.spawn(move || keep_secrets(path, &format!("secret {number}")).unwrap())
            };
            let all: Vec<_> = (0..16).map(one).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(all.iter().all(|kept| *kept == all[0] && kept.starts_with("secret ")), "{all:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn every_key_is_in_the_file() {
        let all = all();
        for (key, _) in leaves("", &defaults()) {
            assert!(holds(&all, &key), "{key}");
        }
    }

    #[test]
    fn what_is_marked_as_a_default_is_the_default() {
        let shown = taken(&without(&[""]));
        for (key, default) in leaves("", &defaults()) {
            let shown = shown.pointer(&key.replace('.', "/")).unwrap();
            assert!(default.is_null() || *shown == default, "{key}: {shown}, not {default}");
        }
        let policy = |read: &Value| {
            let written = Config::deserialize(&read["latchkey"]).unwrap().reset;
            written.resolve(&crate::policy::own_strategy::Strategies::default()).0.policy([])
        };
        assert_eq!(policy(&shown), policy(&defaults()));
    }

    #[test]
    fn a_default_is_never_marked_as_an_example() {
        let shown = without(&["", "#!"]);
        for (key, default) in leaves("", &defaults()) {
            let unset = default.is_null() || default == json!([]) || default == json!({});
            assert!(unset || holds(&shown, &key), "{key}");
        }
    }

    #[test]
    fn no_key_is_in_the_file_that_would_be_refused() {
        let all = all();
        rocket::Config::try_from(&all).unwrap();
        crate::config::database::read(&all).unwrap();
        let validated = Validated::look(&all.select("release"), &Provided::default()).ok().unwrap();
        let faults = validated.findings.iter().filter(|finding| finding.is_error());
        assert!(faults.clone().count() > 0);
        for fault in faults {
            assert!(fault.why.contains("still") && fault.why.contains("the example's"), "{fault}");
        }
    }

    #[test]
    fn what_is_printed_starts_in_release_once_its_examples_are_replaced() {
        let read = |text: &str| {
            let printed = Figment::from(rocket::Config::release_default())
                .merge(Toml::string(text).nested())
                .select("release");
            Validated::look(&printed, &Provided::default()).ok().unwrap()
        };
        let text = rocket_toml(Random).unwrap();
        let faults = read(&text).findings;
        let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["latchkey.public_url", "latchkey.mail.url", "latchkey.mail.from"]);
        assert!(faults.iter().all(|fault| fault.is_error()));
        let own = text.replace("user:password@", "me:word@").replace("example.com", "northwind.test");
        let validated = read(&own);
        assert!(!text.contains(SECRET) && !text.contains(&format!("\n{REQUIRED}")));
        assert_eq!(validated.findings, []);
        assert_ne!(validated.secret_key, validated.config.pepper[0]);
        assert_ne!(text, rocket_toml(Random).unwrap());
    }
}
