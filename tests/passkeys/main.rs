//! Passkeys: answers of real and of forged authenticators.

mod authenticator;
mod cbor;
mod flips;
mod keys;
mod steps;
mod vectors;
