//! Whether the database takes writes: what became of the last one that somebody needed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// SQLSTATE of a server that only reads: a standby, or what is left after a fail-over.
const READ_ONLY: &str = "25006";
/// SQLSTATE of a role that may not.
const NO_RIGHT: &str = "42501";
/// SQLSTATE of a server that has no room for one more connection, which says nothing of its disk.
const NO_ROOM: &str = "53300";
/// SQLite's primary result codes READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB.
const OF_THE_FILE: [i32; 6] = [8, 10, 11, 13, 14, 26];

/// The last write's outcome, which all transactions of a pool share.
#[derive(Clone, Default)]
pub struct Writes(Arc<AtomicBool>);

impl Writes {
    /// Whether none has failed since the last one that succeeded.
    pub fn work(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    pub(super) fn succeeded(&self) {
        if !self.work() {
            log::info!("the database takes writes again");
            self.0.store(false, Ordering::Relaxed);
        }
    }

    /// Notes an error, if it says that no write can succeed.
    pub(super) fn failed(&self, error: &sqlx::Error) {
        if refuses_writes(error) && !self.0.swap(true, Ordering::Relaxed) {
            log::error!("the database takes no writes: {error}");
        }
    }
}

fn refuses_writes(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else { return false };
    let code = refusal.code().unwrap_or_default();
    match code.parse::<i32>() {
        // SQLite's extended codes have the primary one in their last byte; a SQLSTATE has five characters.
        Ok(sqlite) if code.len() != 5 => OF_THE_FILE.contains(&(sqlite & 0xff)),
        // Insufficient resources, errors of the system, corruption.
        _ => {
            [READ_ONLY, NO_RIGHT].contains(&&*code)
                || code != NO_ROOM && ["53", "58", "XX"].iter().any(|class| code.starts_with(class))
        }
    }
}
