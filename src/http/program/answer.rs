//! The presenter for programs: what a route has done, in one envelope of JSON.

use std::io::Cursor;

use rocket::{
    Request, Response,
    http::{ContentType, Header, Method, Status},
    response,
};
use serde_json::{Map, Value, json};

use super::{Program, Said, allowed, bearer, code, contract, csrf};
use crate::{
    app::App,
    base::access_token,
    core::place::{self, Address, Place},
    http::{
        Outcome, Page, Visit,
        dead_end::{RETRY_AFTER, Why, seconds},
        form::Refusal,
        html, locale, origin,
        outcome::{Needed, Unproven},
        viewer,
    },
    policy::method::SignInMethod,
    view::language::Language,
};

/// An answer: its status, and what stands under `response`.
struct Answer {
    status: Status,
    response: Map<String, Value>,
    /// Seconds until another try.
    retry: Option<u64>,
    /// The methods that the address takes, if it was another.
    allow: Vec<Method>,
}

/// Answers a program.
pub fn respond(
    outcome: Outcome,
    app: &App,
    request: &Request<'_>,
    program: &Program,
) -> response::Result<'static> {
    let Said { keys, lines } = program.take();
    let language = locale::language(app, request);
    let lines: Vec<String> = lines.iter().map(|line| line.say(language)).collect();
    let mut answer = Answer::of(outcome, app, request, lines);
    if answer.status == Status::Ok {
        answer.response.extend(keys);
    }
    if let Some(email) = viewer::email(request) {
        answer.response.entry("user").or_insert_with(|| json!({ "email": email }));
    }
    if let Some(token) =
        Visit::of(request).filter(|site| site.bearer.is_none()).and_then(|site| csrf::token(&site))
    {
        answer.response.insert("csrf_token".into(), token.into());
    }
    answer.respond()
}

impl Answer {
    fn of(outcome: Outcome, app: &App, request: &Request<'_>, lines: Vec<String>) -> Self {
        let language = locale::language(app, request);
        let say = |key: &str| language.say(key, &[]);
        match outcome {
            Outcome::Show(page) => Self::show(page, app, language),
            Outcome::Go(to) => {
                let said = json!({ "location": to.at(app.base()), "messages": lines });
                Self::done(said)
            }
            Outcome::Elsewhere(to) => Self::elsewhere(&to, lines, "WRONG_ORDER", app, language),
            Outcome::ForStrangers(to) => {
                Self::elsewhere(&to, lines, "ANONYMOUS_USER_REQUIRED", app, language)
            }
            Outcome::Unsent(why, to) => {
                let why = vec![why.say(language)];
                Self::refused(Status::BadRequest, why, "FAILED_TO_SEND_CODE")
                    .with("location", to.at(app.base()))
            }
            Outcome::Refused(page, refusal) => Self::faults(&page, &refusal, request, language),
            Outcome::Gone(gone) => {
                let code = code::of_gone(gone.why, gone.again);
                Self::refused(Status::BadRequest, vec![gone.say(language, "lead")], code)
                    .with("location", gone.again.at(app.base()))
            }
            Outcome::Incomplete(again) => {
                let code = code::of_gone(Why::Unknown, again);
                Self::refused(Status::BadRequest, vec![say("program-incomplete")], code)
            }
            Outcome::TooMany { allowed, .. } => {
                let retry = seconds(app, allowed);
                Self { retry, ..Self::failed(Status::TooManyRequests, language) }
            }
            Outcome::Unproven(unproven) => Self::unproven(&unproven, app, request),
            Outcome::Failed(_) if origin::was_refused(request) => {
                Self::refused(Status::BadRequest, vec![say("program-csrf")], "CSRF_MISSING")
            }
            Outcome::Failed(Status::NotFound) => match allowed::others(app, request) {
                none if none.is_empty() => Self::failed(Status::NotFound, language),
                methods => Self { allow: methods, ..Self::failed(Status::MethodNotAllowed, language) },
            },
            Outcome::Failed(status) => Self::failed(status, language),
        }
    }

    fn elsewhere(
        to: &Address,
        lines: Vec<String>,
        code: &'static str,
        app: &App,
        language: &Language,
    ) -> Self {
        let why = match lines {
            none if none.is_empty() => vec![language.say("program-elsewhere", &[])],
            lines => lines,
        };
        Self::refused(Status::BadRequest, why, code).with("location", to.at(app.base()))
    }

    fn done(response: Value) -> Self {
        let response = match response {
            Value::Object(response) => response,
            _ => Map::new(),
        };
        Self { status: Status::Ok, response, retry: None, allow: Vec::new() }
    }

    /// Shows the contents of a page.
    fn show(page: Page, app: &App, language: &Language) -> Self {
        let Page { status, mut shown, retry, .. } = page;
        if status.code >= 400 {
            return Self { retry, ..Self::failed(status, language) };
        }
        place::settle(&mut shown, app.base());
        Self { status, ..Self::done(Value::Object(shown)) }
    }

    fn refused(status: Status, errors: Vec<String>, code: &str) -> Self {
        let codes = vec![code; errors.len()];
        Self { status, ..Self::done(json!({ "errors": errors, "codes": codes })) }
    }

    fn failed(status: Status, language: &Language) -> Self {
        let key = format!("program-{}", status.code);
        let key = if language.knows(&key) { &key } else { "program-500" };
        let retry = (status == Status::ServiceUnavailable).then_some(RETRY_AFTER.as_secs());
        Self { retry, ..Self::refused(status, vec![language.say(key, &[])], code::of_status(status)) }
    }

    fn faults(page: &Page, refusal: &Refusal, request: &Request<'_>, language: &Language) -> Self {
        let sentences = html::sentences(language, refusal);
        let by_recovery_code = contract::stands_for(request, "with", "recovery_code");
        let (mut codes, mut field_errors, mut field_codes) = (Vec::new(), Map::new(), Map::new());
        for ((id, _, fault), sentence) in refusal.faults().into_iter().zip(&sentences) {
            let mut field = contract::name_of(request, page.name_of(id)).to_owned();
            let code = match code::of_fault(&field, fault) {
                "TWO_FACTOR_INVALID_TOKEN" if by_recovery_code => "INVALID_RECOVERY_CODE",
                code => code,
            };
            if fault.key == "fault-retype" {
                field.push_str("_confirm");
            }
            codes.push(code);
            add(&mut field_errors, &field, sentence);
            add(&mut field_codes, &field, code);
        }
        let said = json!({
            "errors": sentences,
            "codes": codes,
            "field_errors": field_errors,
            "field_codes": field_codes,
        });
        Self { status: Status::BadRequest, ..Self::done(said) }
    }

    fn unproven(unproven: &Unproven, app: &App, request: &Request<'_>) -> Self {
        let language = locale::language(app, request);
        let (status, key, code) = match unproven.needed {
            Needed::SignIn if bearer(request).is_some_and(access_token::is_marked) => {
                (Status::Unauthorized, "program-access-token", "ACCESS_TOKEN_NOT_ACCEPTED")
            }
            Needed::SignIn => (Status::Unauthorized, "program-401", "UNAUTHENTICATED"),
            Needed::Again => (Status::Unauthorized, "program-again", "REAUTHENTICATION_REQUIRED"),
            Needed::FirstFactor => {
                (Status::BadRequest, "program-first-factor", "TWO_FACTOR_PERMISSION_DENIED")
            }
        };
        let answer = Self::refused(status, vec![language.say(key, &[])], code);
        if unproven.needed == Needed::Again {
            let flows = json!([{ "id": "reauthenticate", "href": Place::Verify.at(app.base()) }]);
            let answer = answer.with("reauth_required", true).with("flows", flows);
            return answer
                .with("unified_signin_enabled", true)
                .with("oauth_enabled", false)
                .with("oauth_providers", json!([]));
        }
        let mut methods = Visit::of(request).map(|site| site.at_arrival.methods()).unwrap_or_default();
        methods.retain(|method| *method != SignInMethod::Passkey || app.party().is_some());
        let flow = json!({ "id": "login", "href": Place::SignIn.at(app.base()), "methods": methods });
        answer.with("flows", json!([flow]))
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.response.insert(key.to_owned(), value.into());
        self
    }

    fn respond(self) -> response::Result<'static> {
        let Self { status, response, retry, allow } = self;
        let body = json!({ "meta": { "code": status.code }, "response": response }).to_string();
        let mut answer = Response::build();
        answer.status(status).header(ContentType::JSON).raw_header("Vary", "Accept");
        if let Some(seconds) = retry {
            answer.header(Header::new("Retry-After", seconds.to_string()));
        }
        if !allow.is_empty() {
            let allow: Vec<_> = allow.iter().map(|method| method.as_str()).collect();
            answer.header(Header::new("Allow", allow.join(", ")));
        }
        answer.sized_body(body.len(), Cursor::new(body)).ok()
    }
}

/// Adds a value to the list of a field.
fn add(lists: &mut Map<String, Value>, field: &str, value: &str) {
    let list = lists.entry(field).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.push(value.into());
    }
}
