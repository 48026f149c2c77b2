//! Background work: the outbox's worker, and scheduled tasks.

pub mod canonical;
mod clerk;
pub mod delivery;
mod desk;
pub mod heartbeat;
mod ledger;
mod purge;
mod removal;
mod requests;
mod rounds;
mod sender;
pub mod worker;
