//! Settings of `databases.latchkey`.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};
use sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

use crate::base::SettingFault;

/// Key of the URL.
const URL: &str = "databases.latchkey.url";

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
        none.chain(self.validate_url()).collect()
    }

    fn validate_url(&self) -> Option<SettingFault> {
        const ENCODE: &str = "in its password / is %2F, @ is %40, : is %3A, ? is %3F, # is %23, % is %25: \
                              percent-encode it";
        let unreadable = || SettingFault::new(URL, "cannot be read", ENCODE);
        if self.url.starts_with("sqlite:") {
            return None;
        }
        let Some(("postgres" | "postgresql", rest)) = self.url.split_once("://") else {
            let shapes = "write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE";
            return Some(SettingFault::new(URL, "is no database's", shapes));
        };
        // After the server's name, an `@` is the rest of a password.
        if rest.split_once(['/', '?', '#']).is_some_and(|(_, behind)| behind.contains('@')) {
            return Some(unreadable());
        }
        Some(match PgConnectOptions::from_str(&self.url).err()? {
            sqlx::Error::Configuration(told) if told.to_string().contains("unknown value") => {
                SettingFault::new(URL, "error with configuration", told.to_string())
            }
            _ => unreadable(),
        })
    }

    /// Returns the file of an SQLite database, as SQLite opens it; `None` if it is in memory.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let in_memory = self.url.contains(":memory:") || self.url.contains("mode=memory");
        let options = self.sqlite().filter(|_| !in_memory)?;
        Some(options.get_filename().to_owned())
    }

    fn sqlite(&self) -> Option<SqliteConnectOptions> {
        self.url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(&self.url).ok()).flatten()
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres:") || self.url.starts_with("postgresql:")
    }

    /// Returns the risks of data being read or forged on the way to the database: what release refuses, and what it
    /// warns of.
    pub fn validate(&self) -> (Option<SettingFault>, Option<SettingFault>) {
        let options = self.is_postgres().then(|| PgConnectOptions::from_str(&self.url).ok()).flatten();
        let remote = |options: &PgConnectOptions| {
            let host = options.get_host().trim_matches(['[', ']']);
            options.get_socket().is_none()
                && !host.starts_with('/')
                && host != "localhost"
                && !host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        };
        match options.filter(remote).map(|options| options.get_ssl_mode()) {
            Some(PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer) => {
                let remedy = "add ?sslmode=verify-full, or sslmode=require if no certificate can be checked";
                (Some(SettingFault::new(URL, "may send without encryption", remedy)), None)
            }
            Some(PgSslMode::Require) => {
                let remedy = "write sslmode=verify-full, and sslrootcert=FILE if the system does not know who signed it";
                (None, Some(SettingFault::new(URL, "takes any certificate", remedy)))
            }
            _ => (None, None),
        }
    }
}
