//! Work after the answer: the worker of the outbox, and what is done on a schedule.

pub mod canonical;
mod clerk;
mod desk;
mod ledger;
mod purge;
pub mod request;
mod rounds;
mod sender;
pub mod worker;
