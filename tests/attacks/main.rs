//! The attacks of `attacks.txt`, each tried under its id: nothing that X does harms V.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;
#[macro_use]
mod tries;

mod binding;
mod codes;
mod csrf;
mod host;
mod lifetime;
#[path = "../transport/listener.rs"]
mod listener;
mod log;
mod mail_injection;
mod rate;
mod raw;
mod recipient;
mod revocation;
mod scanner;
mod scene;
mod single_use;
mod sink;
mod token;
