//! Repetition of an attack: under each strategy of its column, on both databases; each try is recorded for
//! the table at the end of `scripts/test`.

use std::{fs::OpenOptions, io::Write};

use serde_json::json;

use crate::{
    common::{Capabilities, Change, Engine, Strategy, prove},
    fixture::AttackFixture,
};

/// File in which `scripts/test` wants each try recorded.
const NOTED: &str = "LATCHKEY_TEST_ATTACKS";

/// Strategies to try an attack under, in turn on one site, and changed keys.
pub struct Tries {
    chosen: fn(Strategy) -> bool,
    changes: fn() -> Vec<Change<'static>>,
}

/// All.
pub const EVERY: Tries = Tries::under(|_| true);
/// Those that need only the link and the mailbox.
pub const MAIL: Tries = Tries::under(|it| !it.needs_phone());
/// Those whose form takes a code.
pub const CODES: Tries = Tries::under(Strategy::takes_code);
/// Those whose code is texted.
pub const SMS: Tries = Tries::under(Strategy::needs_phone);
/// Those that send a generated password.
pub const GENERATED: Tries = Tries::under(Strategy::mails_password);
/// The site as a whole, under any strategy.
pub const SITE: Tries = Tries::under(|it| matches!(it, Strategy::SetThenLogin));

impl Tries {
    /// Under the chosen strategies.
    pub const fn under(chosen: fn(Strategy) -> bool) -> Tries {
        Tries { chosen, changes: Vec::new }
    }

    /// The same on a site with some keys changed.
    pub const fn with(self, changes: fn() -> Vec<Change<'static>>) -> Tries {
        Tries { changes, ..self }
    }

    /// Tries the attack `name` on `engine`.
    pub fn run(&self, name: &str, engine: Engine, attack: impl AsyncFn(&mut AttackFixture)) {
        // The laxest first, so that a key left behind by one is not valid for the next.
        let strategies: Vec<_> =
            Strategy::all().iter().copied().rev().filter(|it| (self.chosen)(*it)).collect();
        prove(strategies[0], engine, async |setting| {
            let mut fixture = AttackFixture::set(&setting, &(self.changes)(), &strategies).await;
            for strategy in &strategies {
                println!("under {}", strategy.name());
                fixture.enter(*strategy).await;
                attack(&mut fixture).await;
                fixture.is_over();
                note(name, strategy.name(), engine);
            }
            fixture.app.stop().await;
        });
    }
}

/// The default limits, which are off in other tests.
pub fn limited() -> Vec<Change<'static>> {
    vec![("latchkey.limits.enabled", json!(true))]
}

/// Records that a try of the attack `name` passed, for each id that this begins with.
pub fn note(name: &str, strategy: &str, engine: Engine) {
    let Some(file) = std::env::var_os(NOTED) else { return };
    let is_id = |word: &&str| word.len() == 4 && word[1..].bytes().all(|byte| byte.is_ascii_digit());
    let ids = name.split('_').take_while(is_id);
    let lines: String = ids.map(|id| format!("{id} {strategy} {engine:?}\n")).collect();
    let mut file = OpenOptions::new().append(true).create(true).open(file).expect("a file for the notes");
    file.write_all(lines.as_bytes()).expect("a note is written");
}

/// Defines a test of each attack on both databases.
macro_rules! attacks {
    ($($tries:expr => $($attack:ident),+ $(,)?;)+) => {$($(
        mod $attack {
            use super::*;

            #[test]
            fn sqlite() {
                $tries.run(stringify!($attack), $crate::common::Engine::Sqlite, $attack)
            }

            #[test]
            fn postgres() {
                $tries.run(stringify!($attack), $crate::common::Engine::Postgres, $attack)
            }
        }
    )+)+};
}
