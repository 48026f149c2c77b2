//! The answers that many operations share: what is told besides a page, and what goes wrong.

use serde_json::{Map, Value, json};

use super::operation::{Caller, Operation};
use crate::http::program::code;

/// Returns the schemas of the envelope's parts.
pub(super) fn schemas() -> Value {
    json!({
        "Code": { "type": "string", "enum": code::all() },
        "Flow": flow(),
        "User": user(),
        "Told": object(&told()),
        "Refusal": refusal(),
    })
}

fn flow() -> Value {
    json!({
        "description": "A way on from here.",
        "type": "object",
        "properties": {
            "id": { "type": "string", "enum": ["login", "reauthenticate", "mfa_authenticate", "mfa_setup"] },
            "href": TEXT.schema(),
            "methods": TEXTS.schema(),
            "is_pending": TRUTH.schema(),
            "expires_in": { "type": "integer", "description": "Seconds." },
        },
        "required": ["id", "href"],
    })
}

fn user() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "email": TEXT.schema(),
            "authentication_token": {
                "type": "string",
                "description": "Good for 15 minutes; given where the query has `include_auth_token`.",
            },
            "refresh_token": {
                "type": "string",
                "description": "Good once, for another token; given where the site has refresh tokens in answers.",
            },
        },
    })
}

fn refusal() -> Value {
    let codes = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Code" } });
    json!({
        "type": "object",
        "properties": {
            "errors": TEXTS.schema(),
            "codes": codes,
            "field_errors": { "type": "object", "additionalProperties": TEXTS.schema() },
            "field_codes": { "type": "object", "additionalProperties": codes },
            "flows": FLOWS.schema(),
            "reauth_required": TRUTH.schema(),
            "unified_signin_enabled": TRUTH.schema(),
            "oauth_enabled": TRUTH.schema(),
            "oauth_providers": TEXTS.schema(),
            "location": TEXT.schema(),
            "csrf_token": TEXT.schema(),
            "user": USER.schema(),
        },
        "required": ["errors", "codes"],
    })
}

/// The kind of a key that is told.
#[derive(Clone, Copy)]
enum Kind {
    Plain(&'static str),
    OrNull(&'static str),
    List(&'static str),
    Named(&'static str),
    Truths,
}

const TEXT: Kind = Kind::Plain("string");
const TRUTH: Kind = Kind::Plain("boolean");
const NUMBER: Kind = Kind::Plain("integer");
const TEXTS: Kind = Kind::List("string");
const USER: Kind = Kind::Named("User");
const FLOWS: Kind = Kind::List("Flow");

impl Kind {
    fn schema(self) -> Value {
        match self {
            Kind::Plain(kind) => json!({ "type": kind }),
            Kind::OrNull(kind) => json!({ "type": [kind, "null"] }),
            Kind::List(kind) if kind.starts_with(char::is_uppercase) => {
                json!({ "type": "array", "items": Kind::Named(kind).schema() })
            }
            Kind::List(kind) => json!({ "type": "array", "items": { "type": kind } }),
            Kind::Named(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
            Kind::Truths => json!({ "type": "object", "additionalProperties": TRUTH.schema() }),
        }
    }
}

/// Returns the keys that an answer may tell besides the contents of a page, each with its kind and what it is.
fn told() -> Vec<(&'static str, Kind, &'static str)> {
    vec![
        ("csrf_token", TEXT, "For the header of the next request with cookies."),
        ("location", TEXT, "Where a browser would be sent on to."),
        ("messages", TEXTS, "What was done, in sentences."),
        ("user", USER, "Who is signed in."),
        ("flows", FLOWS, "What has to come next."),
        ("post_login_url", TEXT, "Where a browser would go on to once somebody is signed in."),
        ("fresh_for", NUMBER, "Seconds in which the last proof of identity counts."),
        ("restricted", TRUTH, "True if nothing but a new password can be set."),
        ("tf_required", TRUTH, "True if a second factor is owed, or has to be set up."),
        ("tf_state", TEXT, "`ready`, `setup_from_login` or `validating_profile`."),
        ("tf_method", Kind::OrNull("string"), "The factor."),
        ("tf_primary_method", Kind::OrNull("string"), "The same."),
        ("tf_select", TRUTH, "True if a factor has to be chosen."),
        ("tf_setup_methods", TEXTS, "The factors to choose from."),
        ("tf_available_methods", TEXTS, "The factors that can be set up."),
        ("tf_state_token", TEXT, "Last part of the address that takes the first code."),
        ("tf_token", TEXT, "Carries an unfinished sign-in where there are no cookies."),
        ("tf_authr_key", TEXT, "The secret for an app, in groups."),
        ("tf_authr_b32key", TEXT, "The same in one piece."),
        ("tf_authr_uri", Kind::OrNull("string"), "The same for a QR code."),
        ("tf_authr_issuer", TEXT, "Name of the site in the app."),
        ("tf_authr_username", TEXT, "Name of the account in the app."),
        ("tf_phone", Kind::OrNull("string"), "The end of the number that codes are texted to."),
        ("tf_phone_number", Kind::OrNull("string"), "The same."),
        ("phone", Kind::OrNull("string"), "The same."),
        ("tf_signin_url", TEXT, "Where to ask for a passkey that is owed."),
        ("chosen_method", TEXT, "The way to sign in that is set up."),
        ("state", TEXT, "Last part of the address that takes its first code."),
        ("authr_key", TEXT, "The secret for an app, in groups."),
        ("authr_b32key", TEXT, "The same in one piece."),
        ("authr_uri", Kind::OrNull("string"), "The same for a QR code."),
        ("authr_issuer", TEXT, "Name of the site in the app."),
        ("authr_username", TEXT, "Name of the account in the app."),
        ("active_methods", TEXTS, "The ways that are set up."),
        ("setup_methods", TEXTS, "The ways that can be set up."),
        ("recovery_options", Kind::Plain("object"), "Where else to prove the factor."),
        ("has_webauthn_verify_credential", TRUTH, "True if a passkey may prove who is there."),
        ("oauth_enabled", TRUTH, "Always false: nobody signs in by another site."),
        ("oauth_providers", TEXTS, "None."),
        ("recovery_codes", TEXTS, "New recovery codes, shown once."),
        ("access_token", TEXT, "A new access token, told once."),
        ("remaining", NUMBER, "Recovery codes that are left."),
        ("registered_credentials", Kind::List("object"), "Passkeys."),
        ("credential_options", Kind::OrNull("object"), "Options for `navigator.credentials`."),
        ("wan_state", TEXT, "Last part of the address that takes the answer of a passkey."),
        ("is_secondary", TRUTH, "True if the passkey is a second factor."),
        ("identity_attributes", TEXTS, "What people are named by."),
        ("methods", TEXTS, "The ways to sign in, in their order."),
        ("available_methods", TEXTS, "The same."),
        ("code_methods", TEXTS, "Where codes to sign in can be sent."),
        ("features", Kind::Truths, "What the site has."),
        ("active_password", TRUTH, "True if there is a password."),
        ("current_email", TEXT, "The address."),
        ("current_username", Kind::OrNull("string"), "The username."),
    ]
}

/// Gives the keys of a page that are also told the kind by which they are: a generated client has one type for both.
pub(super) fn agreeing(mut page: Value) -> Value {
    for (key, kind, _) in told() {
        if let Some(property) = page["properties"].get_mut(key) {
            *property = kind.schema();
        }
    }
    page
}

fn object(keys: &[(&str, Kind, &str)]) -> Value {
    let property = |(key, kind, about): &(&str, Kind, &str)| {
        let mut schema = kind.schema();
        schema["description"] = (*about).into();
        ((*key).to_owned(), schema)
    };
    let properties: Map<_, _> = keys.iter().map(property).collect();
    json!({ "type": "object", "properties": properties })
}

/// Returns an envelope around a schema.
pub(super) fn envelope(status: u16, response: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "meta": {
                "type": "object",
                "properties": { "code": { "const": status } },
                "required": ["code"],
            },
            "response": response,
        },
        "required": ["meta", "response"],
    })
}

/// Returns the shared answers, by name.
pub(super) fn responses() -> Value {
    let all = REFUSALS.iter().map(|refusal| {
        let mut response = json!({ "errors": [refusal.error], "codes": [refusal.code] });
        if refusal.status == 401 {
            response["flows"] = json!([{ "id": "login", "href": "/login", "methods": ["password"] }]);
        }
        let schema = envelope(refusal.status, &json!({ "$ref": "#/components/schemas/Refusal" }));
        let example = json!({ "meta": { "code": refusal.status }, "response": response });
        let mut answer = json!({
            "description": refusal.about,
            "content": { "application/json": { "schema": schema, "example": example } },
        });
        if matches!(refusal.status, 429 | 503) {
            answer["headers"] =
                json!({ "Retry-After": { "schema": { "type": "integer" }, "description": "Seconds." } });
        }
        (format!("E{}", refusal.status), answer)
    });
    Value::Object(all.collect())
}

/// Returns the refusals of an operation, by status.
pub(super) fn refusals(operation: &Operation) -> Map<String, Value> {
    let open = operation.caller == Caller::Anybody;
    let applies = |status: u16| match status {
        401 => !open,
        408 | 413 | 415 => !operation.forms.is_empty(),
        _ => true,
    };
    let all = REFUSALS.iter().filter(|refusal| applies(refusal.status));
    let link = |status| json!({ "$ref": format!("#/components/responses/E{status}") });
    all.map(|refusal| (refusal.status.to_string(), link(refusal.status))).collect()
}

/// A refusal that many operations share.
struct Refusal {
    status: u16,
    about: &'static str,
    error: &'static str,
    code: &'static str,
}

const REFUSALS: [Refusal; 11] = [
    Refusal {
        status: 400,
        about: "The request is not what this address takes, a value is wrong, a key opens nothing, or the step is out of order.",
        error: "Enter your email address.",
        code: "EMAIL_NOT_PROVIDED",
    },
    Refusal {
        status: 401,
        about: "Nobody is signed in, or the last proof of identity is too old or too weak; `flows` leads on.",
        error: "Sign in first.",
        code: "UNAUTHENTICATED",
    },
    Refusal {
        status: 403,
        about: "This account may not do that, or the site does not allow it.",
        error: "This is not allowed here.",
        code: "UNAUTHORIZED",
    },
    Refusal {
        status: 404,
        about: "There is nothing at this address.",
        error: "There is nothing at this address.",
        code: "NOT_FOUND",
    },
    Refusal {
        status: 405,
        about: "The address does not take this method.",
        error: "This address does not take that method.",
        code: "METHOD_NOT_ALLOWED",
    },
    Refusal {
        status: 408,
        about: "The body took too long to arrive.",
        error: "The request took too long to arrive. Please try again.",
        code: "REQUEST_TIMEOUT",
    },
    Refusal {
        status: 409,
        about: "Something of the application stands against this.",
        error: "Something of the application stands against this.",
        code: "CONFLICT",
    },
    Refusal {
        status: 413,
        about: "The body is larger than 32 KiB.",
        error: "The request is too large.",
        code: "PAYLOAD_TOO_LARGE",
    },
    Refusal {
        status: 415,
        about: "The body is neither JSON in UTF-8 nor a form.",
        error: "Send JSON in UTF-8, with Content-Type: application/json.",
        code: "UNSUPPORTED_MEDIA_TYPE",
    },
    Refusal {
        status: 429,
        about: "There have been too many attempts.",
        error: "Too many attempts. Please try again later.",
        code: "RATE_LIMITED",
    },
    Refusal {
        status: 503,
        about: "There is too much to do.",
        error: "The site is busy. Please try again in a moment.",
        code: "TOO_BUSY",
    },
];
