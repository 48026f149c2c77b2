//! The language of an answer.

use rocket::Request;

use crate::{app::App, base::locale::Locale, view::language::Language};

/// Returns the language in which a request is answered: English, the only one. The choice between several, by
/// `Accept-Language` or by a cookie, belongs here and nowhere else.
pub fn of(_: &Request<'_>) -> Locale {
    Locale::En
}

/// Returns the pages and sentences in that language.
pub fn language<'a>(app: &'a App, request: &Request<'_>) -> &'a Language {
    app.templates.language(of(request))
}
