//! Settings of `databases.latchkey`.

use std::{fmt::Display, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::driver;
use crate::base::{Error, SettingFault};

/// Settings of `databases.latchkey`: where the accounts live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite://path` or `postgres://user:password@host/database`. Default: `sqlite://latchkey.db`.
    pub url: String,
    /// Most connections; on SQLite they are readers beside the one writer. Default: 16.
    pub max_connections: u32,
    /// Time that a request waits for a connection before it is refused, in seconds. Default: 5.
    pub connect_timeout: u64,
    /// SQLite only: `full` survives a loss of power, `normal` may lose the last moments. Default: `full`.
    pub synchronous: Synchronous,
    /// PostgreSQL only: takes an advisory lock while migrating (CockroachDB has none). Default: true.
    pub migration_lock: bool,
    /// Entry of `databases` that the URL comes from, if it is another one.
    #[serde(skip)]
    pub entry: Option<String>,
    /// True if the connections are an application's: then the URL is for the commands alone.
    #[serde(skip)]
    pub lent: bool,
}

/// Point at which SQLite reports a commit as durable.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Once the disk has it.
    Full,
    /// Once the operating system has it.
    Normal,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: "sqlite://latchkey.db".into(),
            max_connections: 16,
            connect_timeout: 5,
            synchronous: Synchronous::Full,
            migration_lock: true,
            entry: None,
            lent: false,
        }
    }
}

impl DatabaseSettings {
    /// Returns the faults.
    pub fn faults(&self) -> Vec<SettingFault> {
        let counts =
            [("max_connections", self.max_connections.into()), ("connect_timeout", self.connect_timeout)];
        let none = counts.into_iter().filter(|(_, count)| *count == 0);
        let none = none.map(|(name, _)| {
            let key = format!("databases.latchkey.{name}");
            SettingFault::new(key, "0 is out of range", "write 1 or more")
        });
        none.chain(driver::fault(self).filter(|_| !self.lent)).collect()
    }

    /// Returns the key of the URL.
    pub fn url_key(&self) -> String {
        format!("databases.{}.url", self.entry.as_deref().unwrap_or("latchkey"))
    }

    /// Returns the file of an SQLite database, as SQLite opens it; `None` if it is in memory.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        driver::file(&self.url)
    }

    /// Returns the risks of data being read or forged on the way to the database: what release refuses, and what it
    /// warns of.
    pub fn validate(&self) -> (Option<SettingFault>, Option<SettingFault>) {
        if self.lent { (None, None) } else { driver::risks(self) }
    }

    pub(super) fn unusable(&self, error: &dyn Display) -> Error {
        Error::Config(format!("cannot use the database at {}: {error}", self.url_key()))
    }
}
