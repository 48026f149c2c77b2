//! Passkeys: what the site asks a browser for, and whether an answer is right (W3C Web Authentication Level 3). Functions
//! of their arguments alone: challenges are kept, and credentials found, elsewhere.
//!
//! Comments such as "7.1 (8)" name the section of the specification and its step.

pub mod algorithm;
mod cbor;
mod cose;
mod ed25519;
pub mod public_key;
pub mod refusal;
