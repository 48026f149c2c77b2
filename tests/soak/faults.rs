//! A database that fails at any call leaves each thing done wholly or not at all, and the site goes on without a restart.
//!
//! PostgreSQL is cut off at the n-th call, before it hears of it or before it can answer. In SQLite one kind of write
//! after the other is refused, in the middle of its transaction, and then its files can grow no further than so many pages.

use std::{fmt, process::Command};

use rocket::tokio::select;
use serde_json::json;

use crate::{
    arena::Arena,
    common::{Engine, Setting, Wire},
    length::Length,
    traveller::{Found, Traveller},
};

for_every_strategy! {
    an_error_at_any_call_leaves_nothing_half_done,
}

/// How many errors among the tests.
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
    "INSERT ON latchkey_tallies",
    "UPDATE ON latchkey_tallies",
];
/// How often a message may come: while nothing can be written down it is tried again.
const MOST: usize = 4;

/// What fails.
enum Fault {
    Wire(Wire),
    Sqlite,
}

/// What the errors met.
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
    /// What can fail for a site in `setting`, and where its database is then.
    async fn of(setting: &Setting) -> (Self, String) {
        if setting.engine == Engine::Sqlite {
            return (Fault::Sqlite, setting.database.clone());
        }
        let (wire, url) = Wire::to(&setting.database).await;
        (Fault::Wire(wire), url)
    }

    /// From now on, or at the call whose turn it is.
    async fn begin(&self, arena: &Arena, turn: usize) {
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
                    arena.ledger.order(&refuse).await;
                }
                None => limit(arena, &((turn % (WRITES.len() * 3) - WRITES.len()) * 4096).to_string()),
            },
        }
    }

    async fn end(&self, arena: &Arena) {
        match self {
            Fault::Wire(wire) => wire.cut_at(0, false),
            Fault::Sqlite => {
                arena.ledger.order("DROP TRIGGER IF EXISTS fault").await;
                limit(arena, "unlimited");
            }
        }
    }
}

/// Lets no file of the server grow beyond so many bytes.
fn limit(arena: &Arena, bytes: &str) {
    let (process, limit) = (arena.process().to_string(), format!("--fsize={bytes}:unlimited"));
    let limited = Command::new("prlimit").args(["--pid", &process, &limit]).status();
    assert!(limited.expect("prlimit runs").success());
}

async fn an_error_at_any_call_leaves_nothing_half_done(setting: Setting) {
    let (fault, url) = Fault::of(&setting).await;
    let arena = Arena::open(&setting, &[("databases.latchkey.url", json!(url))]).await;
    let mut ann = Traveller::new(arena.site().person("ann").await);
    let name = format!("errors, {}, {:?}", setting.strategy.name(), setting.engine);
    let (mut length, mut figures) = (Length::new(name, FEW), Figures::default());
    while let Some(number) = length.next() {
        arena.post.forget();
        let turn = if crate::length::is_long() { number } else { spread(&setting, number) };
        arena.site().trouble.mind(true);
        fault.begin(&arena, turn).await;
        select! {
            () = ann.journey(&arena) => figures.through += 1,
            () = arena.site().trouble.told() => figures.cut += 1,
        }
        fault.end(&arena).await;
        arena.site().trouble.mind(false);
        match ann.judge(&arena).await {
            Found::Rest => {}
            Found::Nothing => figures.found[0] += 1,
            Found::Step => figures.found[1] += 1,
            Found::Whole => figures.found[2] += 1,
        }
        arena.ledger.check().await;
        arena.outlive_leases().await;
        ann.check_mail(&arena, MOST).await;
        assert!(!arena.output().contains("panicked"), "{}", arena.output());
        if let Fault::Wire(wire) = &fault {
            figures.cuts = wire.cuts();
        }
        length.done();
        length.figures(&figures);
    }
    arena.post.forget();
    ann.journey(&arena).await;
}

/// A few turns that differ from strategy to strategy, so that all of them together reach far.
fn spread(setting: &Setting, number: usize) -> usize {
    (number * 5 + setting.strategy as usize) * 3 + 1
}
