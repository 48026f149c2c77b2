//! The ways in, and the way out.

pub mod login;
pub mod logout;
