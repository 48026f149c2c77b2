//! Authentication: sessions, remembered and trusted browsers, second factors, roles and permissions, behind one gate.

pub mod account;
mod admission;
pub mod again;
pub mod code;
pub mod first;
pub mod fresh_within;
pub mod gate;
pub mod identity;
pub mod owed;
pub mod passkey;
pub mod pending;
pub mod permission;
pub mod question;
pub mod recipient;
pub mod recovery;
pub mod remember;
pub mod requested;
pub mod role;
pub mod second_factor;
pub mod sent_code;
pub mod session;
pub mod stepped_up;
pub mod temporary;
pub mod told;
pub mod totp;
pub mod trusted;
pub mod unopened;
