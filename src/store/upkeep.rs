//! The table `upkeep`: one-time jobs done to rows of an earlier version.

use super::{Conn, Tx, sql};
use crate::base::{Error, clock::Time};

/// True if a job was done.
pub async fn is_done(conn: &mut Conn, name: &str) -> Result<bool, Error> {
    const IS_DONE: &str = "SELECT name FROM latchkey_upkeep WHERE name = $1";
    Ok(sql!(optional(String,), conn, IS_DONE, name)?.is_some())
}

/// Records a job as done.
pub async fn done(tx: &mut Tx, name: &str, now: Time) -> Result<(), Error> {
    const DONE: &str =
        "INSERT INTO latchkey_upkeep (name, done_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql!(queue tx, DONE, name, now)?;
    Ok(())
}
