//! Laws that have to hold every time: a few rounds in a normal test run, any number in `scripts/soak`.

#[macro_use]
extern crate latchkey_testing as common;

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
