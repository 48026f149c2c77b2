//! The worker, which processes each entry of the outbox once, without delaying requests.
//!
//! An entry is leased, processed, and finished in a transaction that only counts if the entry is still waiting. If the
//! server dies in between, the entry is leased again. Requests, mail and texts have separate queues: none waits for
//! another, and every wait for another machine has a timeout.

use std::{panic, sync::Arc, time::Duration};

use rocket::{
    Shutdown,
    tokio::{
        self, select,
        sync::mpsc,
        task::JoinSet,
        time::{Instant, sleep, timeout},
    },
};

use super::{clerk, desk::Desk, ledger, purge, removal::Position, rounds::Rounds, sender};
use crate::{
    app::App,
    store::{Pool, outbox::Queue},
};

/// Mails and texts sent at once.
const MAILS: usize = 16;
const TEXTS: usize = 8;
/// Outcomes that may wait to be recorded before sending pauses.
const OUTCOMES: usize = 256;
/// Interval for removing expired rows.
const PURGE: Duration = Duration::from_secs(60);
/// Interval for checking whether a removal is due.
const LOOK: Duration = Duration::from_secs(1);
/// Longest time at shutdown for the database.
const LAST: Duration = Duration::from_secs(1);

/// Works until `shutdown`, then finishes entries in progress and gives back the others.
pub async fn run(app: Arc<App>, pool: Pool, shutdown: Shutdown) {
    let _open = pool.keep_open();
    let desk = Arc::new(Desk::new(app.clone(), pool));
    let (ledger, outcomes) = mpsc::channel(OUTCOMES);
    let mut written = tokio::spawn(app.scope(None).during(ledger::keep(desk.clone(), outcomes)));
    let mut parts = JoinSet::new();
    for (queue, hands) in [(Queue::Mail, MAILS), (Queue::Texts, TEXTS)] {
        let (at_desk, ledger) = (desk.clone(), ledger.clone());
        let send = move |set: Vec<_>| {
            let (desk, ledger) = (at_desk.clone(), ledger.clone());
            async move {
                for entry in set {
                    sender::send(desk.clone(), queue, entry, ledger.clone()).await;
                }
            }
        };
        let rounds = Rounds { queue, hands, set: 1 };
        parts.spawn(app.scope(None).during(rounds.run(desk.clone(), send, shutdown.clone())));
    }
    drop(ledger);
    let (set, hands) = desk.pool.sets();
    let rounds = Rounds { queue: Queue::Requests, hands, set };
    let at_desk = desk.clone();
    let carry_out = move |set| clerk::carry_out(at_desk.clone(), set);
    parts.spawn(app.scope(None).during(rounds.run(desk.clone(), carry_out, shutdown.clone())));
    parts.spawn(app.scope(None).during(clean(desk.clone(), shutdown)));
    while let Some(ended) = parts.join_next().await {
        if let Err(end) = ended
            && let Ok(payload) = end.try_into_panic()
        {
            panic::resume_unwind(payload);
        }
    }
    if timeout(LAST, &mut written).await.is_err() {
        written.abort();
    }
    if !matches!(timeout(LAST, desk.give_back()).await, Ok(Ok(()))) {
        log::error!("leases of the outbox could not be given back: they end by themselves");
    }
}

/// Removes expired rows at intervals.
async fn clean(desk: Arc<Desk>, mut shutdown: Shutdown) {
    let mut last = Position::default();
    loop {
        select! {
            () = &mut shutdown => return,
            purged = timeout(PURGE, purge::purge(&desk.app, &desk.pool, &mut last)) => match purged {
                Ok(Ok(())) => {}
                Ok(Err(error)) => log::error!("could not remove expired rows: {error}"),
                Err(_) => log::error!("expired rows cannot be removed: the database does not answer"),
            }
        }
        let (begun, due) = (Instant::now(), desk.app.now() + PURGE);
        while begun.elapsed() < PURGE && desk.app.now() < due {
            select! {
                () = &mut shutdown => return,
                () = sleep(LOOK) => {}
            }
        }
    }
}
