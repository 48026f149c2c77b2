//! "This wasn't me" as a state machine of its own: addresses that an account has and had, links, proofs, deletion and a
//! second account, explored to a depth and walked beside real servers.
//!
//! Each step is whole here: what may happen between guards and commit is the larger model's.

mod explored;
mod rules;
mod site;
mod state;
mod walked;
