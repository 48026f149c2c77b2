//! The database for read-only commands, if it exists and is up to date.

use crate::{
    base::Error,
    store::{DatabaseSettings, Pool},
};

/// State of the database of accounts.
pub(super) enum DatabaseState {
    /// No database yet.
    Absent,
    /// A database that lacks this many migrations.
    Behind(usize),
    /// An up-to-date database, whose accounts can be counted.
    Counts(Box<Pool>),
}

impl DatabaseState {
    /// Opens the database without creating or migrating anything.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, Error> {
        let Some(pool) = Pool::look(settings).await? else { return Ok(DatabaseState::Absent) };
        let behind = pool.behind().await?;
        if behind == 0 {
            return Ok(DatabaseState::Counts(Box::new(pool)));
        }
        pool.close().await;
        Ok(DatabaseState::Behind(behind))
    }

    /// Describes how a start would change the database.
    pub fn state(&self) -> String {
        match self {
            DatabaseState::Absent => " (would be created)".into(),
            DatabaseState::Behind(1) => " (would be migrated: 1 migration is missing)".into(),
            DatabaseState::Behind(count) => format!(" (would be migrated: {count} migrations are missing)"),
            DatabaseState::Counts(_) => String::new(),
        }
    }

    /// Closes the database.
    pub async fn close(self) {
        if let DatabaseState::Counts(pool) = self {
            pool.close().await;
        }
    }
}
