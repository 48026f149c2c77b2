//! Accounts: who may sign in, and with what.

pub mod breached;
pub mod fault;
pub mod hash;
pub mod hasher;
pub mod password;
pub mod pepper;
pub mod rules;
