//! Brings a database up to date, once however many processes start together.

use std::{
    borrow::Cow,
    fs::{File, OpenOptions},
};

use sqlx::migrate::{MigrateError, Migrator};

use super::{Conn, sql};
use crate::Error;

/// What SQLite and PostgreSQL call a table that is not there.
const NO_TABLE: [&str; 2] = ["1", "42P01"];

/// Our own record of them: a host that migrates with sqlx keeps its own in `_sqlx_migrations`.
const TABLE: &str = "latchkey_migrations";

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The migrations of SQLite.
pub(super) fn sqlite() -> Migrator {
    named(&SQLITE, SQLITE.locking)
}

/// The migrations of PostgreSQL, under an advisory lock if `locking`.
pub(super) fn postgres(locking: bool) -> Migrator {
    named(&POSTGRES, locking)
}

fn named(migrator: &'static Migrator, locking: bool) -> Migrator {
    let migrations = Cow::Borrowed(&*migrator.migrations);
    Migrator { migrations, locking, table_name: Cow::Borrowed(TABLE), ..Migrator::DEFAULT }
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

/// How many migrations a database lacks.
///
/// # Errors
/// [`Error::Migration`] if it has one that this version does not know, and [`Error::Database`].
pub async fn behind(conn: &mut Conn) -> Result<usize, Error> {
    const APPLIED: &str = "SELECT version FROM latchkey_migrations WHERE success";
    let applied = match sql!(all(i64,), conn, APPLIED) {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().is_some_and(|code| NO_TABLE.contains(&&*code)) =>
        {
            Vec::new()
        }
        applied => applied?,
    };
    // Both databases have the same migrations.
    match applied.iter().find(|(version,)| !SQLITE.version_exists(*version)) {
        Some((version,)) => Err(MigrateError::VersionMissing(*version).into()),
        None => Ok(SQLITE.iter().count() - applied.len()),
    }
}
