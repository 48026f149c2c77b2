//! `latchkey outbox …`: lists messages, retries those given up, and drops those that are not to be sent.

use std::io::Write;

use clap::{Subcommand, ValueEnum};
use serde_json::json;
use uuid::Uuid;

use super::{Done, LOCALE, say_json, site::Site, table::Table};
use crate::{
    admin::message_actions,
    app::App,
    base::Error,
    core::event::Actor,
    store::{
        Pool,
        outbox::{self, OutboxFilter, OutboxState},
    },
    view::{format, iso},
};

#[derive(Subcommand)]
pub(super) enum Outbox {
    /// Lists messages, the newest first.
    List {
        /// Messages in this state.
        #[arg(long, value_enum, default_value_t = Listed::Waiting)]
        state: Listed,
        /// Maximum number of lines.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=100_000))]
        limit: i64,
        /// One JSON object a line: id, kind, state, address, attempts, trouble, since, due, until, done, again.
        #[arg(long)]
        json: bool,
    },
    /// Sends messages again that were given up and have not expired.
    Retry {
        /// The id of a message, as `list` shows it.
        #[arg(required = true)]
        id: Vec<Uuid>,
    },
    /// Drops messages that are waiting or were given up.
    Drop {
        /// The id of a message, as `list` shows it.
        #[arg(required = true)]
        id: Vec<Uuid>,
    },
}

/// Messages to list.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Listed {
    /// To be sent, or being sent.
    Waiting,
    /// Tried in vain, and tried again.
    Failing,
    /// Refused for good.
    GivenUp,
    /// Worth nothing any more.
    Expired,
    /// Sent.
    Sent,
}

impl From<Listed> for OutboxFilter {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Waiting => OutboxFilter::Waiting,
            Listed::Failing => OutboxFilter::Failing,
            Listed::GivenUp => OutboxFilter::GivenUp,
            Listed::Expired => OutboxFilter::Expired,
            Listed::Sent => OutboxFilter::Sent,
        }
    }
}

pub(super) async fn run(outbox: Outbox, site: Site) -> Result<Done, Error> {
    let (app, pool) = site.open().await?;
    let done = match outbox {
        Outbox::List { state, limit, json } => list(&app, &pool, state.into(), limit, json).await?,
        Outbox::Retry { id } => change(&app, &pool, &id, true).await?,
        Outbox::Drop { id } => change(&app, &pool, &id, false).await?,
    };
    pool.close().await;
    Ok(done)
}

async fn list(app: &App, pool: &Pool, state: OutboxFilter, limit: i64, json: bool) -> Result<Done, Error> {
    let lines = outbox::list(&mut pool.read().await?, state, Uuid::max(), app.now(), limit).await?;
    let mut table = Table::new(["ID", "KIND", "SINCE", "TRIES", "ADDRESS", "TROUBLE"]);
    for line in &lines {
        let email = line.email.as_deref().unwrap_or_default();
        let trouble = line.last_error.as_deref().unwrap_or_default();
        if json {
            say_json(&json!({
                "id": line.id,
                "kind": line.kind.name(),
                "state": line.state.name(),
                "address": line.email,
                "attempts": line.attempts,
                "trouble": line.last_error,
                "since": iso::stamp(line.created_at),
                "due": (line.state == OutboxState::Waiting).then(|| iso::stamp(line.due_at)),
                "until": iso::stamp(line.expires_at),
                "done": line.done_at.map(iso::stamp),
                "again": line.again,
            }));
        } else {
            let (id, tries) = (line.id.to_string(), line.attempts.to_string());
            table.row([
                &id,
                line.kind.name(),
                &format::moment(LOCALE, line.created_at),
                &tries,
                email,
                trouble,
            ]);
        }
    }
    if json && !lines.is_empty() {
        return Ok(Done::Done);
    }
    table.end("no such messages");
    Ok(Done::Done)
}

/// Changes each message; [`Done::Done`] if all of them could be changed.
async fn change(app: &App, pool: &Pool, ids: &[Uuid], again: bool) -> Result<Done, Error> {
    let actor = Actor::command_line(app);
    let mut all = true;
    for id in ids {
        let mut tx = pool.begin().await?;
        let (done, what) = if again {
            (message_actions::again(app, &mut tx, *id, &actor).await?, "will be sent again")
        } else {
            (message_actions::discard(app, &mut tx, *id, &actor).await?, "is dropped")
        };
        tx.commit().await?;
        if done {
            say!("{id} {what}");
        } else {
            eprintln!("latchkey: {id} is not a message that can be changed like this");
        }
        all &= done;
    }
    Ok(all.into())
}
