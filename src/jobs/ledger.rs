//! The ledger: what became of messages, many in one transaction.

use std::{sync::Arc, time::Duration};

use rocket::tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

use super::desk::Desk;
use crate::{
    base::{Error, clock::Time},
    core::tally,
    store::{Tx, outbox},
};

/// How many at once.
const MOST: usize = 64;
/// How often, and after which pause, it is tried to write them down. What is not written down is sent again.
const TRIES: usize = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// What became of a message.
pub struct Outcome {
    pub id: Uuid,
    pub kind: String,
    pub fate: Fate,
}

/// How it came out, this time.
pub enum Fate {
    /// Sent, so long after it was posted.
    Sent(Duration),
    /// Worth nothing any more.
    Expired,
    /// To be tried again, and when.
    Later(String, Time),
    /// Refused for good.
    GivenUp(String),
}

/// Writes down what comes, until nobody is left to send it.
pub async fn keep(desk: Arc<Desk>, mut outcomes: mpsc::Receiver<Outcome>) {
    let mut batch = Vec::new();
    while outcomes.recv_many(&mut batch, MOST).await > 0 {
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
            if written && kind != "none" {
                desk.app.metrics.tried(&kind, fate.name());
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
            Fate::Sent(delay) => sent.push((*id, kind.as_str(), *delay)),
            Fate::Expired => end(&mut tx, *id, fate, "expired before it could be sent", now).await?,
            Fate::Later(why, due) => outbox::postpone(&mut tx, *id, Some(why), *due).await?,
            Fate::GivenUp(why) => end(&mut tx, *id, fate, why, now).await?,
        }
    }
    let ids: Vec<_> = sent.iter().map(|(id, ..)| *id).collect();
    let known = outbox::sent(&mut tx, &ids, now).await?;
    // What was dropped meanwhile is not counted.
    sent.retain(|(id, ..)| known.contains(id));
    let delays = sent.iter().map(|(_, kind, delay)| (*kind, *delay));
    tally::sent(app, &mut tx, delays).await?;
    tx.commit().await
}

async fn end(tx: &mut Tx, id: Uuid, fate: &Fate, why: &str, now: Time) -> Result<(), Error> {
    outbox::finish(tx, id, fate.name(), Some(why), now).await.map(drop)
}

impl Fate {
    /// What it is called in the table, and by meters.
    fn name(&self) -> &'static str {
        match self {
            Fate::Sent(_) => "sent",
            Fate::Expired => "expired",
            Fate::Later(..) => "postponed",
            Fate::GivenUp(_) => "given_up",
        }
    }
}
