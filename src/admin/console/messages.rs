//! The outbox: waiting, failing, given-up, expired and sent messages with the reasons, never their contents.

use rocket::{Route, get, http::Status, post, routes};
use serde::Serialize;
use uuid::Uuid;

use super::{Neighbours, READ, begin, error, id, next};
use crate::{
    admin::message_actions,
    auth::role::Admin,
    base::{Error, fault::Fault},
    core::{
        event::Actor,
        place::{Address, Place},
    },
    http::{Outcome, Page, Refusal, SameOrigin, Visit},
    store::outbox::{self, OutboxFilter, OutboxRow, OutboxState},
    view::{format, shown::View},
};

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![list, show_one, again, discard]
}

/// A page of the messages in one state.
#[derive(Serialize)]
pub(super) struct MessagesPage {
    /// Name of the state.
    state: &'static str,
    /// Sentence about it.
    lead: String,
    /// All states.
    shelves: Vec<FilterLink>,
    messages: Vec<ShownMessage>,
    #[serde(flatten)]
    neighbours: Neighbours,
}

/// A state to choose.
#[derive(Serialize)]
struct FilterLink {
    name: String,
    path: Address,
    /// Whether its messages are shown.
    here: bool,
}

/// A message on the page.
#[derive(Serialize)]
struct ShownMessage {
    id: Uuid,
    kind: String,
    /// Address of the account, if that exists.
    email: Option<String>,
    account: Option<Uuid>,
    attempts: i64,
    /// Last error.
    trouble: Option<String>,
    since: String,
    /// Time of the next attempt after a failed one.
    due: Option<String>,
    /// Expiry.
    until: String,
    /// Time it was finished.
    done: Option<String>,
    /// Whether it can be sent again.
    again: bool,
    /// Whether it can be removed.
    drop: bool,
}

impl View for MessagesPage {
    const TEMPLATE: &'static str = "admin/messages";

    fn samples() -> Vec<Self> {
        let moment = || "2026-08-01 14:32 UTC".to_owned();
        let request = ShownMessage {
            id: Uuid::nil(),
            kind: "Request".into(),
            email: None,
            account: None,
            attempts: 0,
            trouble: None,
            since: moment(),
            due: None,
            until: moment(),
            done: None,
            again: false,
            drop: false,
        };
        let mail = ShownMessage {
            id: Uuid::nil(),
            kind: "Mail".into(),
            email: Some("maria@example.com".into()),
            account: Some(Uuid::nil()),
            attempts: 2,
            trouble: Some("550".into()),
            since: moment(),
            due: Some(moment()),
            until: moment(),
            done: Some(moment()),
            again: true,
            drop: true,
        };
        let filter = |name: &str, here| FilterLink {
            name: name.into(),
            path: Place::AdminMessages.with(&[("state", "sent")]),
            here,
        };
        let [only, middle] = Neighbours::samples(Place::AdminMessages);
        vec![
            MessagesPage {
                state: OutboxFilter::Sent.name(),
                lead: "Sent.".into(),
                shelves: vec![filter("Sent", true), filter("Given up", false)],
                messages: Vec::new(),
                neighbours: only,
            },
            MessagesPage {
                state: OutboxFilter::GivenUp.name(),
                lead: "Given up.".into(),
                shelves: vec![filter("Sent", false), filter("Given up", true)],
                messages: vec![mail, request],
                neighbours: middle,
            },
        ]
    }
}

#[get("/admin/messages?<state>&<from>")]
async fn list(
    site: Visit<'_>,
    _admin: Admin<'_>,
    state: Option<&str>,
    from: Option<&str>,
) -> Result<Outcome, Error> {
    match (state.map_or(Some(OutboxFilter::Waiting), OutboxFilter::named), id(from)) {
        (Some(filter), Some(from)) => Ok(page(&site, filter, from).await?.into()),
        _ => error(Status::BadRequest),
    }
}

#[get("/admin/messages/<_>/<_>")]
fn show_one(_admin: Admin<'_>) -> Outcome {
    Outcome::elsewhere(Place::AdminMessages)
}

#[post("/admin/messages/<id>/again")]
async fn again(_ours: SameOrigin, site: Visit<'_>, admin: Admin<'_>, id: &str) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return error(Status::NotFound) };
    let Some(mut tx) = begin(&site, &admin).await? else { return error(Status::Forbidden) };
    let done =
        message_actions::again(site.app, &mut tx, id, &Actor::admin(admin.0.account.id, site.caller()))
            .await?;
    tx.commit().await?;
    after(&site, done, OutboxFilter::GivenUp).await
}

#[post("/admin/messages/<id>/drop?<state>")]
async fn discard(
    _ours: SameOrigin,
    site: Visit<'_>,
    admin: Admin<'_>,
    id: &str,
    state: Option<&str>,
) -> Result<Outcome, Error> {
    let Ok(id) = Uuid::parse_str(id) else { return error(Status::NotFound) };
    let Some(mut tx) = begin(&site, &admin).await? else { return error(Status::Forbidden) };
    let done =
        message_actions::discard(site.app, &mut tx, id, &Actor::admin(admin.0.account.id, site.caller()))
            .await?;
    tx.commit().await?;
    after(&site, done, state.and_then(OutboxFilter::named).unwrap_or(OutboxFilter::GivenUp)).await
}

/// Redirects to the list, or shows it with a fault if the action was no longer possible.
async fn after(site: &Visit<'_>, done: bool, filter: OutboxFilter) -> Result<Outcome, Error> {
    let list = Place::AdminMessages.with(&[("state", filter.name())]);
    if done {
        return Ok(Outcome::go(list));
    }
    let page = page(site, filter, None).await?.home(list);
    Ok(page.refused(Refusal::at("messages", Fault::new("fault-message"))))
}

async fn page(site: &Visit<'_>, filter: OutboxFilter, from: Option<Uuid>) -> Result<Page, Error> {
    let (mut conn, now) = (site.read().await?, site.now());
    let newest = from.unwrap_or(Uuid::max());
    let mut lines = outbox::list(&mut conn, filter, newest, now, READ).await?;
    let more = next(&mut lines).map(|next| next.id.to_string());
    let more = more.map(|from| Place::AdminMessages.with(&[("state", filter.name()), ("from", &from)]));
    let shelves = OutboxFilter::all().iter().map(|other| FilterLink {
        name: site.say(&format!("messages-{}", other.name()), &[]),
        path: Place::AdminMessages.with(&[("state", other.name())]),
        here: *other == filter,
    });
    Ok(Page::of(&MessagesPage {
        state: filter.name(),
        lead: site.say(&format!("messages-{}-lead", filter.name()), &[]),
        shelves: shelves.collect(),
        messages: lines.iter().map(|line| shown(site, line)).collect(),
        neighbours: Neighbours { more, first: from.is_some() },
    }))
}

fn shown(site: &Visit<'_>, line: &OutboxRow) -> ShownMessage {
    let waits = line.state == OutboxState::Waiting;
    ShownMessage {
        id: line.id,
        kind: site.say(&format!("message-{}", line.kind.name()), &[]),
        email: line.email.clone(),
        account: line.account_id,
        attempts: line.attempts,
        trouble: line.last_error.clone(),
        since: format::moment(site.locale, line.created_at),
        due: Some(line.due_at)
            .filter(|_| waits && line.attempts > 0)
            .map(|at| format::moment(site.locale, at)),
        until: format::moment(site.locale, line.expires_at),
        done: line.done_at.map(|at| format::moment(site.locale, at)),
        again: line.again,
        drop: waits || line.state == OutboxState::GivenUp,
    }
}
