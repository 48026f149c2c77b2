//! What holds only if it holds every time: a few rounds here, as many as wanted by `scripts/soak`.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod arena;
mod crashes;
mod faults;
mod ledger;
mod length;
mod orders;
mod post;
mod races;
mod sensitivity;
mod traveller;
