//! Adopts a database of the first versions, whose tables had no prefix of our own and whose migrations were recorded in
//! sqlx's own table, perhaps beside a host's.

use super::{hexadecimal, migrate::Raw};

/// Number of their migrations.
pub(super) const COUNT: usize = 10;

/// Table that recorded them.
const TABLE: &str = "_sqlx_migrations";

/// Their SHA-384 checksums, one per line.
const SUMS_SQLITE: &str = include_str!("../../migrations/adoption/sqlite.sums");
const SUMS_POSTGRES: &str = include_str!("../../migrations/adoption/postgres.sums");

/// SQL that renames the tables to their current names.
const RENAME_SQLITE: &str = include_str!("../../migrations/adoption/sqlite.sql");
const RENAME_POSTGRES: &str = include_str!("../../migrations/adoption/postgres.sql");

/// True if all of them are applied, by number and checksum.
///
/// # Errors
/// [`sqlx::Error::Configuration`] if only some are applied, and the database's errors.
pub(super) async fn is_due(conn: &mut Raw<'_>) -> Result<bool, sqlx::Error> {
    let (sums, is_there) = match conn {
        Raw::Sqlite(_) => (
            SUMS_SQLITE,
            format!("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{TABLE}')"),
        ),
        // We may lack the privilege to read a host's own table.
        Raw::Postgres(..) => (
            SUMS_POSTGRES,
            format!("SELECT COALESCE(has_table_privilege(to_regclass('{TABLE}'), 'SELECT'), FALSE)"),
        ),
    };
    if !conn.is(is_there).await? {
        return Ok(false);
    }
    let text = format!("SELECT version, description, checksum FROM {TABLE} WHERE version <= {COUNT}");
    let applied = conn.rows(text).await?;
    let is_ours = |(version, sum): (i64, &str)| {
        applied.iter().any(|(applied, _, checksum)| *applied == version && hexadecimal(checksum) == sum)
    };
    match (1..).zip(sums.lines()).filter(|each| is_ours(*each)).count() {
        COUNT => Ok(true),
        0 => Ok(false),
        some => {
            let what = format!(
                "databases.latchkey.url leads to a database of an older version, which has {some} of its {COUNT} migrations: start the last of those versions once"
            );
            Err(sqlx::Error::Configuration(what.into()))
        }
    }
}

/// Renames everything, and drops sqlx's table unless it still has entries.
///
/// # Errors
/// The database's errors.
pub(super) async fn adopt(conn: &mut Raw<'_>) -> Result<(), sqlx::Error> {
    let rename = match conn {
        Raw::Sqlite(_) => RENAME_SQLITE,
        Raw::Postgres(..) => RENAME_POSTGRES,
    };
    conn.run(rename).await?;
    conn.run(&format!("DELETE FROM {TABLE} WHERE version <= {COUNT}")).await?;
    if !conn.is(format!("SELECT EXISTS (SELECT 1 FROM {TABLE})")).await? {
        conn.run(&format!("DROP TABLE {TABLE}")).await?;
    }
    Ok(())
}
