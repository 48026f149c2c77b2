//! Passkeys: answers of real and of forged authenticators.

mod flips;
mod keys;
mod software;
mod steps;
mod vectors;

use latchkey_testing::passkeys::{authenticator, cbor};
