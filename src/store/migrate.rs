//! Brings a database up to date, once however many processes start together.

use std::{
    borrow::Cow,
    fs::{File, OpenOptions},
};

use sqlx::migrate::Migrator;

use crate::Error;

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The migrations of PostgreSQL, under an advisory lock if `locking`.
pub(super) fn postgres(locking: bool) -> Migrator {
    Migrator { migrations: Cow::Borrowed(&POSTGRES.migrations), locking, ..Migrator::DEFAULT }
}

/// Waits for a lock beside the SQLite file, whose own migrations know none; it ends with the returned handle.
pub(super) fn lock(database: &str) -> Result<Option<File>, Error> {
    if database.is_empty() || database.starts_with(":memory:") {
        return Ok(None);
    }
    let path = format!("{database}-migrating");
    let failed = |source| Error::File { path: path.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(Some(file))
}
