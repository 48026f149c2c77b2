//! Passkeys: answers of real and of forged authenticators.

mod authenticator;
mod cbor;
mod flips;
mod keys;
mod software;
mod steps;
mod vectors;
