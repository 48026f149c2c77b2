//! `latchkey events`: lists what happened, to whom, by whom and from where.

use std::io::Write;

use clap::Args;
use figment::Figment;
use serde_json::json;

use super::{Done, open, say_json, wrong};
use crate::{
    Error,
    account::email::Email,
    clock::Time,
    event::KINDS,
    span::Span,
    store::{accounts, events, events::Line},
    web::human,
};

#[derive(Args)]
pub(super) struct Events {
    /// Only of this kind, like reset.completed.
    #[arg(long)]
    kind: Option<String>,
    /// Only of the account with this address.
    #[arg(long)]
    account: Option<String>,
    /// Only from this day on, like 2026-08-01 (UTC).
    #[arg(long)]
    since: Option<String>,
    /// Only up to the end of this day, like 2026-08-01 (UTC).
    #[arg(long)]
    until: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    limit: i64,
    /// One JSON object a line: id, at, kind, address, account, by (an admin's account, `command line`, or null), from,
    /// policy, detail.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(asked: Events, figment: &Figment) -> Result<Done, Error> {
    let kind = asked.kind.as_deref();
    if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
        return Err(wrong(format!("`{kind}` is no kind of event: the kinds are {}", KINDS.join(", "))));
    }
    let since = asked.since.as_deref().map(day).transpose()?;
    let until = asked.until.as_deref().map(day).transpose()?.map(|day| day + *Span::days(1));
    let (_, pool) = open(figment).await?;
    let mut conn = pool.read().await?;
    let mut which = events::Which { kind, since, until, ..events::Which::default() };
    let mut lines = Vec::new();
    if let Some(address) = &asked.account {
        let email = Email::parse(address).map_err(|_| wrong(format!("`{address}` is no e-mail address")))?;
        which.account = accounts::find_by_email(&mut conn, email.key()).await?.map(|account| account.id);
    }
    if asked.account.is_none() || which.account.is_some() {
        lines = events::page(&mut conn, &which, asked.limit).await?;
    }
    if !asked.json && !lines.is_empty() {
        say!("{:24} {:24} {:30} {:36} {:15} under, with", "at", "kind", "address", "by", "from");
    }
    lines.iter().for_each(|line| tell(line, asked.json));
    drop(conn);
    rocket_db_pools::Pool::close(&pool).await;
    Ok((!lines.is_empty()).into())
}

fn day(text: &str) -> Result<Time, Error> {
    human::parse_day(text).ok_or_else(|| wrong(format!("`{text}` is no day: write it like 2026-08-01")))
}

fn tell(Line { event, email }: &Line, json: bool) {
    let at = human::stamp(event.at);
    if json {
        return say_json(&json!({
            "id": event.id,
            "at": at,
            "kind": event.kind,
            "address": email,
            "account": event.account_id,
            "by": event.actor,
            "from": event.client,
            "policy": event.policy,
            "detail": event.detail,
        }));
    }
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let (email, by, policy, detail) =
        (text(email), text(&event.actor), text(&event.policy), text(&event.detail));
    say!("{at:24} {:24} {email:30} {by:36} {:15} {policy} {detail}", event.kind, event.client);
}
