//! Sending of one message or decoy; the [`ledger`](super::ledger) records the outcome.

use std::sync::Arc;

use rocket::tokio::sync::mpsc;

use super::{
    clerk, delivery,
    desk::Desk,
    ledger::{Fate, Outcome},
};
use crate::{
    outbox::{Undelivered, message::Message},
    store::outbox::{Entry, OutboxKind, Queue},
};

/// Sends the message of an entry.
pub async fn send(desk: Arc<Desk>, queue: Queue, entry: Entry, ledger: mpsc::Sender<Outcome>) {
    // Written by an earlier version, which has no separate queues.
    if entry.kind == OutboxKind::Request {
        return clerk::carry_out(desk, vec![entry]).await;
    }
    let app = &desk.app;
    let fate = if app.now() >= entry.expires_at {
        Fate::Expired
    } else {
        let tried = match entry.kind {
            OutboxKind::Decoy => delivery::pretend(app, queue).await,
            _ => match Message::open(app, &entry.sealed) {
                Ok(message) => delivery::deliver(app, &message, entry.id).await,
                Err(error) => Err(Undelivered::Transient(error.to_string())),
            },
        };
        match tried {
            Ok(()) => Fate::Sent(entry.created_at.until(app.now())),
            Err(Undelivered::Transient(why)) => {
                log::warn!("message {} will be retried: {why}", entry.id);
                Fate::Later(why, app.now() + desk.pause(entry.attempts))
            }
            Err(Undelivered::Permanent(why)) => {
                log::error!("gave up on message {}: {why}", entry.id);
                Fate::GivenUp(why)
            }
        }
    };
    // The ledger runs until all senders are dropped.
    _ = ledger.send(Outcome { id: entry.id, kind: entry.kind, fate }).await;
}
