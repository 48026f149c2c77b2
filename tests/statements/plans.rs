//! No statement scans a whole growing table, except for a few.
//!
//! The tables are empty, except for the outbox on PostgreSQL: the question is whether an index can serve a statement,
//! not which plan is chosen at some size. So PostgreSQL may use only indexes and nested loops, and knows no values. A
//! range of an index counts as served, whatever its size.

use regex::Regex;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, raw_sql};

use super::{common::Engine, migrated, statements_of, wait};

/// Statements that may scan a table or an index.
const MAY: [&str; 7] = [
    // All accounts are counted when a policy is judged.
    "accounts::EVERYBODY",
    "accounts::WITH_ROLES",
    // All second factors are counted when a policy that requires them is judged.
    "factors::HOLDERS",
    // All invitations, by an index that contains nothing else.
    "registrations::INVITATIONS",
    // A new site is filled, for measuring.
    "seed::ANYBODY",
    "seed::DAILY_STATS",
    "seed::ROLES",
];

/// Tables with a row for each server or migration.
const SMALL: [&str; 2] = ["latchkey_replicas", "latchkey_migrations"];

#[test]
fn no_statement_reads_a_whole_table_on_sqlite() {
    let Some(database) = migrated(Engine::Sqlite) else { return };
    wait(async {
        let mut connection = SqliteConnection::connect(database.url()).await.expect("opens");
        let mut found = Vec::new();
        for (name, sql) in statements_of(Engine::Sqlite) {
            let plan = raw_sql(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
            let plan = plan.fetch_all(&mut connection).await.expect("a plan");
            let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
            if whole_by_steps(&steps) {
                println!("{name}: {steps:#?}");
                found.push(name);
            }
        }
        found.sort();
        assert_eq!(found, MAY);
    });
}

/// True if a step of SQLite scans a table or an index, or builds an index by scanning a table.
fn whole_by_steps(steps: &[String]) -> bool {
    let made_by_the_statement = |name: &str| {
        let made = |step: &String| step.strip_prefix("CO-ROUTINE ") == Some(name);
        // A bound value is not a table.
        ["CONSTANT", "json_each"].contains(&name) || steps.iter().any(made)
    };
    steps.iter().any(|step| {
        let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        step.contains(" AUTOMATIC ")
            || scanned.is_some_and(|name| !SMALL.contains(&name) && !made_by_the_statement(name))
    })
}

#[test]
fn no_statement_reads_a_whole_table_on_postgres() {
    let Some(database) = migrated(Engine::Postgres) else { return };
    wait(async {
        let mut connection = PgConnection::connect(database.url()).await.expect("opens");
        let by_index_alone =
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
            SET enable_mergejoin = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan";
        raw_sql(by_index_alone).execute(&mut connection).await.expect("is set");
        // As after a quiet night: nothing waits, so an index of those that do seems to cost nothing.
        let outbox = "INSERT INTO latchkey_outbox
            (id, kind, state, sealed, attempts, created_at, due_at, expires_at, queue, turn)
            SELECT gen_random_uuid(), 'email', (ARRAY['sent', 'given_up', 'expired'])[1 + n % 3], '', 0,
            n, n, n, 'mail', n FROM generate_series(1, 20000) AS n;
            ANALYZE latchkey_outbox";
        raw_sql(outbox).execute(&mut connection).await.expect("is filled");
        let mut found = Vec::new();
        for (name, sql) in statements_of(Engine::Postgres) {
            let explain = format!(
                "PREPARE it AS {sql}; EXPLAIN (FORMAT JSON) EXECUTE it {}; DEALLOCATE it",
                nothing_for(&sql)
            );
            let plan = raw_sql(AssertSqlSafe(explain)).fetch_all(&mut connection).await.expect("a plan");
            let plan: String = plan[0].get_unchecked(0);
            let plan: Value = serde_json::from_str(&plan).expect("JSON");
            if whole_by_node(&plan[0]["Plan"]) {
                println!("{name}: {plan:#}");
                found.push(name);
            }
        }
        found.sort();
        assert_eq!(found, MAY);
    });
}

/// A NULL for each parameter.
fn nothing_for(sql: &str) -> String {
    let parameter = Regex::new(r"\$([0-9]+)").expect("a pattern");
    match parameter.captures_iter(sql).map(|found| found[1].parse().expect("a number")).max() {
        None => String::new(),
        Some(count) => format!("({})", vec!["NULL"; count].join(", ")),
    }
}

/// True if a node of PostgreSQL's plan, or one below it, scans a table or an index.
fn whole_by_node(node: &Value) -> bool {
    let goes = matches!(node["Node Type"].as_str(), Some("Seq Scan" | "Index Scan" | "Index Only Scan"))
        && node["Index Cond"].is_null()
        && node["Relation Name"].as_str().is_none_or(|table| !SMALL.contains(&table));
    goes || node["Plans"].as_array().is_some_and(|beneath| beneath.iter().any(whole_by_node))
}
