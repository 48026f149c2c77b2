//! Accounts: who may sign in and with what, and the pages on which people look after theirs.

pub mod breached;
pub mod canonical;
pub mod care;
pub mod change;
pub mod change_email;
pub mod change_phone;
pub mod confirm;
pub mod delete;
pub mod email;
pub mod fault;
pub mod gate;
pub mod hash;
pub mod hasher;
pub mod home;
pub mod invite;
pub mod let_in;
pub mod login;
pub mod logout;
pub mod notice;
pub mod password;
pub mod pepper;
pub mod phone;
pub mod queue;
pub mod register;
pub mod remember;
pub mod role;
pub mod rules;
pub mod session;
pub mod taken;
pub mod undo;

use rocket::Route;

pub use hash::PasswordHash;

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        register::routes(),
        confirm::routes(),
        login::routes(),
        logout::routes(),
        home::routes(),
        change::routes(),
        change_email::routes(),
        change_phone::routes(),
        delete::routes(),
    ]
    .concat()
}
