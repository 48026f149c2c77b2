//! Whole journeys in a real browser, with real mail and text messages, on the real binary.

#[macro_use]
extern crate latchkey_testing as common;

mod app;
mod console;
mod factors;
mod gateway;
mod journey;
mod mail;
mod methods;
mod pages;
mod passkeys;
mod resets;
mod unhappy;
mod visit;

for_every_strategy! {
    from_forgotten_to_signed_in,
}

for_both_databases! {
    an_admin_looks_after_somebody,
    a_person_signs_in_by_passkey,
    an_app_is_a_second_factor,
    a_text_is_a_second_factor,
    a_mail_is_a_second_factor,
    a_recovery_code_stands_in_for_a_factor,
    each_way_that_is_offered_signs_in,
    a_reset_owes_the_factor,
    an_app_approves_a_reset,
    a_passkey_approves_a_reset,
    a_lost_browser_is_not_the_end,
    wrong_codes_are_not_the_end,
    back_and_reload_show_what_is_true,
    a_browser_without_cookies_is_told,
    every_other_page_is_accessible,
}

use common::{Engine, Setting, Strategy};

/// Once: it waits for a minute, and neither pages nor keys depend on the database.
#[test]
fn a_link_that_expires_loses_nothing_else() {
    common::prove(Strategy::SetThenLogin, Engine::Sqlite, link_that_expires);
}

async fn from_forgotten_to_signed_in(setting: Setting) {
    match journey::Journey::begin(setting).await {
        Ok(journey) => journey.go().await,
        Err(missing) => common::skip(&missing),
    }
}

/// Each a journey, skipped if something for it is missing here.
macro_rules! journeys {
    ($($name:ident: $journey:path,)+) => {$(
        async fn $name(setting: Setting) {
            if let Err(missing) = $journey(setting).await {
                common::skip(&missing);
            }
        }
    )+};
}

journeys! {
    an_admin_looks_after_somebody: console::look_after,
    a_person_signs_in_by_passkey: passkeys::by_passkey,
    an_app_is_a_second_factor: factors::by_app,
    a_text_is_a_second_factor: factors::by_text,
    a_mail_is_a_second_factor: factors::by_mail,
    a_recovery_code_stands_in_for_a_factor: factors::by_recovery_code,
    each_way_that_is_offered_signs_in: methods::each_way,
    a_reset_owes_the_factor: resets::owes_a_factor,
    an_app_approves_a_reset: resets::approved_by_app,
    a_passkey_approves_a_reset: resets::approved_by_passkey,
    a_lost_browser_is_not_the_end: unhappy::lost_browser,
    wrong_codes_are_not_the_end: unhappy::wrong_codes,
    back_and_reload_show_what_is_true: unhappy::back_and_reload,
    link_that_expires: unhappy::late,
    a_browser_without_cookies_is_told: unhappy::without_cookies,
    every_other_page_is_accessible: pages::every_other,
}
