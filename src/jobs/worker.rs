//! The worker: does what waits in the outbox, once each, and never in anybody's way.
//!
//! An entry is leased, worked on, and finished in a transaction that only counts if it is still waiting. Whatever dies
//! in between leaves it to the next lease. Requests, mail and texts are queues of their own: none waits for another, and
//! nothing waits for a machine without a limit.

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

use super::{clerk, desk::Desk, ledger, purge, rounds::Rounds, sender};
use crate::{
    app::App,
    store::{Pool, outbox::Queue},
};

/// How many mails, and how many texts, are sent at once.
const MAILS: usize = 16;
const TEXTS: usize = 8;
/// How many outcomes wait to be written down before sending pauses.
const OUTCOMES: usize = 256;
/// How often expired rows are removed.
const PURGE: Duration = Duration::from_secs(60);
/// How often to look whether it is time for that.
const LOOK: Duration = Duration::from_secs(1);
/// How long, at shutdown, the database may take.
const LAST: Duration = Duration::from_secs(1);

/// Works until `shutdown`, then finishes what is at hand and gives the rest back.
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

/// Removes what is over, now and then.
async fn clean(desk: Arc<Desk>, mut shutdown: Shutdown) {
    loop {
        select! {
            () = &mut shutdown => return,
            purged = timeout(PURGE, purge::purge(&desk.app, &desk.pool)) => match purged {
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
