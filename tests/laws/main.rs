//! Guarantees of the site: each law in plain words, proved only through HTTP and the mailbox.

#[macro_use]
extern crate latchkey_testing as common;

mod account;
mod accounts;
mod admin;
mod admin_messages;
mod admin_pages;
mod advice;
mod attached;
mod bad_input;
mod binding;
mod buckets;
mod canonical;
mod codes;
mod confirm;
mod device;
mod factors;
mod flash;
mod framed;
mod held_back;
mod host;
mod hosted;
mod in_flight;
mod inert;
mod invited;
mod key;
mod known;
mod let_in;
mod limits;
mod next;
mod notice;
mod noticed;
mod origin;
mod outage;
mod own_rule;
mod own_strategy;
mod pages;
mod passkeys;
mod password;
mod policy;
#[cfg(unix)]
mod pooler;
mod probes;
mod registering;
mod restart;
mod rotation;
mod senders;
mod sent_codes;
mod session;
mod shared;
mod sms;
mod strategies;
mod trusted;
mod typed;
mod undo;
mod urls;
