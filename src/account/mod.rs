//! Accounts: registration, the pages on which people manage their accounts, and notices to the owner.

mod asked;
pub mod change;
pub mod change_email;
pub mod change_phone;
pub mod confirm;
pub mod confirm_again;
pub mod delete;
mod first_password;
pub mod home;
pub mod invite;
pub mod leaving;
pub mod notice;
pub mod register;
pub mod taken;
pub mod tokens;
pub mod tokens_page;
pub mod trusted;
pub mod unanswered;
pub mod username;
pub mod username_reminder;

use rocket::Route;

use crate::view::shown::Sample;

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        register::routes(),
        confirm_again::routes(),
        confirm::routes(),
        home::routes(),
        trusted::routes(),
        tokens::routes(),
        change::routes(),
        change_email::routes(),
        change_phone::routes(),
        username::routes(),
        username_reminder::routes(),
        delete::routes(),
    ]
    .concat()
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    [
        Sample::of::<register::RegisterPage>(),
        Sample::of::<register::RegisterSentPage>(),
        Sample::of::<confirm_again::ConfirmRequestPage>(),
        Sample::of::<confirm_again::ConfirmSentPage>(),
        Sample::of::<confirm::ConfirmPage>(),
        Sample::of::<home::HomePage>(),
        Sample::of::<home::SessionsPage>(),
        Sample::of::<tokens_page::TokensPage>(),
        Sample::of::<tokens_page::NewTokenPage>(),
        Sample::of::<change::ChangePage>(),
        Sample::of::<change_email::EmailPage>(),
        Sample::of::<change_email::EmailSentPage>(),
        Sample::of::<change_email::EmailConfirmPage>(),
        Sample::of::<username::UsernamePage>(),
        Sample::of::<username_reminder::ReminderPage>(),
        Sample::of::<username_reminder::ReminderSentPage>(),
        Sample::of::<change_phone::PhonePage>(),
        Sample::of::<change_phone::PhoneCodePage>(),
        Sample::of::<delete::DeletePage>(),
    ]
    .concat()
}
