//! Drivers: what each database does for the pool, and the only place that knows which are built in.

use std::{path::PathBuf, sync::Arc};

use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Conn, DatabaseSettings, writes::Writes};
use crate::{
    base::{Error, SettingFault},
    observe::connections::Connections,
};

/// Places of the background transactions that may compete with requests for SQLite's one writer.
#[derive(Clone)]
pub(super) struct Behind(Arc<Semaphore>);

impl Default for Behind {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

#[cfg_attr(
    not(any(feature = "sqlite", feature = "store")),
    allow(dead_code, reason = "PostgreSQL has many writers")
)]
impl Behind {
    /// Returns a place, once one is free.
    pub async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().acquire_owned().await.ok()
    }
}

/// An open database.
#[rocket::async_trait]
pub(super) trait Driver: Send + Sync {
    /// Returns a connection for reading.
    async fn read(&self, writes: &Writes) -> Result<Conn, sqlx::Error>;

    /// Begins a transaction that may write from its first statement on.
    async fn begin(&self, writes: &Writes) -> Result<Conn, sqlx::Error>;

    /// Begins a transaction of one statement.
    async fn begin_once(&self, writes: &Writes) -> Result<Conn, sqlx::Error> {
        self.begin(writes).await
    }

    /// Waits until few transactions that nobody waits for compete with those that somebody waits for.
    async fn stand_behind(&self) -> Option<OwnedSemaphorePermit> {
        None
    }

    /// True if this is SQLite.
    fn is_a_file(&self) -> bool;

    /// Returns how many requests the worker handles in one transaction, and how many such transactions run at once: on
    /// SQLite sixteen in one.
    fn sets(&self) -> (usize, usize) {
        (16, 1)
    }

    /// Returns the most session look-ups to run at once; later callers wait and share the next one.
    fn batches(&self) -> usize;

    /// Returns the connection counts; on SQLite those of the readers.
    fn connections(&self) -> Connections;

    /// Closes the connections.
    async fn close(&self);
}

/// A database that a URL may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Returns the kind of database at `url`.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')? {
            ("sqlite", _) => Some(Kind::Sqlite),
            ("postgres" | "postgresql", rest) if rest.starts_with("//") => Some(Kind::Postgres),
            _ => None,
        }
    }
}

/// Opens a database, and returns the number of migrations that were applied.
///
/// # Errors
/// [`Error::Config`] if it is unreachable or no driver is for it, and [`Error::Migration`].
pub(super) async fn open(
    settings: &DatabaseSettings,
    migrate: bool,
) -> Result<(Arc<dyn Driver>, usize), Error> {
    match Kind::of(&settings.url) {
        #[cfg(feature = "sqlite")]
        Some(Kind::Sqlite) => super::sqlite::open(settings, migrate).await,
        #[cfg(feature = "postgres")]
        Some(Kind::Postgres) => super::postgres::open(settings, migrate).await,
        kind => Err(no_driver(&settings.url_key(), kind, BUILT_IN).into()),
    }
}

/// Returns what is wrong with the URL of a database.
pub(super) fn fault(settings: &DatabaseSettings) -> Option<SettingFault> {
    let key = &settings.url_key();
    match Kind::of(&settings.url) {
        #[cfg(feature = "sqlite")]
        Some(Kind::Sqlite) => None,
        #[cfg(feature = "postgres")]
        Some(Kind::Postgres) => super::postgres::fault(key, &settings.url),
        kind => Some(no_driver(key, kind, BUILT_IN)),
    }
}

/// Returns the risks of data being read or forged on the way to the database: what release refuses, and what it warns of.
pub(super) fn risks(settings: &DatabaseSettings) -> (Option<SettingFault>, Option<SettingFault>) {
    match Kind::of(&settings.url) {
        #[cfg(feature = "postgres")]
        Some(Kind::Postgres) => super::postgres::risks(&settings.url_key(), &settings.url),
        _ => (None, None),
    }
}

/// Returns the file of an SQLite database, as SQLite opens it; `None` if it is in memory.
pub(super) fn file(url: &str) -> Option<PathBuf> {
    match Kind::of(url) {
        #[cfg(feature = "sqlite")]
        Some(Kind::Sqlite) => super::sqlite::file(url),
        #[cfg(not(feature = "sqlite"))]
        Some(Kind::Sqlite) => file_of_others(url),
        _ => None,
    }
}

/// Returns the file at the URL of an application's own driver.
#[cfg(not(feature = "sqlite"))]
fn file_of_others(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let (path, options) = path.split_once('?').unwrap_or((path, ""));
    let in_memory = path.is_empty() || path.contains(":memory:") || options.contains("mode=memory");
    (!in_memory).then(|| path.into())
}

/// Features of the drivers in this program.
const BUILT_IN: &[&str] = &[
    #[cfg(feature = "postgres")]
    "postgres",
    #[cfg(feature = "sqlite")]
    "sqlite",
];

/// Returns why no driver in `built_in` opens a database of this kind.
fn no_driver(key: &str, kind: Option<Kind>, built_in: &[&str]) -> SettingFault {
    let (what, feature) = match kind {
        _ if built_in.is_empty() => {
            let why = "leads to a database, but this program was built without a driver";
            let remedy = "lend it your connections by `.store(…)`, or add the feature `sqlite` or `postgres` of latchkey in Cargo.toml";
            return SettingFault::new(key, why, remedy);
        }
        None => {
            let shapes = "write sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE";
            return SettingFault::new(key, "is no database's", shapes);
        }
        Some(Kind::Sqlite) => ("an SQLite file", "sqlite"),
        Some(Kind::Postgres) => ("a PostgreSQL address", "postgres"),
    };
    let why = format!("is {what}, but this program was built without the feature `{feature}` of latchkey");
    SettingFault::new(key, why, "add it in Cargo.toml, or write the URL of another database")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_without_a_driver_is_told_which_feature_it_needs() {
        let told = |url, built_in| no_driver("databases.latchkey.url", Kind::of(url), built_in).to_string();
        for (url, built_in, expected) in [
            ("postgres://ann@host/shop", &["sqlite"][..], "is a PostgreSQL address"),
            ("postgres://ann@host/shop", &["sqlite"], "without the feature `postgres` of latchkey: add it"),
            ("sqlite://latchkey.db", &["postgres"], "without the feature `sqlite` of latchkey: add it"),
            ("sqlite://latchkey.db", &[], "the feature `sqlite` or `postgres` of latchkey"),
            ("mysql://host/shop", &["sqlite"], "is no database's: write sqlite://FILE or postgres://"),
        ] {
            let told = told(url, built_in);
            assert!(told.contains(expected), "{told}");
        }
    }
}
