//! `latchkey events`: lists events, with account, actor and origin.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde_json::json;

use super::{Done, LOCALE, say_json, site::Site, table::Table};
use crate::{
    base::{Error, clock::Time, duration::HumanDuration, email::Email},
    core::event::EventKind,
    store::{
        Conn, accounts,
        events::{self, EventRow},
    },
    view::{format, iso},
};

#[derive(Args)]
pub(super) struct Events {
    /// List only events of this kind, like reset.completed.
    #[arg(long, hide_possible_values = true, value_parser = kinds())]
    kind: Option<EventKind>,
    /// List only events of the account with this address.
    #[arg(long, value_parser = super::email)]
    account: Option<Email>,
    /// List only events from this day on, like 2026-08-01 (UTC).
    #[arg(long, value_parser = day)]
    since: Option<Time>,
    /// List only events up to the end of this day, like 2026-08-01 (UTC).
    #[arg(long, value_parser = day)]
    until: Option<Time>,
    /// Maximum number of lines.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    limit: i64,
    /// One JSON object a line: id, at, kind, address, account, by (an admin's account, `command line`, or null), from,
    /// policy, detail.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(asked: Events, site: Site) -> Result<Done, Error> {
    let (_, pool) = site.open().await?;
    let done = list(&asked, &mut pool.read().await?).await?;
    pool.close().await;
    Ok(done)
}

async fn list(asked: &Events, conn: &mut Conn) -> Result<Done, Error> {
    let until = asked.until.map(|day| day + *HumanDuration::days(1));
    let kind = asked.kind;
    let mut which = events::Which { kind, since: asked.since, until, ..events::Which::default() };
    if let Some(email) = &asked.account {
        which.account = accounts::find_by_email(conn, email.key()).await?.map(|account| account.id);
        if which.account.is_none() {
            eprintln!("latchkey: no account has the address {}", email.address());
            return Ok(Done::Nothing);
        }
    }
    let lines = events::page(conn, &which, asked.limit).await?;
    if asked.json && !lines.is_empty() {
        lines.iter().for_each(tell);
        return Ok(Done::Done);
    }
    let mut table = Table::new(["AT", "KIND", "ADDRESS", "BY", "FROM", "UNDER", "WITH"]);
    for EventRow { event, email } in &lines {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let by = match &event.actor {
            Some(actor) => match actor.parse() {
                Ok(id) => accounts::find(conn, id).await?.map_or(actor.clone(), |account| account.email),
                Err(_) => actor.clone(),
            },
            None => String::new(),
        };
        let (at, email, policy, detail) =
            (format::moment(LOCALE, event.at), text(email), text(&event.policy), text(&event.detail));
        table.row([&at, &event.kind, &email, &by, &event.client, &policy, &detail]);
    }
    table.end("no such events");
    Ok(Done::Done)
}

fn kinds() -> impl TypedValueParser<Value = EventKind> {
    let names = EventKind::all().iter().map(|kind| kind.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<EventKind>())
}

fn day(text: &str) -> Result<Time, String> {
    iso::parse_day(text).ok_or_else(|| "write a day like 2026-08-01".into())
}

fn tell(EventRow { event, email }: &EventRow) {
    say_json(&json!({
        "id": event.id,
        "at": iso::stamp(event.at),
        "kind": event.kind,
        "address": email,
        "account": event.account_id,
        "by": event.actor,
        "from": event.client,
        "policy": event.policy,
        "detail": event.detail,
    }));
}
