//! Passkeys: what the site asks a browser for, and whether an answer is right (W3C Web Authentication Level 3). Functions
//! of their arguments alone: challenges are kept, and credentials found, elsewhere.
//!
//! Comments such as "7.1 (8)" name the section of the specification and its step.

pub mod algorithm;
pub mod answer;
pub mod assertion;
pub mod attestation;
pub mod attested;
pub mod authenticator_data;
pub mod base64url;
mod cbor;
pub mod ceremony;
pub mod challenge;
pub mod client_data;
mod cose;
pub mod credential;
mod ed25519;
pub mod makers;
pub mod options;
pub mod public_key;
pub mod refusal;
pub mod registration;
pub mod relying_party;
pub mod transports;
pub mod user_handle;
