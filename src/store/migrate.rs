//! Schema migrations: each is applied once, however many servers start together, by a role with the right to do so.
//!
//! Applied migrations are recorded in a table of our own, since a host that uses sqlx has its own in
//! `_sqlx_migrations`. An up-to-date database is only read. A database that a newer version has migrated also works
//! with this one, if the first line of every migration unknown here is `-- adds only`.

use std::time::Duration;

use include_dir::{Dir, include_dir};
use rocket::tokio::time::timeout;
use sha2::{Digest, Sha384};

use super::{Conn, DatabaseSettings, adopt, sql};
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
/// Timeout for all migrations together.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// A folder of migrations for each database, and what adopts one of the first versions.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// A connection to migrate over.
#[rocket::async_trait]
pub(super) trait Raw: Send {
    /// Returns where its SQL differs.
    fn dialect(&self) -> &'static Dialect;

    /// Begins a transaction beside which nobody else migrates.
    async fn begin(&mut self) -> Result<(), sqlx::Error>;

    /// Runs statements whose results are not needed.
    async fn run(&mut self, text: &str) -> Result<(), sqlx::Error>;

    /// Returns the answer to a yes-or-no query.
    async fn is(&mut self, question: String) -> Result<bool, sqlx::Error>;

    /// Returns the rows of a query for applied migrations.
    async fn applied(&mut self, text: String) -> Result<Vec<Applied>, sqlx::Error>;

    /// Runs a statement with these three values.
    async fn record(&mut self, text: String, applied: Applied) -> Result<(), sqlx::Error>;
}

/// What differs between the databases when they are migrated.
pub(super) struct Dialect {
    /// Name of the folder of migrations.
    pub name: &'static str,
    /// Type of a time, with the current time as default.
    pub time: &'static str,
    /// Type of bytes.
    pub bytes: &'static str,
    /// Query for whether a table, `TABLE`, is there.
    pub has_table: &'static str,
    /// Query for whether it is there and may be read.
    pub may_read: &'static str,
}

#[cfg(any(feature = "sqlite", feature = "store"))]
pub(super) static SQLITE: Dialect = Dialect {
    name: "sqlite",
    time: "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
    bytes: "BLOB",
    has_table: "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'TABLE')",
    may_read: "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'TABLE')",
};

impl Dialect {
    /// Returns the file that adopts a database of the first versions, by its extension.
    pub fn adoption(&self, extension: &str) -> &'static str {
        text(&format!("adoption/{}.{extension}", self.name))
    }
}

/// A migration, from a file like `0001_former_addresses.sql`.
struct Migration {
    version: i64,
    description: String,
    sql: &'static str,
}

/// Returns the migrations in a folder, in order.
fn migrations(name: &str) -> Vec<Migration> {
    let files = FILES.get_dir(name).into_iter().flat_map(Dir::files);
    let mut all: Vec<_> = files.filter_map(|file| Migration::read(file.path().to_str()?)).collect();
    all.sort_by_key(|migration| migration.version);
    all
}

fn text(path: &str) -> &'static str {
    FILES.get_file(path).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

/// An applied migration: version, description and checksum.
pub(super) type Applied = (i64, String, Vec<u8>);

/// A migration that cannot be applied.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("migration {0} was applied once, and has changed since")]
    Changed(i64),
    #[error("migration {1} failed: {0}")]
    Failed(#[source] sqlx::Error, i64),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Migration(fault.into())
    }
}

/// Applies the missing migrations, each in a transaction of its own, and returns their number.
///
/// # Errors
/// [`Error::Migration`] if an applied migration differs from ours, [`Error::Config`] if it takes too long, a newer
/// version has changed what this one knows or the role lacks a privilege, and [`Error::Database`].
pub(super) async fn run(conn: &mut dyn Raw, settings: &DatabaseSettings) -> Result<usize, Error> {
    let key = &settings.url_key();
    let migrations = migrations(conn.dialect().name);
    let migrating = Migrating { conn, migrations, key };
    let late = || Error::Config(format!("{key} leads to a database that takes too long to migrate"));
    timeout(MIGRATION_TIMEOUT, migrating.bring_up_to_date()).await.map_err(|_| late())?
}

/// Returns how many migrations a database lacks; `key` is that of its URL.
///
/// # Errors
/// [`Error::Config`] if a newer version has changed what this one knows, and [`Error::Database`].
pub(super) async fn behind(conn: &mut Conn, key: &str) -> Result<usize, Error> {
    const APPLIED: &str = "SELECT version, description, checksum FROM latchkey_migrations ORDER BY version";
    let known = migrations(conn.pick("sqlite", "postgres"));
    let applied = match sql!(all(i64, String, Vec<u8>), conn, APPLIED) {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().is_some_and(|code| NO_TABLE.contains(&&*code)) =>
        {
            Vec::new()
        }
        applied => applied?,
    };
    let newer = newer(&known, &applied, key)?;
    Ok(known.len() + newer.len() - applied.len())
}

/// Returns the applied versions that only a newer Latchkey knows.
fn newer(known: &[Migration], applied: &[Applied], key: &str) -> Result<Vec<i64>, Error> {
    let unknown = applied.iter().filter(|(version, ..)| known.iter().all(|known| known.version != *version));
    let mut versions = Vec::new();
    for (version, description, _) in unknown {
        if description.ends_with(BREAKS) {
            return Err(Error::Config(format!(
                "{key} leads to a database that a newer version of Latchkey has changed (migration {version}, {description}): start that version"
            )));
        }
        versions.push(*version);
    }
    Ok(versions)
}

impl Migration {
    fn read(path: &str) -> Option<Self> {
        let (_, name) = path.rsplit_once('/')?;
        let (version, description) = name.strip_suffix(".sql")?.split_once('_')?;
        let description = description.replace('_', " ");
        Some(Self { version: version.parse().ok()?, description, sql: text(path) })
    }

    /// Returns its record.
    fn applied(&self) -> Applied {
        let adds_only = self.sql.lines().next() == Some(ADDS_ONLY);
        let breaks = if adds_only { "" } else { BREAKS };
        (self.version, format!("{}{breaks}", self.description), self.checksum())
    }

    /// Returns its checksum, independent of line endings.
    fn checksum(&self) -> Vec<u8> {
        Sha384::digest(self.sql.replace("\r\n", "\n")).to_vec()
    }
}

/// A database that is being migrated.
struct Migrating<'a> {
    conn: &'a mut dyn Raw,
    migrations: Vec<Migration>,
    /// Key of its URL.
    key: &'a str,
}

impl Migrating<'_> {
    async fn bring_up_to_date(mut self) -> Result<usize, Error> {
        // Checked without a lock first: an up-to-date database needs no privilege to migrate.
        if let Some(applied) = self.applied_in_whole().await? {
            for version in newer(&self.migrations, &applied, self.key)? {
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

    /// Returns the applied migrations if none is missing.
    async fn applied_in_whole(&mut self) -> Result<Option<Vec<Applied>>, Error> {
        // In a transaction, since a pooler may give each statement another connection.
        self.conn.run("BEGIN").await?;
        let applied = self.applied().await;
        self.conn.run("ROLLBACK").await?;
        let applied = applied?;
        let pending = self.pending(&applied)?.is_some();
        Ok((!pending).then_some(applied))
    }

    /// Returns the first missing migration.
    fn pending(&self, applied: &[Applied]) -> Result<Option<&Migration>, Error> {
        for migration in &self.migrations {
            match applied.iter().find(|(version, ..)| *version == migration.version) {
                None => return Ok(Some(migration)),
                Some((version, _, sum)) if *sum != migration.checksum() => {
                    return Err(Fault::Changed(*version).into());
                }
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// Applies the next migration, all of it or nothing; false if none is missing.
    async fn step(&mut self) -> Result<bool, Error> {
        self.conn.begin().await?;
        match self.apply_next().await {
            Ok(applied) => self.conn.run("COMMIT").await.map(|()| applied).map_err(Error::from),
            Err(error) => {
                let _ = self.conn.run("ROLLBACK").await;
                Err(error)
            }
        }
    }

    async fn apply_next(&mut self) -> Result<bool, Error> {
        let applied = self.applied().await?;
        newer(&self.migrations, &applied, self.key)?;
        let Some(next) = self.pending(&applied)? else { return Ok(false) };
        let (version, sql, record) = (next.version, next.sql, next.applied());
        let done = async {
            if applied.is_empty() && adopt::is_due(self.conn).await? {
                self.make_table().await?;
                adopt::adopt(self.conn).await?;
                for migration in self.migrations.iter().take(adopt::COUNT) {
                    record_in(self.conn, migration.applied()).await?;
                }
                return Ok(());
            }
            self.make_table().await?;
            self.conn.run(sql).await?;
            record_in(self.conn, record).await
        };
        match done.await {
            Ok(()) => Ok(true),
            Err(sqlx::Error::Database(refusal)) if refusal.code().is_some_and(|code| code == NO_RIGHT) => {
                let what = "leads to a database that lacks a migration, and this role may not apply it: run `latchkey migrate` as a role that may create tables";
                Err(Error::Config(format!("{} {what} ({refusal})", self.key)))
            }
            Err(sqlx::Error::Configuration(told)) => Err(Error::Config(format!("{} {told}", self.key))),
            Err(error) => Err(Fault::Failed(error, version).into()),
        }
    }

    async fn make_table(&mut self) -> Result<(), sqlx::Error> {
        let Dialect { time, bytes, .. } = self.conn.dialect();
        let table = format!(
            "CREATE TABLE IF NOT EXISTS {TABLE} (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                installed_on {time}, success BOOLEAN NOT NULL, checksum {bytes} NOT NULL,
                execution_time BIGINT NOT NULL)"
        );
        self.conn.run(&table).await
    }

    /// Returns the applied migrations; none if there is no record of them.
    async fn applied(&mut self) -> Result<Vec<Applied>, Error> {
        if !self.conn.is(self.conn.dialect().has_table.replace("TABLE", TABLE)).await? {
            return Ok(Vec::new());
        }
        let text = format!("SELECT version, description, checksum FROM {TABLE} ORDER BY version");
        Ok(self.conn.applied(text).await?)
    }
}

async fn record_in(conn: &mut dyn Raw, applied: Applied) -> Result<(), sqlx::Error> {
    let insert = format!(
        "INSERT INTO {TABLE} (version, description, success, checksum, execution_time)
        VALUES ($1, $2, TRUE, $3, 0)"
    );
    conn.record(insert, applied).await
}
