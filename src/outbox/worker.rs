//! The worker: does what waits in the outbox, once each, and never in anybody's way.
//!
//! An entry is leased, worked on, and finished in a transaction that only counts if it is still waiting. Whatever dies
//! in between leaves it to the next lease.

use std::{collections::HashSet, sync::Arc, time::Duration};

use rocket::{
    Shutdown,
    tokio::{
        select,
        task::JoinSet,
        time::{sleep, timeout},
    },
};
use uuid::Uuid;

use super::{
    Undelivered,
    message::Message,
    notes::{Became, Note, Notes},
    request::Request,
    transport::deliver,
};
use crate::{
    Error,
    app::App,
    clock::Time,
    span::Span,
    store::{Pool, counts, events, keys, outbox, outbox::Entry, registrations, remembered, sessions},
};

/// How many entries are leased at once, and how many tasks work on them.
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
/// In how many small steps, at most.
const STEPS: usize = 40;
/// How long done messages and events are kept.
const KEPT: Span = Span::days(90);

/// Works until `shutdown`, then finishes what is at hand and gives the rest back.
pub async fn run(app: Arc<App>, pool: Pool, mut shutdown: Shutdown) {
    let _open = pool.keep_open();
    let mut at_hand = JoinSet::new();
    let mut leased = HashSet::new();
    let notes = Arc::new(Notes::default());
    let mut purged = Time::from_millis(0);
    loop {
        let free = HANDS - at_hand.len();
        let entries = lease(&app, &pool, free).await.unwrap_or_else(|error| {
            log::error!("the outbox cannot be read: {error}");
            Vec::new()
        });
        let full = entries.len() == free;
        leased.extend(entries.iter().map(|entry| entry.id));
        for entries in goes(&pool, entries) {
            at_hand.spawn(work(app.clone(), pool.clone(), notes.clone(), entries));
        }
        if app.now() > purged + PURGE {
            purged = app.now();
            if let Err(error) = purge(&app, &pool).await {
                log::error!("expired rows cannot be removed: {error}");
            }
        }
        select! {
            () = &mut shutdown => break,
            Some(done) = at_hand.join_next() => {
                done.iter().flatten().for_each(|id| _ = leased.remove(id));
            }
            () = app.bell.notified(), if !full => {}
            () = sleep(POLL) => {}
        }
    }
    let finish = async {
        while let Some(done) = at_hand.join_next().await {
            done.iter().flatten().for_each(|id| _ = leased.remove(id));
        }
    };
    if timeout(PATIENCE, finish).await.is_err() {
        at_hand.shutdown().await;
        if let Err(error) = give_back(&app, &pool, &leased).await {
            log::error!("leases of the outbox could not be given back: {error}");
        }
    }
}

/// Makes what this worker has leased due for another one at once.
async fn give_back(app: &App, pool: &Pool, leased: &HashSet<Uuid>) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
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
    let mut tx = pool.begin().await?;
    let leased = outbox::lease(&mut tx, i64::try_from(most).unwrap_or(1), LEASE, now).await?;
    tx.commit().await?;
    Ok(leased)
}

/// What is worked on in one go: each entry for itself, but on one writer, which waits for the disk at each commit, all
/// that needs nothing but the database.
fn goes(pool: &Pool, entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let (together, alone): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| pool.has_one_writer() && !is_message(entry));
    let alone = alone.into_iter().map(|entry| vec![entry]);
    alone.chain([together]).filter(|entries| !entries.is_empty()).collect()
}

/// Whether it leaves this machine.
fn is_message(entry: &Entry) -> bool {
    !matches!(entry.kind.as_str(), "request" | "none")
}

/// Works on entries whatever happens, and returns their ids.
async fn work(app: Arc<App>, pool: Pool, notes: Arc<Notes>, entries: Vec<Entry>) -> Vec<Uuid> {
    // If one of several fails, it must not keep the others from being done.
    let done = entries.len() > 1 && settle(&app, &pool, &entries).await.is_ok();
    for entry in entries.iter().filter(|_| !done) {
        let done = match is_message(entry) {
            true => send(&app, &pool, &notes, entry).await,
            false => settle(&app, &pool, std::slice::from_ref(entry)).await,
        };
        if let Err(error) = done {
            postpone(&app, &pool, entry, &error).await;
        }
    }
    entries.iter().map(|entry| entry.id).collect()
}

async fn postpone(app: &App, pool: &Pool, entry: &Entry, error: &Error) {
    log::error!("entry {} of the outbox waits for another try: {error}", entry.id);
    let again = async {
        let mut tx = pool.begin().await?;
        outbox::postpone(&mut tx, entry.id, Some(&error.to_string()), app.now() + pause(app, entry)).await?;
        tx.commit().await
    };
    if let Err(error) = again.await {
        log::error!("entry {} of the outbox waits for its lease to end: {error}", entry.id);
    }
}

/// Carries out requests and finishes messages to nobody, all or none.
async fn settle(app: &App, pool: &Pool, entries: &[Entry]) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
    for entry in entries {
        if entry.kind == "none" {
            outbox::finish(&mut tx, entry.id, "sent", None, app.now()).await?;
        } else if outbox::remove(&mut tx, entry.id).await? && app.now() < entry.expires_at {
            Request::carry_out(app, &mut tx, &entry.sealed).await?;
        }
    }
    tx.commit().await?;
    app.bell.notify_one();
    Ok(())
}

async fn send(app: &App, pool: &Pool, notes: &Notes, entry: &Entry) -> Result<(), Error> {
    let became = if app.now() >= entry.expires_at {
        Became::Over { state: "expired", trouble: Some("it was worth nothing any more".into()) }
    } else {
        let message = Message::open(app, &entry.sealed)?;
        match deliver(app, &message, entry.id).await {
            Ok(()) => Became::Over { state: "sent", trouble: None },
            Err(Undelivered::Later(why)) => {
                log::warn!("message {} waits for another try: {why}", entry.id);
                Became::Waiting { trouble: why, due: app.now() + pause(app, entry) }
            }
            Err(Undelivered::Never(why)) => {
                log::error!("message {} is given up: {why}", entry.id);
                Became::Over { state: "given_up", trouble: Some(why) }
            }
        }
    };
    notes.write(pool, Note { id: entry.id, became, at: app.now() }).await
}

/// Two seconds, doubled at each try up to a quarter of an hour, give or take a quarter of it.
fn pause(app: &App, entry: &Entry) -> Duration {
    let doublings = u32::try_from(entry.attempts.clamp(1, 10) - 1).unwrap_or(0);
    let pause = (FIRST_PAUSE * 2u32.pow(doublings)).min(LAST_PAUSE);
    let jitter = app.random.bytes::<1>().map_or(128, |[byte]| u32::from(byte));
    pause * (192 + jitter / 2) / 256
}

async fn purge(app: &App, pool: &Pool) -> Result<(), Error> {
    let now = app.now();
    for _ in 0..STEPS {
        let mut tx = pool.begin().await?;
        let removed = keys::purge(&mut tx, now).await?
            + registrations::purge(&mut tx, now).await?
            + sessions::purge(&mut tx, now).await?
            + remembered::purge(&mut tx, now).await?
            + counts::purge(&mut tx, now).await?
            + outbox::purge(&mut tx, now - *KEPT).await?
            + events::purge(&mut tx, now - *KEPT).await?;
        tx.commit().await?;
        if removed == 0 {
            break;
        }
    }
    Ok(())
}
