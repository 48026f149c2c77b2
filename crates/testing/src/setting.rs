//! Settings for laws: each strategy on each database, every pair a test named `law::strategy::database`.

use std::{io::Write, path::PathBuf};

use rocket::tokio::runtime::Builder;

use super::{Database, Strategy, replicas};

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Arguments of a law: the strategy in force, and a database of its own.
#[derive(Clone)]
pub struct Setting {
    pub strategy: Strategy,
    pub engine: Engine,
    pub database: String,
    pub folder: PathBuf,
}

/// Proves `law` in one setting, on a fresh database; skips it if that is not available here.
pub fn prove(strategy: Strategy, engine: Engine, law: impl AsyncFnOnce(Setting)) {
    if let Some(why) = replicas::wanted(engine).and_then(|_| replicas::unfit()) {
        return skip(why);
    }
    let database = match Database::with_tables(engine) {
        Ok(database) => database,
        Err(reason) => return skip(&reason),
    };
    let setting =
        Setting { strategy, engine, database: database.url().to_owned(), folder: database.folder() };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(law(setting));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
}

/// Reports a skipped test, bypassing libtest's capture, so that `scripts/test` counts it.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    let reason = reason.lines().next().unwrap_or_default();
    let _ = writeln!(std::io::stderr(), "SKIP {}: {reason}", thread.name().unwrap_or("?"));
}

/// Defines a test of each law for every strategy on both databases.
#[macro_export]
macro_rules! for_every_strategy {
    ($($law:ident),+ $(,)?) => {$(
        mod $law {
            with_every_strategy! { on_both_databases! super::super::$law => }
        }
    )+};
}

/// The same for every strategy that has a capability, or that lacks it: `!needs_phone: …`.
#[macro_export]
macro_rules! for_every_strategy_that {
    ($it:ident: $($law:ident),+ $(,)?) => {$(
        mod $law {
            with_every_strategy! { on_both_databases! $it super::super::$law => }
        }
    )+};
    (!$it:ident: $($law:ident),+ $(,)?) => {$(
        mod $law {
            with_every_strategy! { on_both_databases! !$it super::super::$law => }
        }
    )+};
}

/// Defines a test of each law on both databases, under the default strategy.
#[macro_export]
macro_rules! for_both_databases {
    ($($law:ident),+ $(,)?) => {$(
        mod $law {
            on_both_databases! { super::super::$law => set_then_login SetThenLogin:; }
        }
    )+};
}

#[macro_export]
macro_rules! on_both_databases {
    ($law:path => $($name:ident $strategy:ident: $($can:ident)*;)+) => {$(
        mod $name {
            use $crate::{Engine, Strategy, prove};

            #[test]
            fn sqlite() {
                prove(Strategy::$strategy, Engine::Sqlite, $law)
            }

            #[test]
            fn postgres() {
                prove(Strategy::$strategy, Engine::Postgres, $law)
            }
        }
    )+};
    ($it:ident $law:path => $($name:ident $strategy:ident: $($can:ident)*;)+) => {$(
        if_able! { $it [$($can)*] { on_both_databases! { $law => $name $strategy:; } } {} }
    )+};
    (!$it:ident $law:path => $($name:ident $strategy:ident: $($can:ident)*;)+) => {$(
        if_able! { $it [$($can)*] {} { on_both_databases! { $law => $name $strategy:; } } }
    )+};
}
