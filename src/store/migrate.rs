//! Schema migrations: each is applied once, however many servers start together, by a role with the right to do so.
//!
//! Applied migrations are recorded in a table of our own, since a host that uses sqlx has its own in
//! `_sqlx_migrations`. An up-to-date database is only read. A database that a newer version has migrated also works
//! with this one, if the first line of every migration unknown here is `-- adds only`.

use std::{borrow::Cow, time::Duration};

use rocket::tokio::time::timeout;
use sha2::{Digest, Sha384};
use sqlx::{
    AssertSqlSafe, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migration, Migrator},
};

use super::{Conn, adopt, sql};
use crate::base::Error;

/// Error codes of SQLite and PostgreSQL for a missing table.
const NO_TABLE: [&str; 2] = ["1", "42P01"];
/// SQLSTATE of a missing privilege.
const NO_RIGHT: &str = "42501";
/// Our record of applied migrations.
const TABLE: &str = "latchkey_migrations";
/// First line of a migration that does not affect older versions.
const ADDS_ONLY: &str = "-- adds only";
/// Suffix of the recorded description of any other migration.
const BREAKS: &str = " (older versions cannot work with it)";
/// Waits up to two minutes for another process that is migrating.
const BEGIN_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '2min'; SET LOCAL statement_timeout = '10min'";
/// An advisory lock is a number: this one is `latchkey` in ASCII.
const LOCK_POSTGRES: &str = "SELECT pg_advisory_xact_lock(7809651199139603833)";
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";
/// Timeout for all migrations together.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(30 * 60);

static SQLITE: Migrator = sqlx_macros::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx_macros::migrate!("migrations/postgres");

/// A connection to migrate over.
pub(super) enum Raw<'c> {
    Sqlite(&'c mut SqliteConnection),
    /// Uses an advisory lock if true.
    Postgres(&'c mut PgConnection, bool),
}

/// An applied migration: version, description and checksum.
type Applied = (i64, String, Vec<u8>);

/// Applies the missing migrations, each in a transaction of its own, and returns their number.
///
/// # Errors
/// [`Error::Migration`] if an applied migration differs from ours, [`Error::Config`] if it takes too long, a newer
/// version has changed what this one knows or the role lacks a privilege, and [`Error::Database`].
pub(super) async fn run(mut conn: Raw<'_>) -> Result<usize, Error> {
    let late =
        || Error::Config("databases.latchkey.url leads to a database that takes too long to migrate".into());
    timeout(MIGRATION_TIMEOUT, conn.bring_up_to_date()).await.map_err(|_| late())?
}

/// Returns how many migrations a database lacks.
///
/// # Errors
/// [`Error::Config`] if a newer version has changed what this one knows, and [`Error::Database`].
pub async fn behind(conn: &mut Conn) -> Result<usize, Error> {
    const APPLIED: &str = "SELECT version, description, checksum FROM latchkey_migrations ORDER BY version";
    let applied = match sql!(all(i64, String, Vec<u8>), conn, APPLIED) {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().is_some_and(|code| NO_TABLE.contains(&&*code)) =>
        {
            Vec::new()
        }
        applied => applied?,
    };
    // The migrations of both databases have the same numbers.
    newer(&SQLITE.migrations, &applied)?;
    let known = applied.iter().filter(|(version, ..)| SQLITE.version_exists(*version));
    Ok(SQLITE.iter().count() - known.count())
}

/// Returns the applied versions that only a newer Latchkey knows.
fn newer(known: &[Migration], applied: &[Applied]) -> Result<Vec<i64>, Error> {
    let unknown = applied.iter().filter(|(version, ..)| known.iter().all(|known| known.version != *version));
    let mut versions = Vec::new();
    for (version, description, _) in unknown {
        if description.ends_with(BREAKS) {
            return Err(Error::Config(format!(
                "databases.latchkey.url leads to a database that a newer version of Latchkey has changed (migration {version}, {description}): start that version"
            )));
        }
        versions.push(*version);
    }
    Ok(versions)
}

/// Returns the checksum of a migration, independent of line endings.
fn checksum(migration: &Migration) -> Vec<u8> {
    Sha384::digest(migration.sql.as_str().replace("\r\n", "\n")).to_vec()
}

fn description(migration: &Migration) -> Cow<'_, str> {
    match migration.sql.as_str().lines().next() {
        Some(ADDS_ONLY) => Cow::Borrowed(&migration.description),
        _ => Cow::Owned(format!("{}{BREAKS}", migration.description)),
    }
}

impl Raw<'_> {
    async fn bring_up_to_date(&mut self) -> Result<usize, Error> {
        // Checked without a lock first: an up-to-date database needs no privilege to migrate.
        if let Some(applied) = self.applied_in_whole().await? {
            for version in newer(self.migrations(), &applied)? {
                log::warn!("a newer version of Latchkey has added to the database (migration {version})");
            }
            return Ok(0);
        }
        let mut count = 0;
        while self.step().await? {
            count += 1;
        }
        Ok(count)
    }

    fn migrations(&self) -> &'static [Migration] {
        match self {
            Raw::Sqlite(_) => &SQLITE.migrations,
            Raw::Postgres(..) => &POSTGRES.migrations,
        }
    }

    /// Returns the applied migrations if none is missing.
    async fn applied_in_whole(&mut self) -> Result<Option<Vec<Applied>>, Error> {
        // In a transaction, since a pooler may give each statement another connection.
        self.run("BEGIN").await?;
        let applied = self.applied().await;
        self.run("ROLLBACK").await?;
        let applied = applied?;
        let pending = self.pending(&applied)?.is_some();
        Ok((!pending).then_some(applied))
    }

    /// Returns the first missing migration.
    fn pending(&self, applied: &[Applied]) -> Result<Option<&'static Migration>, Error> {
        for migration in self.migrations() {
            match applied.iter().find(|(version, ..)| *version == migration.version) {
                None => return Ok(Some(migration)),
                Some((version, _, sum)) if *sum != checksum(migration) => {
                    return Err(MigrateError::VersionMismatch(*version).into());
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// Applies the next migration, all of it or nothing; false if none is missing.
    async fn step(&mut self) -> Result<bool, Error> {
        match self {
            Raw::Sqlite(_) => self.run(BEGIN_SQLITE).await?,
            Raw::Postgres(_, locking) => {
                let locking = *locking;
                self.run(BEGIN_POSTGRES).await?;
                if locking {
                    self.run(LOCK_POSTGRES).await?;
                }
            }
        }
        match self.apply_next().await {
            Ok(applied) => self.run("COMMIT").await.map(|()| applied).map_err(Error::from),
            Err(error) => {
                let _ = self.run("ROLLBACK").await;
                Err(error)
            }
        }
    }

    async fn apply_next(&mut self) -> Result<bool, Error> {
        let applied = self.applied().await?;
        newer(self.migrations(), &applied)?;
        let Some(next) = self.pending(&applied)? else { return Ok(false) };
        let done = async {
            if applied.is_empty() && adopt::is_due(self).await? {
                self.make_table().await?;
                adopt::adopt(self).await?;
                for migration in self.migrations().iter().take(adopt::COUNT) {
                    self.record(migration).await?;
                }
                return Ok(());
            }
            self.make_table().await?;
            self.run(next.sql.as_str()).await?;
            self.record(next).await
        };
        match done.await {
            Ok(()) => Ok(true),
            Err(sqlx::Error::Database(refusal)) if refusal.code().is_some_and(|code| code == NO_RIGHT) => {
                let what = "databases.latchkey.url: the database lacks a migration, and this role may not apply it: run `latchkey migrate` as a role that may create tables";
                Err(Error::Config(format!("{what} ({refusal})")))
            }
            Err(sqlx::Error::Configuration(told)) => Err(Error::Config(told.to_string())),
            Err(error) => Err(MigrateError::ExecuteMigration(error, next.version).into()),
        }
    }

    async fn make_table(&mut self) -> Result<(), sqlx::Error> {
        let (times, bytes) = match self {
            Raw::Sqlite(_) => ("TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", "BLOB"),
            Raw::Postgres(..) => ("TIMESTAMPTZ NOT NULL DEFAULT now()", "BYTEA"),
        };
        self.run(&format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                installed_on {times}, success BOOLEAN NOT NULL, checksum {bytes} NOT NULL,
                execution_time BIGINT NOT NULL)"
        ))
        .await
    }

    async fn record(&mut self, migration: &Migration) -> Result<(), sqlx::Error> {
        let insert = format!(
            "INSERT INTO {TABLE} (version, description, success, checksum, execution_time)
            VALUES ($1, $2, TRUE, $3, 0)"
        );
        let (version, description, sum) = (migration.version, description(migration), checksum(migration));
        let insert = AssertSqlSafe(insert);
        match self {
            Raw::Sqlite(conn) => {
                let query = sqlx::query(insert).bind(version).bind(&*description).bind(sum);
                query.execute(&mut **conn).await.map(drop)
            }
            Raw::Postgres(conn, _) => {
                let query = sqlx::query(insert).bind(version).bind(&*description).bind(sum);
                query.persistent(false).execute(&mut **conn).await.map(drop)
            }
        }
    }

    /// Returns the applied migrations; none if there is no record of them.
    async fn applied(&mut self) -> Result<Vec<Applied>, Error> {
        let is_there = match self {
            Raw::Sqlite(_) => {
                format!(
                    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{TABLE}')"
                )
            }
            // Reading the catalog sees a table made meanwhile; `to_regclass` may answer from a stale cache.
            Raw::Postgres(..) => format!(
                "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class
                    WHERE relname = '{TABLE}' AND relkind = 'r' AND pg_table_is_visible(oid))"
            ),
        };
        if !self.is(is_there).await? {
            return Ok(Vec::new());
        }
        Ok(self.rows(format!("SELECT version, description, checksum FROM {TABLE} ORDER BY version")).await?)
    }

    /// Returns the answer to a yes-or-no query.
    pub(super) async fn is(&mut self, question: String) -> Result<bool, sqlx::Error> {
        let question = AssertSqlSafe(question);
        match self {
            Raw::Sqlite(conn) => sqlx::query_scalar(question).fetch_one(&mut **conn).await,
            Raw::Postgres(conn, _) => {
                sqlx::query_scalar(question).persistent(false).fetch_one(&mut **conn).await
            }
        }
    }

    pub(super) async fn rows(&mut self, text: String) -> Result<Vec<Applied>, sqlx::Error> {
        let text = AssertSqlSafe(text);
        match self {
            Raw::Sqlite(conn) => sqlx::query_as(text).fetch_all(&mut **conn).await,
            Raw::Postgres(conn, _) => sqlx::query_as(text).persistent(false).fetch_all(&mut **conn).await,
        }
    }

    /// Runs statements whose results are not needed.
    pub(super) async fn run(&mut self, text: &str) -> Result<(), sqlx::Error> {
        let text = sqlx::raw_sql(AssertSqlSafe(text));
        match self {
            Raw::Sqlite(conn) => text.execute(&mut **conn).await.map(drop),
            Raw::Postgres(conn, _) => text.execute(&mut **conn).await.map(drop),
        }
    }
}
