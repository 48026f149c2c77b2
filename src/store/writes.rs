//! Tracks whether the database accepts writes, by the outcome of the last one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// SQLSTATE of a read-only server: a standby, or what is left after a fail-over.
const READ_ONLY: &str = "25006";
/// SQLSTATE of a missing privilege.
const NO_RIGHT: &str = "42501";
/// SQLSTATE of a server that has reached its connection limit, which says nothing of its disk.
const NO_ROOM: &str = "53300";
/// SQLite's primary result codes READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB.
const OF_THE_FILE: [i32; 6] = [8, 10, 11, 13, 14, 26];

/// Outcome of the last write, shared by all transactions of a pool.
#[derive(Clone, Default)]
pub struct Writes(Arc<AtomicBool>);

impl Writes {
    /// True unless a write has failed since the last one that succeeded.
    pub fn work(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    pub(super) fn succeeded(&self) {
        if !self.work() {
            log::info!("the database takes writes again");
            self.0.store(false, Ordering::Relaxed);
        }
    }

    /// Records an error if it means that no write can succeed.
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
        // SQLite's extended codes hold the primary one in their last byte; an SQLSTATE has five characters.
        Ok(sqlite) if code.len() != 5 => OF_THE_FILE.contains(&(sqlite & 0xff)),
        // Insufficient resources, system errors, corruption.
        _ => {
            [READ_ONLY, NO_RIGHT].contains(&&*code)
                || code != NO_ROOM && ["53", "58", "XX"].iter().any(|class| code.starts_with(class))
        }
    }
}
