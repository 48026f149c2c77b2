//! Passwords: what is one, how it is hashed, and whose turn it is.

pub mod breached;
pub mod hash;
pub mod hasher;
pub mod lanes;
pub mod password;
pub mod pepper;
pub mod queue;
pub mod rules;
