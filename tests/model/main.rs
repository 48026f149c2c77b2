//! The state machine of keys, sessions and policy: fully explored by a model checker, then compared with real
//! servers.

#[macro_use]
extern crate latchkey_testing as common;

mod canonical;
mod commit;
mod draws;
mod driven;
mod ends;
mod explored;
mod factors;
mod laws;
#[path = "../soak/length.rs"]
mod length;
mod operation;
mod owner;
mod rules;
mod scope;
mod seen;
mod state;
mod undoing;
mod walk;
mod world;
