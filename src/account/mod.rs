//! Accounts: registration, the pages on which people manage their accounts, and notices to the owner.

pub mod change;
pub mod change_email;
pub mod change_phone;
pub mod confirm;
pub mod delete;
pub mod home;
pub mod invite;
pub mod notice;
pub mod register;
pub mod taken;

use rocket::Route;

use crate::sign_in::{login, logout};

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
