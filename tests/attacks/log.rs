//! Everything that the servers of this process log at debug level, kept for the scenes to search.

use std::sync::{Mutex, Once};

use log::{Level, LevelFilter, Log, Metadata, Record};

struct Kept(Mutex<Vec<String>>);

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    /// The same filter as in `crates/server/src/logger.rs` at debug level.
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        let target = about.target();
        let of_requests = target.starts_with("rocket::") || target.ends_with("::_");
        !of_requests && (target.starts_with("latchkey") || about.level() <= Level::Warn)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("unpoisoned").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// Starts to keep lines, and returns the number kept so far.
pub fn begin() -> usize {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        log::set_logger(&KEPT).expect("no other logger");
        log::set_max_level(LevelFilter::Debug);
    });
    KEPT.0.lock().expect("unpoisoned").len()
}

/// Lines logged since then, by any scene.
pub fn since(begun: usize) -> Vec<String> {
    KEPT.0.lock().expect("unpoisoned")[begun..].to_vec()
}
