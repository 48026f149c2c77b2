//! Programs: clients that ask for JSON, and get it for everything, by the same routes as people.

mod ahead;
mod allowed;
mod answer;
pub mod code;
pub mod contract;
pub mod csrf;
mod token;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rocket::{
    Request,
    http::{Accept, Status},
    request::{FromRequest, Outcome},
};
use serde_json::{Map, Value, json};

use super::{Visit, flash::Announcement};

pub(super) use answer::respond;
pub use token::bearer;

/// Query that asks for a token, whatever its value.
const INCLUDE_TOKEN: &str = "include_auth_token";

/// A program, with what its answer says besides the outcome.
#[derive(Default)]
pub struct Program {
    asks_token: bool,
    said: Mutex<Said>,
}

/// The program that a request comes from, for a route that pages do without.
///
/// # Outcomes
/// Forward 404 if it comes from a page.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Program {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Program::of(request).map_or(Outcome::Forward(Status::NotFound), Outcome::Success)
    }
}

/// What an answer says besides the outcome.
#[derive(Default)]
struct Said {
    keys: Map<String, Value>,
    lines: Vec<Announcement>,
}

/// True if a request sends JSON, or would rather have that than anything else.
pub fn asks_json(request: &Request<'_>) -> bool {
    let prefers = |accept: &Accept| accept.preferred().media_type().is_json();
    sends_json(request) || request.accept().is_some_and(prefers)
}

/// True if a request asks for a token beside what it does.
pub fn includes_token(request: &Request<'_>) -> bool {
    request.query_fields().any(|field| field.name == INCLUDE_TOKEN)
}

/// True if a request sends JSON.
pub fn sends_json(request: &Request<'_>) -> bool {
    request.content_type().is_some_and(|kind| kind.is_json())
}

impl Program {
    /// Returns the program that sent a request, if one did.
    pub fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        let program = request.local_cache(|| {
            let asks_token = includes_token(request);
            asks_json(request).then(|| Program { asks_token, ..Program::default() })
        });
        program.as_ref()
    }

    /// True if it asks for a token.
    pub fn asks_token(&self) -> bool {
        self.asks_token
    }

    /// Adds a sentence on what was done.
    pub(super) fn say(&self, lines: Vec<Announcement>) {
        self.said().lines.extend(lines);
    }

    fn take(&self) -> Said {
        std::mem::take(&mut *self.said())
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit<'_> {
    /// Adds a key to the answer, if a program gets it.
    pub fn tell(&self, key: &str, value: impl Into<Value>) {
        if let Some(program) = self.program {
            program.said().keys.insert(key.to_owned(), value.into());
        }
    }

    /// Adds a key to what is said of the person who is signed in, if a program gets the answer.
    pub fn tell_user(&self, key: &str, value: impl Into<Value>) {
        if let Some(program) = self.program {
            program.said().keys.entry("user").or_insert_with(|| json!({}))[key] = value.into();
        }
    }
}
