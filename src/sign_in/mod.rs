//! Sign-in, in the ways that the policy offers, and sign-out.

pub mod app;
mod basic;
pub mod by;
pub mod enter;
pub mod key;
pub mod login;
pub mod logout;
pub mod page;
pub mod passkey;
pub mod permission;
pub mod refresh;
pub mod request;
pub mod send;
pub mod unified;
pub mod urls;

use rocket::Route;

use crate::view::shown::Sample;

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        login::routes(),
        passkey::routes(),
        send::routes(),
        key::routes(),
        app::routes(),
        unified::routes(),
        refresh::routes(),
        logout::routes(),
    ]
    .concat()
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    [
        Sample::of::<page::LoginPage>(),
        Sample::of::<passkey::PasskeyPage>(),
        Sample::of::<send::SignInSentPage>(),
        Sample::of::<key::SignInLinkPage>(),
        Sample::of::<app::AppPage>(),
        Sample::of::<logout::LogoutPage>(),
    ]
    .concat()
}
