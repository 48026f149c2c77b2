//! The console, for admins to watch and change a running site. It shows and sets no password, key or code.
//!
//! Every route takes the guard [`Admin`](crate::auth::role::Admin). Every list is read by index and in pages.

mod act;
mod chart;
mod csv;
mod events;
mod factors;
mod messages;
mod overview;
mod people;
mod person;
mod person_page;
mod policy;

use rocket::{Route, http::Status};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    auth::role::Admin,
    base::{
        Error,
        role::{Administrator, Role},
    },
    core::place::{Address, Place},
    http::{Outcome, Visit},
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

/// Returns the name of a strategy for people: its sentence or, if an application's has none, its name in `Rocket.toml`.
fn strategy_name(site: &Visit<'_>, name: &str) -> String {
    let key = format!("strategy-{name}");
    if site.language().knows(&key) { site.say(&key, &[]) } else { name.to_owned() }
}

/// Samples of the pages.
#[cfg(test)]
pub fn samples() -> Vec<crate::view::shown::Sample> {
    use crate::view::shown::Sample;
    [
        Sample::of::<overview::OverviewPage>(),
        Sample::of::<people::PeoplePage>(),
        Sample::of::<person_page::PersonPage>(),
        Sample::of::<policy::PolicyPage>(),
        Sample::of::<messages::MessagesPage>(),
        Sample::of::<events::EventsPage>(),
    ]
    .concat()
}

/// An option of a form.
#[derive(Clone, Serialize)]
struct Choice {
    value: String,
    name: String,
}

impl Choice {
    fn new(value: &str, name: impl Into<String>) -> Self {
        Self { value: value.to_owned(), name: name.into() }
    }
}

/// Neighbours of a page of a list.
#[derive(Serialize)]
struct Neighbours {
    /// Address of the next page.
    more: Option<Address>,
    /// Whether it links the first page, because it is another one.
    first: bool,
}

impl Neighbours {
    fn samples(of: Place) -> [Self; 2] {
        [Self { more: None, first: false }, Self { more: Some(of.with(&[("from", "b")])), first: true }]
    }
}

/// Begins a transaction if the admin still is one: much may have happened since the request began.
async fn begin(site: &Visit<'_>, admin: &Admin<'_>) -> Result<Option<Tx>, Error> {
    let mut tx = site.begin().await?;
    let still = sessions::has_role(&mut tx, admin.0.session.id, Administrator::NAME, site.now()).await?;
    Ok(still.then_some(tx))
}

/// Error page: 400 for an invalid address, 403 for somebody who is no longer an admin, 404 for what does not
/// exist.
fn error(status: Status) -> Result<Outcome, Error> {
    Ok(Outcome::Failed(status))
}

/// Rows on a page.
const LINES: usize = 50;
/// Rows read for a page: the additional one begins the next page, if there is one.
const READ: i64 = 51;

/// Removes the row that begins the next page.
fn next<T>(lines: &mut Vec<T>) -> Option<T> {
    (lines.len() > LINES).then(|| lines.pop()).flatten()
}

/// Parses the id in an address: `None` if it is invalid, `Some(None)` if there is none.
fn id(text: Option<&str>) -> Option<Option<Uuid>> {
    text.filter(|text| !text.is_empty())
        .map(|text| Uuid::parse_str(text).ok())
        .map_or(Some(None), |id| id.map(Some))
}
