//! The audit log with account, actor and origin, filtered by kind, account and day.

use std::collections::BTreeMap;

use rocket::{Route, get, http::Status, routes};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{READ, csv, error, id, next};
use crate::{
    auth::role::Admin,
    base::{Error, duration::HumanDuration, email::Email, fault::Fault},
    core::{
        event::{Actor, EventKind},
        place::{Address, Place},
    },
    http::{Answer, Faults, Page, Visit},
    store::{
        Conn, accounts,
        events::{self, EventRow},
    },
    view::format,
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list]
}

/// Filters as given in the address.
#[derive(Clone, Copy)]
pub(super) struct EventFilters<'a> {
    pub kind: &'a str,
    pub account: &'a str,
    pub since: &'a str,
    pub until: &'a str,
}

impl<'a> EventFilters<'a> {
    /// Reads the four parameters of an address.
    pub fn of(parts: [Option<&'a str>; 4]) -> Self {
        let [kind, account, since, until] = parts.map(|part| part.unwrap_or_default().trim());
        Self { kind, account, since, until }
    }

    /// Converts the filters to a query; `None` if nothing can match. Invalid values are added to `faults`.
    pub async fn which(&self, conn: &mut Conn, faults: &mut Faults) -> Result<Option<events::Which>, Error> {
        let kind = self.kind.parse::<EventKind>().ok();
        if kind.is_none() && !self.kind.is_empty() {
            faults.add("kind", Fault::new("fault-kind"));
        }
        let email = (!self.account.is_empty()).then(|| Email::parse(self.account));
        let email = email.and_then(|email| faults.take("account", email));
        let mut day = |field: &str, text: &str| {
            let day = format::parse_day(text);
            if day.is_none() && !text.is_empty() {
                faults.add(field, Fault::new("fault-day"));
            }
            day
        };
        let since = day("since", self.since);
        let until = day("until", self.until).map(|day| day + *HumanDuration::days(1));
        if !faults.is_empty() {
            return Ok(None);
        }
        let mut which = events::Which { kind, since, until, ..events::Which::default() };
        if let Some(email) = email {
            let Some(account) = accounts::find_by_email(conn, email.key()).await? else { return Ok(None) };
            which.account = Some(account.id);
        }
        Ok(Some(which))
    }

    /// Returns a place with these filters and `from` in its query.
    pub fn address(&self, place: Place, from: &str) -> Address {
        let Self { kind, account, since, until } = *self;
        let query =
            [("kind", kind), ("account", account), ("since", since), ("until", until), ("from", from)];
        place.with(&query)
    }
}

#[get("/admin/events?<kind>&<account>&<since>&<until>&<from>")]
async fn list(
    site: Visit<'_>,
    _admin: Admin<'_>,
    kind: Option<&str>,
    account: Option<&str>,
    since: Option<&str>,
    until: Option<&str>,
    from: Option<&str>,
) -> Result<Answer, Error> {
    let Some(from) = id(from) else { return error(&site, Status::BadRequest) };
    let asked = EventFilters::of([kind, account, since, until]);
    let (mut conn, mut faults) = (site.read().await?, Faults::default());
    let mut lines = match asked.which(&mut conn, &mut faults).await? {
        Some(which) => events::page(&mut conn, &events::Which { from, ..which }, READ).await?,
        None => Vec::new(),
    };
    let more = next(&mut lines)
        .map(|next| asked.address(Place::AdminEvents, &next.event.id.to_string()).at(site.base()));
    let kinds =
        EventKind::all().iter().map(|kind| json!({ "value": kind.name(), "name": say(&site, kind.name()) }));
    Ok(Page::new("admin/events")
        .with("kinds", kinds.collect::<Vec<_>>())
        .with("events", shown(&site, &mut conn, &lines).await?)
        .to("csv", asked.address(Place::AdminEventsCsv, ""))
        .with("most", csv::MAX_ROWS)
        .with("more", more)
        .with("first", from.is_some())
        .typed("kind", asked.kind)
        .typed("account", asked.account)
        .typed("since", asked.since)
        .typed("until", asked.until)
        .faults(faults)
        .into())
}

fn say(site: &Visit<'_>, kind: &str) -> String {
    // A newer version's kind has no sentence here.
    let known = kind.parse::<EventKind>();
    known.map_or(kind.to_owned(), |known| site.templates.say(&known.sentence(), &[]))
}

/// Events for a page.
pub(super) async fn shown(
    site: &Visit<'_>,
    conn: &mut Conn,
    lines: &[EventRow],
) -> Result<Vec<Value>, Error> {
    let names = actors(conn, lines).await?;
    let shown = lines.iter().map(|EventRow { event, email }| {
        json!({
            "at": format::moment(event.at),
            "what": say(site, &event.kind),
            "kind": event.kind,
            "account": event.account_id,
            "email": email,
            "actor": event.actor.as_ref().map(|actor| names.get(actor).unwrap_or(actor)),
            "by_hand": event.actor.as_deref() == Some(Actor::COMMAND_LINE),
            "from": event.client,
            "policy": event.policy,
            "detail": event.detail,
        })
    });
    Ok(shown.collect())
}

/// Addresses of the admins who caused these events, by their recorded id.
pub(super) async fn actors(conn: &mut Conn, lines: &[EventRow]) -> Result<BTreeMap<String, String>, Error> {
    let mut names = BTreeMap::new();
    for actor in lines.iter().filter_map(|line| line.event.actor.as_deref()) {
        if let (false, Ok(id)) = (names.contains_key(actor), Uuid::parse_str(actor)) {
            let name = accounts::find(conn, id).await?.map_or(actor.to_owned(), |account| account.email);
            names.insert(actor.to_owned(), name);
        }
    }
    Ok(names)
}
