//! The attacks of `attacks.txt`, each tried under its id: nothing that X does harms V.

#[macro_use]
extern crate latchkey_testing as common;

use common::script;
#[macro_use]
mod tries;

#[path = "../transport/authority.rs"]
mod authority;
mod bcrypt;
mod binding;
mod codes;
mod config;
mod csrf;
mod doors;
mod dos;
mod enrolment;
mod enumeration;
mod everywhere;
mod fault;
mod fixation;
mod fixture;
mod forger;
mod generated_password;
mod guarded;
mod host;
mod id_change;
mod invalidation;
mod json;
mod leak;
mod lifetime;
mod lines;
#[path = "../transport/listener.rs"]
mod listener;
mod log;
mod mail_injection;
mod mailed_codes;
mod notice;
mod own_strategy;
mod passkey_bytes;
mod passkeys;
mod pending;
mod policy;
mod proofs;
mod questions;
mod race;
mod rate;
mod raw;
mod recipient;
mod redirect;
mod revocation;
mod roles;
mod scanner;
mod secrets;
mod session;
mod single_use;
mod sink;
mod sms;
mod storage;
mod template;
mod tls;
mod token;
mod tokens;
mod trusted;
mod undo;
mod unicode_id;
mod usernames;
mod ways_in;
mod web;
mod worker;
mod xss;
