//! The worker: does what waits in the outbox, once each, and never in anybody's way.
//!
//! An entry is leased, worked on, and finished in a transaction that only counts if it is still waiting. Whatever dies
//! in between leaves it to the next lease.

use std::{collections::HashSet, sync::Arc, time::Duration};

use rocket::{
    Shutdown,
    tokio::{
        select,
        task::{JoinError, JoinSet},
        time::{sleep, timeout},
    },
};
use uuid::Uuid;

use super::{Undelivered, message::Message, purge, request::Request, transport::deliver};
use crate::{
    Error,
    app::App,
    clock::Time,
    store::{Pool, outbox, outbox::Entry},
    tally,
};

/// How many entries are worked on at once.
const HANDS: usize = 16;
/// How long an entry is nobody else's.
const LEASE: Duration = Duration::from_secs(60);
/// How often to look without being called: another process may have written.
const POLL: Duration = Duration::from_secs(1);
/// The pauses between tries: doubled from the first, up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// How often expired rows are removed.
const PURGE: Duration = Duration::from_secs(60);
/// How long, at shutdown, what is at hand may take.
const PATIENCE: Duration = Duration::from_millis(800);

/// Works until `shutdown`, then finishes what is at hand and gives the rest back.
pub async fn run(app: Arc<App>, pool: Pool, mut shutdown: Shutdown) {
    let _open = pool.keep_open();
    let mut at_hand = JoinSet::new();
    let mut leased = HashSet::new();
    let mut purged = Time::from_millis(0);
    loop {
        app.vital.beat();
        let free = HANDS - at_hand.len();
        let entries = lease(&app, &pool, free).await.unwrap_or_else(|error| {
            log::error!("the outbox cannot be read: {error}");
            Vec::new()
        });
        let full = entries.len() == free;
        for entry in entries {
            leased.insert(entry.id);
            at_hand.spawn(app.scope(None).during(work(app.clone(), pool.clone(), entry)));
        }
        if app.now() > purged + PURGE {
            purged = app.now();
            if let Err(error) = purge::purge(&app, &pool).await {
                log::error!("expired rows cannot be removed: {error}");
            }
        }
        select! {
            () = &mut shutdown => break,
            Some(done) = at_hand.join_next() => settle(done, &mut leased),
            () = app.bell.notified(), if !full => {}
            () = sleep(POLL) => {}
        }
        // Those who are done by now lease their next entries together.
        while let Some(done) = at_hand.try_join_next() {
            settle(done, &mut leased);
        }
    }
    let finish = async {
        while let Some(done) = at_hand.join_next().await {
            settle(done, &mut leased);
        }
    };
    if timeout(PATIENCE, finish).await.is_err() {
        at_hand.shutdown().await;
        if let Err(error) = give_back(&app, &pool, &leased).await {
            log::error!("leases of the outbox could not be given back: {error}");
        }
    }
}

fn settle(done: Result<Uuid, JoinError>, leased: &mut HashSet<Uuid>) {
    match done {
        Ok(id) => _ = leased.remove(&id),
        Err(_) => log::error!("the work on an entry of the outbox panicked: it waits for its lease to end"),
    }
}

/// Makes what this worker has leased due for another one at once.
async fn give_back(app: &App, pool: &Pool, leased: &HashSet<Uuid>) -> Result<(), Error> {
    let mut tx = pool.begin_behind().await?;
    for id in leased {
        outbox::postpone(&mut tx, *id, Some("the server stopped"), app.now()).await?;
    }
    tx.commit().await
}

async fn lease(app: &App, pool: &Pool, most: usize) -> Result<Vec<Entry>, Error> {
    let now = app.now();
    let due = outbox::next_due(&mut pool.read().await?).await?;
    if most == 0 || due.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let mut tx = pool.begin_behind().await?;
    let leased = outbox::lease(&mut tx, i64::try_from(most).unwrap_or(1), LEASE, now).await?;
    tx.commit().await?;
    Ok(leased)
}

/// Works on an entry whatever happens, and returns its id.
async fn work(app: Arc<App>, pool: Pool, entry: Entry) -> Uuid {
    let done = match entry.kind.as_str() {
        "request" => carry_out(&app, &pool, &entry).await,
        _ => send(&app, &pool, &entry).await,
    };
    if let Err(error) = done {
        log::error!("entry {} of the outbox waits for another try: {error}", entry.id);
        let again = async {
            let mut tx = pool.begin_behind().await?;
            outbox::postpone(&mut tx, entry.id, Some(&error.to_string()), app.now() + pause(&app, &entry))
                .await?;
            tx.commit().await
        };
        if let Err(error) = again.await {
            log::error!("entry {} of the outbox waits for its lease to end: {error}", entry.id);
        }
    }
    entry.id
}

async fn carry_out(app: &App, pool: &Pool, entry: &Entry) -> Result<(), Error> {
    let mut tx = pool.begin_behind().await?;
    if outbox::remove(&mut tx, entry.id).await? {
        if app.now() < entry.expires_at {
            Request::carry_out(app, &mut tx, &entry.sealed).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn send(app: &App, pool: &Pool, entry: &Entry) -> Result<(), Error> {
    let sent = if entry.kind == "none" {
        Ok(())
    } else if app.now() >= entry.expires_at {
        Err(None)
    } else {
        let message = Message::open(app, &entry.sealed)?;
        deliver(app, &message, entry.id).await.map_err(Some)
    };
    let mut tx = pool.begin_behind().await?;
    let now = app.now();
    let outcome = match &sent {
        Ok(()) => "sent",
        Err(None) => "expired",
        Err(Some(Undelivered::Later(_))) => "postponed",
        Err(Some(Undelivered::Never(_))) => "given_up",
    };
    match sent {
        Ok(()) => {
            if outbox::finish(&mut tx, entry.id, "sent", None, now).await? {
                let delay = entry.created_at.until(now);
                tally::count(app, &mut tx, tally::SENT, &entry.kind, Some(delay)).await?;
            }
        }
        Err(None) => outbox::finish(&mut tx, entry.id, "expired", Some("it was worth nothing any more"), now)
            .await
            .map(drop)?,
        Err(Some(Undelivered::Later(why))) => {
            log::warn!("message {} waits for another try: {why}", entry.id);
            outbox::postpone(&mut tx, entry.id, Some(&why), now + pause(app, entry)).await?;
        }
        Err(Some(Undelivered::Never(why))) => {
            log::error!("message {} is given up: {why}", entry.id);
            outbox::finish(&mut tx, entry.id, "given_up", Some(&why), now).await.map(drop)?;
        }
    }
    tx.commit().await?;
    if entry.kind != "none" {
        app.meters.tried(&entry.kind, outcome);
    }
    Ok(())
}

/// Two seconds, doubled at each try up to a quarter of an hour, give or take a quarter of it.
fn pause(app: &App, entry: &Entry) -> Duration {
    let doublings = u32::try_from(entry.attempts.clamp(1, 10) - 1).unwrap_or(0);
    let pause = (FIRST_PAUSE * 2u32.pow(doublings)).min(LAST_PAUSE);
    let jitter = app.random.bytes::<1>().map_or(128, |[byte]| u32::from(byte));
    pause * (192 + jitter / 2) / 256
}
