//! Reads `databases.latchkey`, or the entry of `databases` that `latchkey.database` names in its place.

use figment::{Figment, value::Dict};

use super::fault;
use crate::{
    base::{Error, SettingFault},
    findings::{Finding, Severity},
    store::DatabaseSettings,
};

/// Reads the settings of the database.
///
/// # Errors
/// [`Error::Config`] naming the file and the key.
pub fn read(figment: &Figment) -> Result<DatabaseSettings, Error> {
    settings(figment, false)
}

/// Reads the settings of the database; `lent` if the connections are an application's.
///
/// # Errors
/// Same as [`read`].
pub fn settings(figment: &Figment, lent: bool) -> Result<DatabaseSettings, Error> {
    match find(figment, lent) {
        (settings, faults) if faults.is_empty() => Ok(settings),
        (_, faults) => Err(faults.into()),
    }
}

/// Like [`settings`], with a finding for each fault, and defaults for keys that cannot be read.
pub fn find(figment: &Figment, lent: bool) -> (DatabaseSettings, Vec<Finding>) {
    let (mut settings, mut findings): (DatabaseSettings, _) = fault::salvage(figment, "databases.latchkey");
    settings.lent = lent;
    let mut faults: Vec<_> = share(figment, &mut settings).err().into_iter().collect();
    if faults.is_empty() {
        faults = settings.faults();
    }
    findings.extend(faults.into_iter().map(|fault| Finding::of(Severity::Error, fault).placed(figment)));
    (settings, findings)
}

/// Returns the entry that `latchkey.database` names, unless it is our own.
pub fn named(figment: &Figment) -> Option<String> {
    figment.extract_inner("latchkey.database").ok().filter(|name| name != "latchkey")
}

/// Takes the URL from the named entry. Its other keys belong to the application's driver.
fn share(figment: &Figment, settings: &mut DatabaseSettings) -> Result<(), SettingFault> {
    let Some(name) = named(figment) else { return Ok(()) };
    let Ok(url) = figment.extract_inner::<String>(&format!("databases.{name}.url")) else {
        let entries: Dict = figment.extract_inner("databases").unwrap_or_default();
        let others: Vec<_> = entries.keys().filter(|key| *key != "latchkey").map(String::as_str).collect();
        let why = format!("names databases.{name}, which has no url");
        let write = format!("write one in [default.databases.{name}]");
        let remedy =
            if others.is_empty() { write } else { format!("{write}, or name {}", others.join(" or ")) };
        return Err(SettingFault::new("latchkey.database", why, remedy));
    };
    if figment.contains("databases.latchkey.url") {
        let why = format!("is not read, since latchkey.database names databases.{name}");
        return Err(SettingFault::new("databases.latchkey.url", why, "remove one of the two"));
    }
    // Other drivers take the path of an SQLite file for a URL.
    let is_path = !url.contains("://") && !url.starts_with("sqlite:");
    settings.url = if is_path { format!("sqlite://{url}") } else { url };
    settings.entry = Some(name);
    Ok(())
}
