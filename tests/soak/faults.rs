//! A database that fails at any call leaves each thing done completely or not at all, and the site needs no restart.
//!
//! PostgreSQL is cut off at the n-th call, before it receives the call or before it can answer. In SQLite one
//! kind of write after another is refused within its transaction; then its files cannot grow beyond a number
//! of pages.

use std::{fmt, process::Command};

use rocket::tokio::select;
use serde_json::json;

use crate::{
    actor::{Actor, Found},
    common::{Engine, Setting, Strategy, Wire},
    harness::Harness,
    length::Length,
};

for_every_strategy! {
    an_error_at_any_call_leaves_nothing_half_done,
}

/// Errors in a normal test run.
const FEW: usize = 3;
/// The writes of a reset.
const WRITES: [&str; 13] = [
    "INSERT ON latchkey_outbox",
    "UPDATE ON latchkey_outbox",
    "DELETE ON latchkey_outbox",
    "INSERT ON latchkey_keys",
    "UPDATE ON latchkey_keys",
    "DELETE ON latchkey_keys",
    "INSERT ON latchkey_sessions",
    "DELETE ON latchkey_sessions",
    "UPDATE ON latchkey_accounts",
    "UPDATE OF password_hash ON latchkey_accounts",
    "INSERT ON latchkey_events",
    "INSERT ON latchkey_daily_stats",
    "UPDATE ON latchkey_daily_stats",
];
/// Most deliveries of one message: while nothing can be recorded, it is retried.
const MOST: usize = 4;

/// Part that fails.
enum Fault {
    Wire(Wire),
    Sqlite,
}

/// Counts of the states found after an error.
#[derive(Default)]
struct Figures {
    through: usize,
    cut: usize,
    found: [usize; 3],
    cuts: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { through, cut, found: [nothing, step, whole], cuts } = self;
        write!(
            f,
            "{through} resets went through, {cut} were refused or waited in vain; of these {nothing} "
        )?;
        write!(f, "had not happened, {step} in part, {whole} wholly; the wire was cut {cuts} times")
    }
}

impl Fault {
    /// The fault for a site in `setting`, and the URL of its database.
    async fn of(setting: &Setting) -> (Self, String) {
        if setting.engine == Engine::Sqlite {
            return (Fault::Sqlite, setting.database.clone());
        }
        let (wire, url) = Wire::to(&setting.database).await;
        (Fault::Wire(wire), url)
    }

    /// Starts the fault, at once or at the call for this turn.
    async fn begin(&self, harness: &Harness, turn: usize) {
        match self {
            Fault::Wire(wire) => {
                let call = i64::try_from(turn / 2 + 1).expect("few");
                wire.cut_at(call, turn % 2 == 1);
            }
            Fault::Sqlite => match WRITES.get(turn % (WRITES.len() * 3)) {
                Some(write) => {
                    let refuse = format!(
                        "CREATE TRIGGER fault BEFORE {write} BEGIN SELECT RAISE(ABORT, 'a fault'); END"
                    );
                    harness.db_probe.order(&refuse).await;
                }
                None => limit(harness, &((turn % (WRITES.len() * 3) - WRITES.len()) * 4096).to_string()),
            },
        }
    }

    async fn end(&self, harness: &Harness) {
        match self {
            Fault::Wire(wire) => wire.cut_at(0, false),
            Fault::Sqlite => {
                harness.db_probe.order("DROP TRIGGER IF EXISTS fault").await;
                limit(harness, "unlimited");
            }
        }
    }
}

/// Limits the size of the server's files.
fn limit(harness: &Harness, bytes: &str) {
    let (process, limit) = (harness.process().to_string(), format!("--fsize={bytes}:unlimited"));
    let limited = Command::new("prlimit").args(["--pid", &process, &limit]).status();
    assert!(limited.expect("prlimit runs").success());
}

async fn an_error_at_any_call_leaves_nothing_half_done(setting: Setting) {
    let (fault, url) = Fault::of(&setting).await;
    let harness = Harness::open(&setting, &[("databases.latchkey.url", json!(url))]).await;
    let mut ann = Actor::new(harness.site().person("ann").await);
    let name = format!("errors, {}, {:?}", setting.strategy.name(), setting.engine);
    let (mut length, mut figures) = (Length::new(name, FEW), Figures::default());
    while let Some(number) = length.next() {
        harness.post.forget();
        let turn = if crate::length::is_long() { number } else { spread(&setting, number) };
        harness.site().trouble.mind(true);
        fault.begin(&harness, turn).await;
        select! {
            () = ann.journey(&harness) => figures.through += 1,
            () = harness.site().trouble.told() => figures.cut += 1,
        }
        fault.end(&harness).await;
        harness.site().trouble.mind(false);
        match ann.judge(&harness).await {
            Found::Rest => {}
            Found::Nothing => figures.found[0] += 1,
            Found::Step => figures.found[1] += 1,
            Found::Whole => figures.found[2] += 1,
        }
        harness.db_probe.check().await;
        harness.outlive_leases().await;
        ann.check_mail(&harness, MOST).await;
        assert!(!harness.output().contains("panicked"), "{}", harness.output());
        if let Fault::Wire(wire) = &fault {
            figures.cuts = wire.cuts();
        }
        length.done();
        length.figures(&figures);
    }
    harness.post.forget();
    ann.journey(&harness).await;
}

/// Turns that differ between strategies, so that together they cover more.
fn spread(setting: &Setting, number: usize) -> usize {
    let place = Strategy::all().iter().position(|it| *it == setting.strategy).unwrap_or_default();
    (number * Strategy::all().len() + place) * 3 + 1
}
