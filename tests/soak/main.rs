//! Laws that have to hold every time: a few rounds in a normal test run, any number in `scripts/soak`.

#[macro_use]
extern crate latchkey_testing as common;

mod actor;
mod crashes;
mod db_probe;
mod faults;
mod harness;
mod length;
mod orders;
mod post;
mod races;
mod sensitivity;
