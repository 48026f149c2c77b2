//! Passkeys of people, and of forgers.

pub mod authenticator;
pub mod cbor;
mod device;
pub mod keys;

pub use device::{Device, Somebody, URL, question, with_id};
