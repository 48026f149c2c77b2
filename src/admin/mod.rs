//! The console: what an admin sees and changes while the site runs. Nobody here sees or sets a password, key or code.
//!
//! Every route takes the guard [`Admin`](crate::auth::role::Admin). Every list is read by index, a page at a time, however long it is.

pub mod actions;
mod chart;
mod csv;
mod events;
pub mod let_in;
pub mod message_actions;
mod messages;
mod overview;
mod people;
mod person;
mod policy;

use rocket::{
    Route,
    http::{RawStr, Status},
};
use uuid::Uuid;

use crate::{
    auth::role::Admin,
    base::{
        Error,
        role::{Administrator, Role},
    },
    http::{Answer, Page, Visit},
    store::{Tx, sessions},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        overview::routes(),
        people::routes(),
        person::routes(),
        policy::routes(),
        messages::routes(),
        events::routes(),
        csv::routes(),
    ]
    .concat()
}

/// A transaction of an admin who still is one: much may have happened since the request began.
async fn begin(site: &Visit<'_>, admin: &Admin<'_>) -> Result<Option<Tx>, Error> {
    let mut tx = site.begin().await?;
    let still = sessions::has_role(&mut tx, admin.0.session.id, Administrator::NAME, site.now()).await?;
    Ok(still.then_some(tx))
}

/// The page of an error: 400 for a faulty address, 403 for who is an admin no more, 404 for nothing.
fn error(site: &Visit<'_>, status: Status) -> Result<Answer, Error> {
    Ok(Page::error(&site.templates, status).into())
}

/// How many lines a page has.
const LINES: usize = 50;
/// How many are read for it: one more tells whether there is another page, and where that begins.
const READ: i64 = 51;

/// Takes the line off with which the next page begins.
fn next<T>(lines: &mut Vec<T>) -> Option<T> {
    (lines.len() > LINES).then(|| lines.pop()).flatten()
}

/// A path with what is asked there; what is empty is left out.
fn address(path: &str, query: &[(&str, &str)]) -> String {
    let asked = query.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> =
        asked.map(|(name, value)| format!("{name}={}", RawStr::new(value).percent_encode())).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The id in an address: `None` if it is none, nothing inside if none was given.
fn id(text: Option<&str>) -> Option<Option<Uuid>> {
    text.filter(|text| !text.is_empty())
        .map(|text| Uuid::parse_str(text).ok())
        .map_or(Some(None), |id| id.map(Some))
}
