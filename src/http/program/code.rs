//! The words by which a program tells one mistake from another: never translated, and never changed. Where
//! Flask-Security has a word for it, it is that one.

use std::collections::BTreeSet;

use rocket::http::Status;

use crate::{base::fault::Fault, core::place::Place, http::dead_end::Why};

/// Returns every word.
pub fn all() -> BTreeSet<&'static str> {
    let faults = CODES.iter().map(|(_, code)| *code);
    let statuses = [400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 500, 503];
    let statuses = statuses.into_iter().map(|code| of_status(Status::new(code)));
    let missing = ["email", "identity", "username", "password", ""].into_iter().map(of_missing);
    let pages = [Place::Confirm, Place::ChangeEmail, Place::SignIn, Place::Reset];
    let gone = pages.into_iter().flat_map(|page| [Why::Expired, Why::Unknown].map(|why| of_gone(why, page)));
    faults.chain(statuses).chain(missing).chain(gone).chain(OTHERS).collect()
}

/// Words that stand for no fault of a field.
const OTHERS: [&str; 12] = [
    "ACCESS_TOKEN_NOT_ACCEPTED",
    "ANONYMOUS_USER_REQUIRED",
    "CSRF_MISSING",
    "FAILED_TO_SEND_CODE",
    "INVALID_INPUT",
    "INVALID_PASSWORD_CODE",
    "INVALID_RECOVERY_CODE",
    "REAUTHENTICATION_REQUIRED",
    "TWO_FACTOR_METHOD_NOT_AVAILABLE",
    "TWO_FACTOR_PERMISSION_DENIED",
    "US_METHOD_NOT_AVAILABLE",
    "WRONG_ORDER",
];

/// Returns the word for a status.
pub fn of_status(status: Status) -> &'static str {
    match status.code {
        400 => "API_ERROR",
        401 => "UNAUTHENTICATED",
        403 => "UNAUTHORIZED",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        408 => "REQUEST_TIMEOUT",
        409 => "CONFLICT",
        413 => "PAYLOAD_TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        429 => "RATE_LIMITED",
        503 => "TOO_BUSY",
        _ => "INTERNAL_ERROR",
    }
}

/// Returns the word for a fault of a field.
pub fn of_fault(field: &str, fault: &Fault) -> &'static str {
    match fault.key {
        "fault-required" | "password-missing" => of_missing(field),
        "fault-key" if field == "passcode" => "GENERIC_AUTHN_FAILED",
        "fault-factor" | "fault-factor-again" | "fault-code" | "fault-password" if field == "passcode" => {
            "INVALID_PASSWORD_CODE"
        }
        "fault-choose" if matches!(field, "setup" | "which") => "TWO_FACTOR_METHOD_NOT_AVAILABLE",
        "fault-choose" if field == "chosen_method" => "US_METHOD_NOT_AVAILABLE",
        key => CODES.iter().find(|(fault, _)| *fault == key).map_or("INVALID_INPUT", |(_, code)| code),
    }
}

/// Returns the word for a key that opens nothing, by the page that sends another one.
pub fn of_gone(why: Why, again: Place) -> &'static str {
    match (again, why) {
        (Place::Confirm, Why::Expired) => "CONFIRMATION_EXPIRED",
        (Place::Confirm, _) => "INVALID_CONFIRMATION_TOKEN",
        (Place::ChangeEmail, Why::Expired) => "CHANGE_EMAIL_EXPIRED",
        (Place::ChangeEmail, _) => "INVALID_CHANGE_EMAIL_TOKEN",
        (Place::SignIn, Why::Expired) => "LOGIN_EXPIRED",
        (Place::SignIn, _) => "INVALID_LOGIN_TOKEN",
        (_, Why::Expired) => "PASSWORD_RESET_EXPIRED",
        _ => "INVALID_RESET_PASSWORD_TOKEN",
    }
}

fn of_missing(field: &str) -> &'static str {
    match field {
        "email" => "EMAIL_NOT_PROVIDED",
        "identity" => "US_SPECIFY_IDENTITY",
        "username" => "USERNAME_NOT_PROVIDED",
        "password" | "new_password" | "passcode" => "PASSWORD_NOT_PROVIDED",
        _ => "FIELD_NOT_PROVIDED",
    }
}

/// The words for all other faults.
const CODES: [(&str, &str); 67] = [
    ("fault-address-taken", "EMAIL_ALREADY_ASSOCIATED"),
    ("fault-admin-account", "ADMIN_ACCOUNT"),
    ("fault-application", "INVALID_INPUT"),
    ("fault-choose", "INVALID_CHOICE"),
    ("fault-code", "TWO_FACTOR_INVALID_TOKEN"),
    ("fault-code-dead", "CODE_USED_UP"),
    ("fault-control", "INVALID_INPUT"),
    ("fault-day", "INVALID_INPUT"),
    ("fault-disabled", "ACCOUNT_DISABLED"),
    ("fault-email", "INVALID_EMAIL_ADDRESS"),
    ("fault-factor", "TWO_FACTOR_INVALID_TOKEN"),
    ("fault-factor-again", "TWO_FACTOR_INVALID_TOKEN"),
    ("fault-factor-clock", "TWO_FACTOR_CLOCK"),
    ("fault-factor-needed", "LAST_METHOD"),
    ("fault-factor-used", "TWO_FACTOR_CODE_USED"),
    ("fault-gone", "NOT_FOUND"),
    ("fault-held", "ACCOUNT_ON_HOLD"),
    ("fault-identity", "INVALID_IDENTITY"),
    ("fault-key", "INVALID_RESET_PASSWORD_TOKEN"),
    ("fault-kind", "INVALID_INPUT"),
    ("fault-login", "GENERIC_AUTHN_FAILED"),
    ("fault-login-app", "GENERIC_AUTHN_FAILED"),
    ("fault-login-named", "GENERIC_AUTHN_FAILED"),
    ("fault-message", "NOT_FOUND"),
    ("fault-needed", "CONFLICT"),
    ("fault-no-texts", "PHONE_INVALID"),
    ("fault-own-account", "OWN_ACCOUNT"),
    ("fault-passkey", "WEBAUTHN_UNKNOWN_CREDENTIAL_ID"),
    ("fault-passkey-copied", "WEBAUTHN_COPIED"),
    ("fault-passkey-held", "WEBAUTHN_NAME_INUSE"),
    ("fault-passkey-known", "WEBAUTHN_CREDENTIAL_ID_INUSE"),
    ("fault-passkey-late", "WEBAUTHN_EXPIRED"),
    ("fault-passkey-name", "WEBAUTHN_NAME_NOT_FOUND"),
    ("fault-passkey-none", "WEBAUTHN_NO_VERIFY"),
    ("fault-passkey-unverified", "WEBAUTHN_NO_VERIFY"),
    ("fault-password", "INVALID_PASSWORD"),
    ("fault-permission", "INVALID_CHOICE"),
    ("fault-phone", "PHONE_INVALID"),
    ("fault-phone-country", "PHONE_INVALID"),
    ("fault-reason", "INVALID_INPUT"),
    ("fault-refresh", "REFRESH_TOKEN_INVALID"),
    ("fault-repeated", "API_ERROR"),
    ("fault-reset-code-dead", "CODE_USED_UP"),
    ("fault-retype", "RETYPE_PASSWORD_MISMATCH"),
    ("fault-role", "INVALID_INPUT"),
    ("fault-same-email", "EMAIL_IS_THE_SAME"),
    ("fault-same-username", "USERNAME_IS_THE_SAME"),
    ("fault-search", "INVALID_INPUT"),
    ("fault-strategy", "INVALID_INPUT"),
    ("fault-texts-limit", "RATE_LIMITED"),
    ("fault-texts-used-up", "RATE_LIMITED"),
    ("fault-tick", "FIELD_NOT_PROVIDED"),
    ("fault-tokens-many", "TOO_MANY_TOKENS"),
    ("fault-tokens-off", "ACCESS_TOKENS_OFF"),
    ("fault-too-long", "INPUT_TOO_LONG"),
    ("fault-type", "API_ERROR"),
    ("fault-username", "USERNAME_DISALLOWED_CHARACTERS"),
    ("fault-username-mixed", "USERNAME_DISALLOWED_CHARACTERS"),
    ("fault-username-taken", "USERNAME_ALREADY_ASSOCIATED"),
    ("fault-usernames-many", "RATE_LIMITED"),
    ("password-breached", "PASSWORD_BREACHED"),
    ("password-guessable", "PASSWORD_TOO_SIMPLE"),
    ("password-not-judged", "TOO_BUSY"),
    ("password-own-word", "PASSWORD_TOO_SIMPLE"),
    ("password-too-long", "PASSWORD_INVALID_LENGTH"),
    ("password-too-short", "PASSWORD_INVALID_LENGTH"),
    ("password-unusable-character", "INVALID_INPUT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_word() {
        let sentences = include_str!("../../../locales/en.ftl").lines();
        let faults = sentences.filter_map(|line| line.split_once(" =").map(|(key, _)| key));
        let faults: Vec<_> = faults
            .filter(|key| key.starts_with("fault-") || key.starts_with("password-too-"))
            .filter(|key| *key != "fault-required")
            .collect();
        assert!(faults.len() > 50, "{faults:?}");
        for key in faults {
            assert!(CODES.iter().any(|(fault, _)| *fault == key), "{key}");
        }
        assert!(CODES.is_sorted());
    }
}
