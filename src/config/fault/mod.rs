//! Configuration faults: one line each, with file, key and remedy, and never a secret.

use std::path::PathBuf;

use figment::{
    Figment,
    error::{Actual, Kind},
    providers::Serialized,
    value::{Dict, Value},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Owner, database};
use crate::{
    base::{Error, spelling},
    findings::{Finding, Severity, place::Place},
};

/// Keys beside Rocket's own that are valid under a profile.
const OURS: [&str; 4] = ["secret_key", "template_dir", "databases", "latchkey"];

/// Reads the table `table`, with defaults for missing keys.
///
/// # Errors
/// [`Error::Config`], one line per fault.
pub fn extract<T: Default + Serialize + DeserializeOwned>(
    figment: &Figment,
    table: &str,
) -> Result<T, Error> {
    Ok(find(figment, table)?)
}

/// Like [`extract`], with a finding for each fault.
fn find<T: Default + Serialize + DeserializeOwned>(
    figment: &Figment,
    table: &str,
) -> Result<T, Vec<Finding>> {
    match salvage(figment, table) {
        (value, faults) if faults.is_empty() => Ok(value),
        (_, faults) => Err(faults),
    }
}

/// Reads the table `table` (the whole configuration if `""`), with defaults for keys that are missing or cannot be
/// read. The latter are findings.
pub(crate) fn salvage<T: Default + Serialize + DeserializeOwned>(
    figment: &Figment,
    table: &str,
) -> (T, Vec<Finding>) {
    let read = |figment: Figment| match table {
        "" => figment.join(Serialized::defaults(T::default())).extract().map_err(Box::new),
        table => {
            figment.join(Serialized::default(table, T::default())).extract_inner(table).map_err(Box::new)
        }
    };
    let fault = match read(figment.clone()) {
        Ok(value) => return (value, Vec::new()),
        Err(fault) => fault,
    };
    // Reading stops at the first fault, so each key is read alone.
    let whole = if table.is_empty() { figment.extract().ok() } else { figment.find_value(table).ok() };
    let (mut good, mut faults) = (Figment::new(), Vec::new());
    for leaf in whole.iter().flat_map(|value: &Value| leaves(value)) {
        let alone = Serialized::defaults(within(table.split('.').filter(|part| !part.is_empty()), leaf));
        match read(Figment::from(alone.clone())) {
            Ok(_) => good = good.merge(alone),
            Err(fault) => faults.extend(explain(figment, *fault, table)),
        }
    }
    if faults.is_empty() {
        return (T::default(), explain(figment, *fault, table));
    }
    let mut seen = Vec::new();
    faults.retain(|fault| {
        !seen.contains(fault) && {
            seen.push(fault.clone());
            true
        }
    });
    (read(good).unwrap_or_default(), faults)
}

/// Returns each leaf of `value`, nested in its tables.
fn leaves(value: &Value) -> Vec<Value> {
    match value {
        Value::Dict(_, dict) if !dict.is_empty() => {
            let below = |(key, value): (&String, &Value)| {
                leaves(value).into_iter().map(|leaf| within([key.as_str()], leaf)).collect::<Vec<_>>()
            };
            dict.iter().flat_map(below).collect()
        }
        value => vec![value.clone()],
    }
}

/// Nests `value` in a table for each of `keys`.
fn within<'a>(keys: impl IntoIterator<Item = &'a str, IntoIter: DoubleEndedIterator>, value: Value) -> Value {
    keys.into_iter().rev().fold(value, |value, key| Value::from(Dict::from([(key.to_owned(), value)])))
}

/// Reads one key.
///
/// # Errors
/// [`Error::Config`].
pub fn read<T: DeserializeOwned>(figment: &Figment, key: &str) -> Result<T, Error> {
    Ok(figment.extract_inner(key).map_err(|fault| explain(figment, fault, key))?)
}

/// Returns the faults outside our tables: misplaced keys and, in a server's configuration, strays.
pub fn outside(figment: &Figment, owner: Owner) -> Vec<Finding> {
    let mut faults = misplaced(figment);
    if owner == Owner::Server {
        faults.extend(strays(figment));
    }
    faults
}

/// Returns the faults that no table of ours would notice: invalid values of Rocket's keys, missing files, and tables
/// that only seem to be ours.
fn misplaced(figment: &Figment) -> Vec<Finding> {
    if let Ok(file) = figment.extract_inner::<PathBuf>("config") {
        let here = std::env::current_dir().unwrap_or_default();
        if !here.ancestors().any(|dir| dir.join(&file).is_file()) {
            let why = format!("there is no file {}", file.display());
            return vec![Finding::new(Severity::Error, "ROCKET_CONFIG", why, "name one that is there")];
        }
    }
    let mut faults = misread(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    if let Err(fault) = rocket::Config::try_from(figment) {
        let (_, each) = salvage::<rocket::Config>(figment, "");
        faults.extend(if each.is_empty() { explain(figment, fault, "") } else { each });
    }
    let is_known = known();
    for profile in figment.profiles().filter(|profile| is_known(profile.as_str().as_str())) {
        let why = format!("[{profile}] is no table that is read");
        faults.push(Finding::new(Severity::Error, "", why, format!("write [default.{profile}]")));
    }
    let keys: Dict = figment.extract().unwrap_or_default();
    faults.extend(keys.keys().filter(|key| is_misspelt(key)).map(|key| {
        let remedy = "write latchkey, if that is meant";
        Finding::new(Severity::Error, &**key, "nothing reads this key", remedy).placed(figment)
    }));
    faults
}

/// Returns the keys that neither we nor Rocket read: in a server's configuration, a misspelt name must not pass for a
/// setting. An application has keys of its own.
fn strays(figment: &Figment) -> Vec<Finding> {
    let mut strays = Vec::new();
    let is_known = known();
    let shared = database::named(figment);
    let is_ours = |entry: &String| entry == "latchkey" || shared.as_ref() == Some(entry);
    let tables = [("", figment.extract()), ("databases.", figment.extract_inner("databases"))];
    for (table, keys) in tables.into_iter().filter_map(|(table, keys)| Some((table, keys.ok()?))) {
        let keys: Dict = keys;
        for key in keys
            .keys()
            .filter(|key| if table.is_empty() { !is_known(key) && !is_misspelt(key) } else { !is_ours(key) })
        {
            let remedy = if key == "tls" { "a proxy in front ends TLS" } else { "is it misspelt?" };
            let stray =
                Finding::new(Severity::Error, format!("{table}{key}"), "nothing reads this key", remedy);
            let stray = stray.placed(figment);
            // The environment also holds variables meant for other programs.
            if matches!(stray.place, Place::File { .. }) {
                strays.push(stray);
            }
        }
    }
    strays
}

fn is_misspelt(key: &str) -> bool {
    spelling::meant(key, ["latchkey"]).is_some()
}

/// Returns a test for the keys under a profile that we or Rocket read.
fn known() -> impl Fn(&str) -> bool {
    let rocket: Dict = Figment::from(rocket::Config::default()).extract().unwrap_or_default();
    move |key| rocket.contains_key(key) || OURS.contains(&key)
}

/// Returns the variables meant for one of our tables that nothing reads: the environment sets only whole tables.
fn misread(names: impl Iterator<Item = String>) -> Vec<Finding> {
    const TABLES: [&str; 2] = ["ROCKET_LATCHKEY", "ROCKET_DATABASES"];
    let meant = |name: String| {
        let upper = name.to_ascii_uppercase();
        let (table, rest) = TABLES.iter().find_map(|table| Some((*table, upper.strip_prefix(table)?)))?;
        let rest = rest.trim_start_matches(['_', '.']).to_ascii_lowercase().replace("__", ".");
        let inner = rest.rsplit('.').fold("…".to_owned(), |inner, key| match &*inner {
            "…" => format!("{{{key}=…}}"),
            inner => format!("{{{key}={inner}}}"),
        });
        let finding = || {
            let remedy = format!("write {table}='{inner}'");
            Finding::new(Severity::Error, &*name, "nothing reads this variable", remedy)
        };
        (upper != table).then(finding)
    };
    names.filter_map(meant).collect()
}

/// Returns `line`, which begins with a key, prefixed with the place where this key or the table around it is set.
pub fn placed(figment: &Figment, line: &str) -> String {
    match Place::near(figment, line.split([' ', ':']).next().unwrap_or_default()) {
        Place::Default => line.to_owned(),
        place => format!("{place}: {line}"),
    }
}

pub(super) fn explain(figment: &Figment, fault: figment::Error, table: &str) -> Vec<Finding> {
    let findings = fault.into_iter().map(|fault| {
        // figment appends the table's own path to nested errors; drop it.
        let mut path: Vec<_> = table.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let below = fault.path.len() - if fault.path.ends_with(&path) { path.len() } else { 0 };
        path.extend_from_slice(&fault.path[..below]);
        if let Kind::UnknownField(name, _) = &fault.kind
            && path.last() != Some(name)
        {
            path.push(name.clone());
        }
        let unparsed = match &fault.kind {
            Kind::Message(text) => unparsed(text),
            _ => None,
        };
        let (line, told) = unparsed.map_or((None, words(&fault.kind)), |(line, told)| (Some(line), told));
        let (why, remedy) = told.split_once(": ").unwrap_or((&told, ""));
        let finding = Finding::new(Severity::Error, path.join("."), why, remedy).placed(figment);
        match &fault.metadata {
            // A file that does not parse sets no key.
            Some(metadata) if finding.place == Place::Default => {
                Finding { place: Place::in_file(metadata, |_| line), ..finding }
            }
            _ => finding,
        }
    });
    findings.collect()
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
        Kind::Message(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Extracts line number and message from a TOML parse error, without the line that it quotes.
fn unparsed(text: &str) -> Option<(usize, String)> {
    let place = text.lines().next()?.strip_prefix("TOML parse error at line ")?;
    let (line, column) = place.split_once(", ")?;
    let what: Vec<_> = text.lines().skip(1).filter(|line| !line.contains('|')).collect();
    // Under Rocket's profiles, the top level of a file holds only tables.
    let loose = what.concat().ends_with("expected a map");
    let what = if loose {
        "this stands in no table: write it under [default]".into()
    } else {
        format!("{} ({column})", what.join(", "))
    };
    Some((line.parse().ok()?, what))
}

fn one_of(known: &[&str]) -> String {
    match known {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        known => known.concat(),
    }
}

/// Returns only its type: the value may be a secret.
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
        wanted if wanted.starts_with("enum ") => "a word in quotes",
        wanted if wanted == "a map" || wanted.starts_with("struct ") => "a table",
        wanted => wanted,
    }
}

#[cfg(test)]
mod tests;
