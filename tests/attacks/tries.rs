//! How often an attack is tried: under each strategy of its column, on both databases; each try is noted for the table
//! at the end of `scripts/test`.

use std::{fs::OpenOptions, io::Write};

use serde_json::json;

use crate::{
    common::{Change, Engine, Strategy, prove},
    scene::Scene,
};

/// Where `scripts/test` wants each try noted.
const NOTED: &str = "LATCHKEY_TEST_ATTACKS";

/// Under which strategies, in turn on one site, and with which keys set otherwise.
pub struct Tries {
    strategies: &'static [Strategy],
    changes: fn() -> Vec<Change<'static>>,
}

use Strategy::{GeneratedPassword, OneTimeLogin, SecondKey, SetThenLogin, SmsApproved};

/// All five.
pub const EVERY: Tries =
    Tries::under(&[GeneratedPassword, OneTimeLogin, SetThenLogin, SecondKey, SmsApproved]);
/// The first four: what a link alone opens.
pub const FOUR: Tries = Tries::under(&[GeneratedPassword, OneTimeLogin, SetThenLogin, SecondKey]);
/// The two whose form takes a code.
pub const CODES: Tries = Tries::under(&[SecondKey, SmsApproved]);
/// `sms_approved` alone.
pub const SMS: Tries = Tries::under(&[SmsApproved]);
/// The site as a whole: whatever the strategy is.
pub const SITE: Tries = Tries::under(&[SetThenLogin]);

impl Tries {
    /// Under these strategies, the laxest first: a key that one leaves behind is none for the next.
    pub const fn under(strategies: &'static [Strategy]) -> Tries {
        Tries { strategies, changes: Vec::new }
    }

    /// The same on a site with some keys set otherwise.
    pub const fn with(self, changes: fn() -> Vec<Change<'static>>) -> Tries {
        Tries { changes, ..self }
    }

    /// Tries the attack `name` on `engine`.
    pub fn run(&self, name: &str, engine: Engine, attack: impl AsyncFn(&mut Scene)) {
        prove(self.strategies[0], engine, async |setting| {
            let mut scene = Scene::set(&setting, &(self.changes)(), self.strategies).await;
            for strategy in self.strategies {
                println!("under {}", strategy.name());
                scene.enter(*strategy).await;
                attack(&mut scene).await;
                scene.is_over();
                note(&format!("{} {} {engine:?}\n", &name[..4], strategy.name()));
            }
            scene.app.stop().await;
        });
    }
}

/// Limits as they are by default, which other tests do without.
pub fn limited() -> Vec<Change<'static>> {
    vec![("latchkey.limits.enabled", json!(true))]
}

/// Notes a try that did what it must.
pub fn note(line: &str) {
    if let Some(file) = std::env::var_os(NOTED) {
        let mut file = OpenOptions::new().append(true).create(true).open(file).expect("a file for the notes");
        file.write_all(line.as_bytes()).expect("a note is written");
    }
}

/// Makes a test of each attack on both databases.
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
