//! One text in every part of a request that its sender controls, on every route.

use reqwest::Method;

use crate::{
    common::{Answer, Browser, Strategy},
    fixture::AttackFixture,
    raw::{escaped, post},
};

/// Paths outside the list of routes: keys of links, files, and paths that do not exist.
const OTHERS: [&str; 7] = [
    "/reset/<key>",
    "/reset/not-me/<key>",
    "/confirm/<key>",
    "/account/email/<key>",
    "/assets/<file>",
    "/nowhere/<file>",
    "/.well-known/<file>",
];

/// Every field of every form.
pub const FIELDS: [&str; 12] = [
    "email",
    "username",
    "password",
    "new_password",
    "code",
    "key",
    "phone",
    "next",
    "remember",
    "role",
    "roles",
    "field.nick",
];

/// Selection of requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Gets,
}

/// True if every route is tried under the strategy in force; under the others, only those it affects are.
pub fn is_whole(fixture: &AttackFixture) -> bool {
    fixture.strategy() == Strategy::SetThenLogin
}

/// Sends `text` everywhere and returns each answer with its path; nobody is signed out on the way.
pub async fn everywhere(
    fixture: &AttackFixture,
    browser: &Browser,
    text: &str,
    part: Part,
) -> Vec<(String, Answer)> {
    let (text, within) = (escaped(text), if is_whole(fixture) { "/" } else { "/reset" });
    let mut answers = Vec::new();
    let others = OTHERS.iter().map(|place| (Method::GET, (*place).to_owned()));
    let routes = fixture.app.routes.iter().cloned().chain(others).filter(|(_, uri)| uri.starts_with(within));
    for (method, uri) in routes {
        let place = filled(&uri, &text);
        if method == Method::GET {
            answers.push((place.clone(), browser.ask(Method::GET, &place).await));
        } else if part == Part::All && !["/logout", "/account/sessions"].contains(&&*uri) {
            for email in [&*text, "nobody%40example.com"] {
                let fields = FIELDS.iter().map(|name| match *name {
                    "email" => format!("email={email}"),
                    name => format!("{name}={text}"),
                });
                let body = fields.collect::<Vec<_>>().join("&");
                let answer = post(browser, &place, body).await;
                if answer.is_refused() {
                    let shown = browser.ask(Method::GET, answer.location()).await;
                    answers.push((answer.location().to_owned(), shown));
                }
                answers.push((place.clone(), answer));
            }
        }
    }
    answers
}

/// A path with `text` in each dynamic part of `uri`, and in every parameter that the route reads.
fn filled(uri: &str, text: &str) -> String {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let open = |segment: &str| segment.starts_with('<');
    let segments = path.split('/').map(|segment| if open(segment) { text } else { segment });
    let names = query.split('&').map(|name| name.trim_matches(['<', '>']));
    let query = names.chain(["form", "next", "unknown"]).filter(|name| !name.is_empty());
    let query: Vec<_> = query.map(|name| format!("{name}={text}")).collect();
    format!("{}?{}", segments.collect::<Vec<_>>().join("/"), query.join("&"))
}
