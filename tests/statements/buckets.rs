//! The statements that take from buckets match the algorithm of the crate `governor`, on both databases.

use std::cell::RefCell;

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, raw_sql};

use super::{common::Engine, migrated, statements, wait};

/// `governor`'s `Gcra::test_and_update`, for one key.
struct Gcra {
    t: i64,
    tau: i64,
    tat: Option<i64>,
}

impl Gcra {
    fn allows(&mut self, now: i64) -> bool {
        let tat = self.tat.unwrap_or(now);
        let allows = now >= tat - self.tau;
        if allows {
            self.tat = Some(tat.max(now) + self.t);
        }
        allows
    }
}

/// A statement of `counts` with `values` for `$2` and so on; `$1` is always `bucket`.
fn filled(name: &str, bucket: &str, values: &[i64]) -> String {
    let (_, sql) = statements().into_iter().find(|(found, _)| found == name).expect("the statement");
    let sql = sql.replace("$1", bucket);
    values
        .iter()
        .enumerate()
        .fold(sql, |sql, (n, value)| sql.replace(&format!("${}", n + 2), &format!("({value})")))
}

/// Takes one, of `burst` that come back at intervals of `t`.
fn take(bucket: &str, now: i64, burst: i64, t: i64) -> String {
    let (latest, first, absurd) = (now + t * (burst - 1), now + t, now + 2 * t * burst + 60_000);
    filled("rate_limits::TAKE", bucket, &[now, t, latest, first, absurd])
}

/// The same from the bucket `01`, with the statement that takes from many.
fn take_each(engine: Engine, now: i64, burst: i64, t: i64) -> String {
    let (latest, first, absurd) = (now + t * (burst - 1), now + t, now + 2 * t * burst + 60_000);
    let name = match engine {
        Engine::Sqlite => "rate_limits::TAKE_EACH_SQLITE",
        Engine::Postgres => "rate_limits::TAKE_EACH_POSTGRES",
    };
    let wanted = serde_json::json!([{ "bucket": "01", "first": first, "latest": latest, "absurd": absurd }]);
    filled(name, &format!("'{wanted}'"), &[now])
}

fn tries() -> impl Strategy<Value = (i64, i64, Vec<(i64, bool, bool)>)> {
    // Delay of each try, whether it is taken back afterwards, and whether it uses the statement for many.
    let each = (0..9_000_i64, prop::bool::weighted(0.2), prop::bool::ANY);
    (1..9_i64, 1..5_000_i64, prop::collection::vec(each, 1..40))
}

fn agrees(engine: Engine, bucket: &str) {
    let Some(database) = migrated(engine) else { return };
    let runtime =
        rocket::tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut lite = None;
    let mut post = None;
    match engine {
        Engine::Sqlite => {
            lite = Some(runtime.block_on(SqliteConnection::connect(database.url())).expect("opens"))
        }
        Engine::Postgres => {
            post = Some(runtime.block_on(PgConnection::connect(database.url())).expect("opens"))
        }
    }
    let open = RefCell::new((lite, post));
    let run = |sql: String| -> usize {
        let sql = raw_sql(AssertSqlSafe(sql));
        match &mut *open.borrow_mut() {
            (Some(conn), _) => runtime.block_on(sql.fetch_all(conn)).expect("runs").len(),
            (_, Some(conn)) => runtime.block_on(sql.fetch_all(conn)).expect("runs").len(),
            _ => unreachable!("one of them is open"),
        }
    };
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let result = runner.run(&tries(), |(burst, t, tries)| {
        run("DELETE FROM latchkey_rate_limits".into());
        let (mut gcra, mut now) = (Gcra { t, tau: t * (burst - 1), tat: None }, 1_700_000_000_000);
        for (later, back, many) in tries {
            now += later;
            let allowed = gcra.allows(now);
            let statement = if many { take_each(engine, now, burst, t) } else { take(bucket, now, burst, t) };
            if run(statement) != usize::from(allowed) {
                return Err(TestCaseError::fail(format!("at {now}: not as governor has it ({allowed})")));
            }
            if back && allowed {
                gcra.tat = gcra.tat.map(|tat| tat - t);
                run(filled("rate_limits::PUT_BACK", bucket, &[now, t]));
            }
        }
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn taking_is_governors_algorithm_on_sqlite() {
    agrees(Engine::Sqlite, "x'01'");
}

#[test]
fn taking_is_governors_algorithm_on_postgres() {
    agrees(Engine::Postgres, "'\\x01'::bytea");
}

#[test]
fn a_bucket_that_a_wrong_clock_left_does_not_lock_for_as_long() {
    let Some(database) = migrated(Engine::Sqlite) else { return };
    wait(async {
        let mut connection = SqliteConnection::connect(database.url()).await.expect("opens");
        let (now, day) = (1_700_000_000_000, 24 * 60 * 60 * 1000);
        let mut allowed = Vec::new();
        for at in [now + 30 * day, now, now, now + 60_000] {
            let sql = take("x'01'", at, 2, 60_000);
            allowed.push(raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("runs").len());
        }
        assert_eq!(allowed, [1, 1, 0, 1]);
    });
}
