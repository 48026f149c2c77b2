//! Work after the answer: the worker of the outbox, and what is done on a schedule.

pub mod canonical;
mod clerk;
pub mod delivery;
mod desk;
pub mod heartbeat;
mod ledger;
mod purge;
mod requests;
mod rounds;
mod sender;
pub mod worker;
