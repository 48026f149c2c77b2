//! A server killed at any instant has done each thing completely or not at all, and is soon back.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use rocket::{
    futures::future::join_all,
    tokio::{select, time::sleep},
};

use crate::{
    actor::{Actor, Found},
    common::Setting,
    harness::Harness,
    length::{Length, is_long},
};

for_every_strategy! {
    a_kill_at_any_instant_leaves_nothing_half_done,
}

/// Kills in a normal test run.
const FEW: usize = 2;
/// People who reset their passwords meanwhile.
const TRAVELLERS: usize = 4;
/// Longest life of a server, in milliseconds.
const LIFE: u64 = 1_000;
/// Time within which it must be back.
const SOON: Duration = Duration::from_secs(5);

/// Counts of the states found after a kill.
#[derive(Default)]
struct Figures {
    nothing: usize,
    step: usize,
    whole: usize,
    twice: usize,
    longest: Duration,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { nothing, step, whole, twice, longest } = self;
        write!(f, "resets cut short: {nothing} had not happened, {step} in part, {whole} wholly; ")?;
        write!(f, "{twice} messages came twice; back after {} ms at most", longest.as_millis())
    }
}

/// Waits for a random instant of a server's life.
async fn instant() {
    sleep(Duration::from_millis(RandomState::new().hash_one(()) % LIFE)).await;
}

async fn a_kill_at_any_instant_leaves_nothing_half_done(setting: Setting) {
    let mut harness = Harness::open(&setting, &[]).await;
    let mut actors = Vec::new();
    for number in 0..TRAVELLERS {
        actors.push(Actor::new(harness.site().person(&format!("ann{number}")).await));
    }
    let name = format!("kills, {}, {:?}", setting.strategy.name(), setting.engine);
    let (mut length, mut figures) = (Length::new(name, FEW), Figures::default());
    while length.next().is_some() {
        harness.post.forget();
        let journeys = join_all(actors.iter_mut().map(|actor| actor.travel(&harness)));
        select! {
            _ = journeys => {}
            () = instant() => harness.kill(),
        }
        let took = harness.start_again().await;
        assert!(took < SOON || !is_long(), "back after {took:?}");
        figures.longest = figures.longest.max(took);
        harness.db_probe.check().await;
        for actor in &mut actors {
            match actor.judge(&harness).await {
                Found::Rest => {}
                Found::Nothing => figures.nothing += 1,
                Found::Step => figures.step += 1,
                Found::Whole => figures.whole += 1,
            }
        }
        harness.outlive_leases().await;
        figures.twice = 0;
        for actor in &actors {
            figures.twice += actor.check_mail(&harness, 2).await;
        }
        length.done();
        length.figures(&figures);
    }
}
