//! The ledger, which records outcomes of messages, many in one transaction.

use std::{sync::Arc, time::Duration};

use rocket::tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

use super::desk::Desk;
use crate::{
    base::{Error, clock::Time},
    core::stats,
    store::{
        Tx,
        outbox::{self, OutboxKind, OutboxState},
    },
};

/// Most outcomes in one transaction.
const MAX_OUTCOMES: usize = 64;
/// Tries to record outcomes, and the delay between them. A message whose outcome is lost is sent again.
const TRIES: usize = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Outcome of one try to send a message.
pub struct Outcome {
    pub id: Uuid,
    pub kind: OutboxKind,
    pub fate: Fate,
}

/// Result of a try.
pub enum Fate {
    /// Sent, this long after it was posted.
    Sent(Duration),
    /// Expired before it could be sent.
    Expired,
    /// To be retried, with the reason and the time.
    Later(String, Time),
    /// Refused for good, with the reason.
    GivenUp(String),
}

/// Records outcomes until all senders are dropped.
pub async fn keep(desk: Arc<Desk>, mut outcomes: mpsc::Receiver<Outcome>) {
    let mut batch = Vec::new();
    while outcomes.recv_many(&mut batch, MAX_OUTCOMES).await > 0 {
        let mut written = false;
        for _ in 0..TRIES {
            match desk.within(write(&desk, &batch)).await {
                Ok(()) => {
                    written = true;
                    break;
                }
                Err(error) => log::error!("what became of messages cannot be written down: {error}"),
            }
            sleep(PAUSE).await;
        }
        for Outcome { id, kind, fate } in batch.drain(..) {
            desk.let_go(id);
            if written && kind != OutboxKind::Decoy {
                desk.app.metrics.tried(kind.label(), fate.label());
            }
        }
    }
}

async fn write(desk: &Desk, batch: &[Outcome]) -> Result<(), Error> {
    let (app, now) = (&desk.app, desk.app.now());
    let mut tx = desk.pool.begin_low_priority().await?;
    let mut sent = Vec::new();
    for Outcome { id, kind, fate } in batch {
        match fate {
            Fate::Sent(delay) => sent.push((*id, kind.name(), *delay)),
            Fate::Expired => {
                end(&mut tx, *id, OutboxState::Expired, "expired before it could be sent", now).await?;
            }
            Fate::Later(why, due) => outbox::postpone(&mut tx, *id, Some(why), *due).await?,
            Fate::GivenUp(why) => end(&mut tx, *id, OutboxState::GivenUp, why, now).await?,
        }
    }
    let ids: Vec<_> = sent.iter().map(|(id, ..)| *id).collect();
    let known = outbox::sent(&mut tx, &ids, now).await?;
    // Messages deleted meanwhile are not counted.
    sent.retain(|(id, ..)| known.contains(id));
    let delays = sent.iter().map(|(_, kind, delay)| (*kind, *delay));
    stats::sent(app, &mut tx, delays).await?;
    tx.commit().await
}

async fn end(tx: &mut Tx, id: Uuid, state: OutboxState, why: &str, now: Time) -> Result<(), Error> {
    outbox::finish(tx, id, state, Some(why), now).await.map(drop)
}

impl Fate {
    /// Name in metrics.
    fn label(&self) -> &'static str {
        match self {
            Fate::Sent(_) => "sent",
            Fate::Expired => "expired",
            Fate::Later(..) => "postponed",
            Fate::GivenUp(_) => "given_up",
        }
    }
}
