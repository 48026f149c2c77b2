//! The gate: who is signed in, for how long, and what they may do.

pub mod code;
pub mod gate;
pub mod remember;
pub mod role;
pub mod session;
pub mod temporary;
