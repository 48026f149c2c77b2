//! Takes over a database of the first versions, whose tables had no prefix of our own and whose migrations stood in
//! sqlx's own table, perhaps beside a host's.

use super::{hexadecimal, migrate::Raw};

/// How many migrations there were.
pub(super) const COUNT: usize = 10;

/// Where they stood.
const TABLE: &str = "_sqlx_migrations";

/// Their SHA-384, a line for each.
const SUMS_SQLITE: &str = include_str!("../../migrations/adoption/sqlite.sums");
const SUMS_POSTGRES: &str = include_str!("../../migrations/adoption/postgres.sums");

/// What brings the tables under their names of today.
const RENAME_SQLITE: &str = include_str!("../../migrations/adoption/sqlite.sql");
const RENAME_POSTGRES: &str = include_str!("../../migrations/adoption/postgres.sql");

/// Whether all of them are there, by number and checksum.
///
/// # Errors
/// [`sqlx::Error::Configuration`] if only some are there, and what the database says.
pub(super) async fn is_due(conn: &mut Raw<'_>) -> Result<bool, sqlx::Error> {
    let (sums, is_there) = match conn {
        Raw::Sqlite(_) => (
            SUMS_SQLITE,
            format!("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{TABLE}')"),
        ),
        // A host's own table may be none of our business.
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

/// Renames everything, and leaves sqlx's table to whoever else has something in it.
///
/// # Errors
/// What the database says.
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
