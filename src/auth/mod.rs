//! Authentication: sessions, remembered browsers and roles, behind one gate.

pub mod account;
pub mod code;
pub mod gate;
pub mod remember;
pub mod role;
pub mod session;
pub mod temporary;
