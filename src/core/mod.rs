//! What every feature works with: the audit log, limits, tallies, codes, and the servers that share the database.

pub mod bells;
pub mod event;
pub mod events;
pub mod limits;
pub mod replicas;
pub mod tally;
