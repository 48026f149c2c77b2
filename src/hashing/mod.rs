//! Passwords: their rules, their hashes, and turns at hashing.

pub mod breached;
pub mod hash;
pub mod hasher;
pub mod own_rule;
pub mod password;
pub mod pepper;
pub mod queue;
pub mod rules;
