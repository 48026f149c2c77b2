//! Second factors: the page that asks for one at sign-in, and those on which people set them up.

pub mod asking;
pub mod codes;
pub mod email;
pub mod enrol;
pub mod list;
pub mod passkey;
pub mod prove;
pub mod resume;
pub mod sending;
pub mod sent;
pub mod setup;
pub mod sms;
pub mod totp;
pub mod verify;
pub mod verify_password;
pub mod ways;

use rocket::Route;

use crate::view::shown::Sample;

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        prove::routes(),
        verify::routes(),
        verify_password::routes(),
        list::routes(),
        passkey::routes(),
        totp::routes(),
        sms::routes(),
        email::routes(),
        sent::routes(),
        codes::routes(),
        setup::routes(),
    ]
    .concat()
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    [
        Sample::of::<prove::FactorPage>(),
        Sample::of::<verify::VerifyPage>(),
        Sample::of::<list::FactorsPage>(),
        Sample::of::<passkey::PasskeyPage>(),
        Sample::of::<totp::TotpPage>(),
        Sample::of::<sms::NumberPage>(),
        Sample::of::<sent::SentPage>(),
        Sample::of::<codes::CodesPage>(),
    ]
    .concat()
}
