//! "This wasn't me" as a separate state machine: present and former addresses of an account, links, proofs, deletion
//! and a second account, explored to a depth and run alongside real servers.
//!
//! Each step is atomic here: events between guards and commit belong to the larger model.

mod explored;
mod rules;
mod site;
mod state;
mod walked;
