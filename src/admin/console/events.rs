//! The audit log with account, actor and origin, filtered by kind, account and day.

use std::collections::BTreeMap;

use rocket::{Route, get, http::Status, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{Choice, Neighbours, READ, csv, error, id, next};
use crate::{
    auth::role::Admin,
    base::{Error, clock::Time, duration::HumanDuration, email::Email, fault::Fault},
    core::{
        event::{Actor, EventKind},
        place::{Address, Place},
    },
    http::{Form, Outcome, Page, Read, Refusal, Visit, form::form},
    store::{
        Conn, accounts,
        events::{self, EventRow},
    },
    view::{
        format, iso,
        shown::{Forms, View},
    },
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list]
}

form! {
    /// The form that filters the log.
    pub(super) struct EventsFilter {
        kind: Option<EventKind> = choice(kind).among(kinds).optional(),
        account: Option<Email> = email().enter("search").optional().parse(account),
        since: Option<Time> = day().parse(parse_day),
        until: Option<Time> = day().parse(parse_day),
    }
}

fn kinds() -> Vec<&'static str> {
    EventKind::all().iter().map(|kind| kind.name()).collect()
}

/// Reads a filter, which may be empty.
fn filter<T>(text: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn kind(text: &str) -> Result<Option<EventKind>, Fault> {
    filter(text, |text| text.parse().map_err(|_| Fault::new("fault-kind")))
}

fn account(text: &str) -> Result<Option<Email>, Fault> {
    filter(text, Email::parse)
}

fn parse_day(text: &str) -> Result<Option<Time>, Fault> {
    filter(text, |text| iso::parse_day(text).ok_or(Fault::new("fault-day")))
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

    /// Converts the filters to a query, `None` if nothing can match, with what the form shows.
    pub async fn which(
        &self,
        site: &Visit<'_>,
        conn: &mut Conn,
    ) -> Result<(Option<events::Which>, Refusal), Error> {
        let values = [self.kind, self.account, self.since, self.until].map(Some);
        let (filter, refusal) = match Read::<EventsFilter>::of_query(values, site.config()).whole() {
            Ok(whole) => whole,
            Err(refusal) => return Ok((None, refusal)),
        };
        let until = filter.until.map(|day| day + *HumanDuration::days(1));
        let (kind, since) = (filter.kind, filter.since);
        let mut which = events::Which { kind, since, until, ..events::Which::default() };
        if let Some(email) = filter.account {
            let Some(account) = accounts::find_by_email(conn, email.key()).await? else {
                return Ok((None, refusal));
            };
            which.account = Some(account.id);
        }
        Ok((Some(which), refusal))
    }

    /// Returns a place with these filters and `from` in its query.
    pub fn address(&self, place: Place, from: &str) -> Address {
        let Self { kind, account, since, until } = *self;
        let query =
            [("kind", kind), ("account", account), ("since", since), ("until", until), ("from", from)];
        place.with(&query)
    }
}

/// A page of the audit log.
#[derive(Serialize)]
pub(super) struct EventsPage {
    /// Kinds to filter by.
    kinds: Vec<Choice>,
    events: Vec<ShownEvent>,
    /// The same as a file.
    csv: Address,
    /// Most events in a file.
    most: i64,
    #[serde(flatten)]
    neighbours: Neighbours,
}

/// An event on a page.
#[derive(Clone, Serialize)]
pub(super) struct ShownEvent {
    at: String,
    /// Sentence for its kind.
    what: String,
    kind: String,
    account: Option<Uuid>,
    /// Address of the account, as long as that exists.
    email: Option<String>,
    /// Address of the admin who caused it, if it was not the owner.
    actor: Option<String>,
    /// Whether it came from the command line.
    by_hand: bool,
    /// Client's address; empty if unknown.
    from: String,
    policy: Option<String>,
    detail: Option<String>,
}

impl View for EventsPage {
    const TEMPLATE: &'static str = "admin/events";
    const FORMS: Forms = &[EventsFilter::INPUTS];

    fn samples() -> Vec<Self> {
        let page = |kinds, events, neighbours| EventsPage {
            kinds,
            events,
            csv: Place::AdminEventsCsv.into(),
            most: csv::MAX_ROWS,
            neighbours,
        };
        let [only, middle] = Neighbours::samples(Place::AdminEvents);
        let (kinds, events) = (vec![Choice::new("reset.issued", "Reset asked for")], ShownEvent::samples());
        vec![page(Vec::new(), Vec::new(), only), page(kinds, events, middle)]
    }
}

impl ShownEvent {
    /// An owner's, one from the command line, and an admin's.
    pub fn samples() -> Vec<Self> {
        let event = |account, email: Option<&str>, actor: Option<&str>| ShownEvent {
            at: "2026-08-01 14:32 UTC".into(),
            what: "Roles changed".into(),
            kind: EventKind::AccountRolesChanged.name().into(),
            account,
            email: email.map(str::to_owned),
            actor: actor.map(str::to_owned),
            by_hand: actor == Some(Actor::COMMAND_LINE),
            from: String::new(),
            policy: None,
            detail: Some("+admin".into()),
        };
        let asked = ShownEvent {
            what: "Reset asked for".into(),
            kind: EventKind::ResetIssued.name().into(),
            from: "127.0.0.1".into(),
            policy: Some("second_key".into()),
            detail: None,
            ..event(Some(Uuid::nil()), Some("maria@example.com"), None)
        };
        vec![
            asked,
            event(Some(Uuid::nil()), None, Some(Actor::COMMAND_LINE)),
            event(None, None, Some("bob@example.com")),
        ]
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
) -> Result<Outcome, Error> {
    let Some(from) = id(from) else { return error(Status::BadRequest) };
    let asked = EventFilters::of([kind, account, since, until]);
    let mut conn = site.read().await?;
    let (which, form) = asked.which(&site, &mut conn).await?;
    let mut lines = match which {
        Some(which) => events::page(&mut conn, &events::Which { from, ..which }, READ).await?,
        None => Vec::new(),
    };
    let more = next(&mut lines).map(|next| asked.address(Place::AdminEvents, &next.event.id.to_string()));
    let kinds = EventKind::all().iter().map(|kind| Choice::new(kind.name(), say(&site, kind.name())));
    let page = EventsPage {
        kinds: kinds.collect(),
        events: shown(&site, &mut conn, &lines).await?,
        csv: asked.address(Place::AdminEventsCsv, ""),
        most: csv::MAX_ROWS,
        neighbours: Neighbours { more, first: from.is_some() },
    };
    Ok(Page::of(&page).answering(form))
}

fn say(site: &Visit<'_>, kind: &str) -> String {
    // A newer version's kind has no sentence here.
    let known = kind.parse::<EventKind>();
    known.map_or(kind.to_owned(), |known| site.say(&known.sentence(), &[]))
}

/// Events for a page.
pub(super) async fn shown(
    site: &Visit<'_>,
    conn: &mut Conn,
    lines: &[EventRow],
) -> Result<Vec<ShownEvent>, Error> {
    let names = actors(conn, lines).await?;
    let shown = lines.iter().map(|EventRow { event, email }| ShownEvent {
        at: format::moment(site.locale, event.at),
        what: say(site, &event.kind),
        kind: event.kind.clone(),
        account: event.account_id,
        email: email.clone(),
        actor: event.actor.as_ref().map(|actor| names.get(actor).unwrap_or(actor).clone()),
        by_hand: event.actor.as_deref() == Some(Actor::COMMAND_LINE),
        from: event.client.clone(),
        policy: event.policy.clone(),
        detail: event.detail.clone(),
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
