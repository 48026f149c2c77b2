//! What is wrong with a configuration, in a line that names file, key and remedy, and never a secret.

use std::path::PathBuf;

use figment::{
    Figment, Metadata, Source,
    error::{Actual, Kind},
    providers::Serialized,
    value::Dict,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

/// Keys beside Rocket's own that have a meaning under a profile.
const OURS: [&str; 4] = ["secret_key", "template_dir", "databases", "latchkey"];

/// Reads the table `table`, with defaults beneath what is there.
///
/// # Errors
/// [`Error::Config`], a line for each fault.
pub fn extract<T: Default + Serialize + DeserializeOwned>(
    figment: &Figment,
    table: &str,
) -> Result<T, Error> {
    let joined = figment.clone().join(Serialized::default(table, T::default()));
    joined.extract_inner(table).map_err(|fault| explain(fault, table))
}

/// Reads one key.
///
/// # Errors
/// [`Error::Config`].
pub fn read<T: DeserializeOwned>(figment: &Figment, key: &str) -> Result<T, Error> {
    figment.extract_inner(key).map_err(|fault| explain(fault, key))
}

/// Refuses what no table of Latchkey's would notice: faults of Rocket's own keys, files that are not there, and
/// keys that nothing reads, since a misspelt name must not pass for a setting.
///
/// # Errors
/// [`Error::Config`], a line for each fault.
pub fn refuse_strays(figment: &Figment) -> Result<(), Error> {
    if let Ok(file) = figment.extract_inner::<PathBuf>("config") {
        let here = std::env::current_dir().unwrap_or_default();
        if !here.ancestors().any(|dir| dir.join(&file).is_file()) {
            return Err(Error::Config(format!("ROCKET_CONFIG: there is no file {}", file.display())));
        }
    }
    rocket::Config::try_from(figment).map_err(|fault| explain(fault, ""))?;
    let rocket: Dict = Figment::from(rocket::Config::default()).extract().unwrap_or_default();
    let known = |key: &str| rocket.contains_key(key) || OURS.contains(&key);
    let mut faults = Vec::new();
    for profile in figment.profiles().filter(|profile| known(profile.as_str().as_str())) {
        faults.push(format!("[{profile}] is no table that is read: write [default.{profile}]"));
    }
    let tables = [("", figment.extract()), ("databases.", figment.extract_inner("databases"))];
    for (table, keys) in tables.into_iter().filter_map(|(table, keys)| Some((table, keys.ok()?))) {
        let keys: Dict = keys;
        for key in keys.keys().filter(|key| if table.is_empty() { !known(key) } else { *key != "latchkey" }) {
            let key = format!("{table}{key}");
            if figment.find_metadata(&key).is_some_and(|found| file(found).is_some()) {
                let remedy = if key == "tls" { "a proxy in front ends TLS" } else { "is it misspelt?" };
                faults.push(placed(figment, &format!("{key}: nothing reads this key: {remedy}")));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults.join("\n"))) }
}

/// `line`, which begins with a key, after the file that sets this key or the table around it.
pub fn placed(figment: &Figment, line: &str) -> String {
    let mut key = line.split([' ', ':']).next().unwrap_or_default();
    loop {
        if let Some(place) = figment.find_metadata(key).and_then(place) {
            return format!("{place}: {line}");
        }
        match key.rsplit_once('.') {
            Some((table, _)) => key = table,
            None => return line.to_owned(),
        }
    }
}

fn explain(fault: figment::Error, table: &str) -> Error {
    let lines = fault.into_iter().map(|fault| {
        // What is wrong below a table that is asked for by its name comes with that name at the end.
        let mut path: Vec<_> = table.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let below = fault.path.len() - if fault.path.ends_with(&path) { path.len() } else { 0 };
        path.extend_from_slice(&fault.path[..below]);
        if let Kind::UnknownField(name, _) = &fault.kind
            && path.last() != Some(name)
        {
            path.push(name.clone());
        }
        let place =
            fault.metadata.as_ref().and_then(place).map_or(String::new(), |place| format!("{place}: "));
        let key = if path.is_empty() { String::new() } else { format!("{}: ", path.join(".")) };
        format!("{place}{key}{}", words(&fault.kind))
    });
    Error::Config(lines.collect::<Vec<_>>().join("\n"))
}

fn file(metadata: &Metadata) -> Option<String> {
    match &metadata.source {
        Some(source @ Source::File(_)) => Some(source.to_string()),
        _ => None,
    }
}

fn place(metadata: &Metadata) -> Option<String> {
    file(metadata).or_else(|| metadata.name.contains("environment").then(|| "environment".to_owned()))
}

fn words(kind: &Kind) -> String {
    match kind {
        Kind::UnknownField(_, known) => format!("this key is unknown: write {}", one_of(known)),
        Kind::UnknownVariant(found, known) => format!("`{found}` is unknown: write {}", one_of(known)),
        Kind::InvalidType(found, wanted) => {
            format!("{} stands where {} belongs", type_of(found), wanted_type(wanted))
        }
        Kind::InvalidValue(Actual::Signed(found), wanted) => {
            format!(
                "{found} is out of range: write 0 to {}",
                if wanted == "u16" { "65535" } else { "4294967295" }
            )
        }
        Kind::InvalidValue(_, wanted) => format!("this is not {wanted}"),
        Kind::Message(text) => unparsed(text).unwrap_or_else(|| text.clone()),
        other => other.to_string(),
    }
}

/// Of the drawing that the parser makes of a file, where and what, and not the line itself.
fn unparsed(text: &str) -> Option<String> {
    let place = text.lines().next()?.strip_prefix("TOML parse error at ")?;
    let what: Vec<_> = text.lines().skip(1).filter(|line| !line.contains('|')).collect();
    // Under Rocket's profiles, the top of a file holds tables alone.
    let loose = what.concat().ends_with("expected a map");
    let what =
        if loose { "this stands in no table: write it under [default]".into() } else { what.join(", ") };
    Some(format!("{place}: {what}"))
}

fn one_of(known: &[&str]) -> String {
    match known {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        known => known.concat(),
    }
}

/// Its type alone: the value may be a secret.
fn type_of(found: &Actual) -> &'static str {
    match found {
        Actual::Str(_) | Actual::Char(_) => "text",
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    }
}

fn wanted_type(wanted: &str) -> &str {
    match wanted {
        "a string" => "text",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a number",
        wanted if wanted == "a map" || wanted.starts_with("struct ") => "a table",
        wanted => wanted,
    }
}

#[cfg(test)]
mod tests;
