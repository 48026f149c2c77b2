//! Second factors as a separate state machine: what a sign-in or a reset owes, what ends with a change of factors, and
//! how the owner gets back in; explored whole, and run alongside real servers.
//!
//! Each step is atomic here, from the request for a reset to the page that asks for the factor: keys, and events between
//! guards and commit, belong to the larger model.

mod explored;
mod gate;
mod owner;
mod rules;
mod seen;
mod site;
mod state;
mod walked;
