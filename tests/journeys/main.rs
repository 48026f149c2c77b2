//! Whole journeys in a real browser, with real mail and text messages, on the real binary.

#[macro_use]
extern crate latchkey_testing as common;

mod chrome;
mod console;
mod gateway;
mod journey;
mod mail;
mod passkeys;

for_every_strategy! {
    from_forgotten_to_signed_in,
}

for_both_databases! {
    an_admin_looks_after_somebody,
    a_person_signs_in_by_passkey,
}

use common::Setting;

async fn from_forgotten_to_signed_in(setting: Setting) {
    match journey::Journey::begin(setting).await {
        Ok(journey) => journey.go().await,
        Err(missing) => common::skip(&missing),
    }
}

async fn an_admin_looks_after_somebody(setting: Setting) {
    if let Err(missing) = console::look_after(setting).await {
        common::skip(&missing);
    }
}

async fn a_person_signs_in_by_passkey(setting: Setting) {
    if let Err(missing) = passkeys::by_passkey(setting).await {
        common::skip(&missing);
    }
}
