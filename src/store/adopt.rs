//! Adopts a database of the first versions, whose tables had no prefix of our own and whose migrations were recorded in
//! sqlx's own table, perhaps beside a host's.

use super::{hexadecimal, migrate::Raw};

/// Number of their migrations.
pub(super) const COUNT: usize = 10;

/// Table that recorded them.
const TABLE: &str = "_sqlx_migrations";

/// True if all of them are applied, by number and checksum.
///
/// # Errors
/// [`sqlx::Error::Configuration`] if only some are applied, and the database's errors.
pub(super) async fn is_due(conn: &mut dyn Raw) -> Result<bool, sqlx::Error> {
    // We may lack the privilege to read a host's own table.
    let is_there = conn.dialect().may_read.replace("TABLE", TABLE);
    if !conn.is(is_there).await? {
        return Ok(false);
    }
    let text = format!("SELECT version, description, checksum FROM {TABLE} WHERE version <= {COUNT}");
    let applied = conn.applied(text).await?;
    let sums = conn.dialect().adoption("sums");
    let is_ours = |(version, sum): (i64, &str)| {
        applied.iter().any(|(applied, _, checksum)| *applied == version && hexadecimal(checksum) == sum)
    };
    match (1..).zip(sums.lines()).filter(|each| is_ours(*each)).count() {
        COUNT => Ok(true),
        0 => Ok(false),
        some => {
            let what = format!(
                "leads to a database of an older version, which has {some} of its {COUNT} migrations: start the last of those versions once"
            );
            Err(sqlx::Error::Configuration(what.into()))
        }
    }
}

/// Renames everything, and drops sqlx's table unless it still has entries.
///
/// # Errors
/// The database's errors.
pub(super) async fn adopt(conn: &mut dyn Raw) -> Result<(), sqlx::Error> {
    conn.run(conn.dialect().adoption("sql")).await?;
    conn.run(&format!("DELETE FROM {TABLE} WHERE version <= {COUNT}")).await?;
    if !conn.is(format!("SELECT EXISTS (SELECT 1 FROM {TABLE})")).await? {
        conn.run(&format!("DROP TABLE {TABLE}")).await?;
    }
    Ok(())
}
