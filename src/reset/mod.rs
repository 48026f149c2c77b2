//! Account recovery: five strategies, and those of an application, of which the policy chooses one for each account.
//!
//! [`request`] accepts the request, the outbox's worker issues the key, [`arrive`] moves it from the link into a
//! cookie, [`ticket`] proves it to the routes of its strategy, and [`complete`] sets the password and ends everything
//! older.

pub mod approval;
pub mod arrive;
pub mod at_once;
pub mod complete;
pub mod generated_password;
pub mod issue;
pub mod journey;
pub mod new_password;
pub mod not_me;
pub mod one_time_login;
pub mod own;
pub mod request;
pub mod restart;
pub mod second_key;
pub mod second_step;
pub mod send_code;
pub mod set_then_login;
pub mod sms_approved;
pub mod sms_approved_factor;
pub mod ticket;
pub mod typed;
pub mod undo;

use rocket::{Route, fairing::AdHoc};
use serde::Serialize;

use crate::{policy::strategy::Strategy, view::shown::Sample};

/// Installs the routes of a strategy.
pub fn fairing(strategy: Strategy) -> AdHoc {
    match strategy {
        Strategy::SmsApproved => sms_approved::fairing(),
        Strategy::SecondKey => second_key::fairing(),
        Strategy::SetThenLogin => set_then_login::fairing(),
        Strategy::OneTimeLogin => one_time_login::fairing(),
        Strategy::GeneratedPassword => generated_password::fairing(),
        Strategy::Own(own) => own::fairing(own),
    }
}

/// The routes that all strategies share.
pub fn routes() -> Vec<Route> {
    [
        request::routes(),
        arrive::routes(),
        at_once::routes(),
        restart::routes(),
        new_password::routes(),
        not_me::routes(),
    ]
    .concat()
}

/// Samples of the pages.
pub fn samples() -> Vec<Sample> {
    [
        Sample::of::<request::RequestPage>(),
        Sample::of::<request::SentPage>(),
        Sample::of::<arrive::TypePage>(),
        Sample::of::<arrive::CancelledPage>(),
        Sample::of::<restart::RestartPage>(),
        Sample::of::<one_time_login::OneTimeLoginPage>(),
        Sample::of::<set_then_login::SetThenLoginPage>(),
        Sample::of::<generated_password::GeneratedPasswordPage>(),
        Sample::of::<generated_password::GeneratedPasswordSentPage>(),
        Sample::of::<second_key::SecondKeyPage>(),
        Sample::of::<second_key::SecondKeyFormPage>(),
        Sample::of::<sms_approved::SmsApprovedPage>(),
        Sample::of::<sms_approved::SmsApprovedFormPage>(),
        Sample::of::<sms_approved_factor::FactorApprovalPage>(),
        Sample::of::<own::page::OwnPage>(),
        Sample::of::<new_password::NewPasswordPage>(),
        Sample::of::<not_me::NotMePage>(),
        Sample::of::<not_me::NotMeDonePage>(),
    ]
    .concat()
}

/// Where somebody is on the way.
#[derive(Serialize)]
struct Steps {
    step: u8,
    /// Number of all.
    steps: u8,
}

impl Steps {
    /// Returns a step of a strategy.
    fn of(strategy: Strategy, step: u8) -> Self {
        Self { step, steps: strategy.steps() }
    }
}

#[cfg(test)]
mod tests;
