//! Facts about one person in the database, counted over a separate connection.

use std::sync::Arc;

use rocket::tokio::sync::Mutex;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::common::{Engine, Setting};

/// A connection to the site's database.
#[derive(Clone)]
pub struct DbProbe(Arc<Mutex<Conn>>);

enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Counts taken at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Facts {
    /// Resets completed with a new password.
    pub completed: i64,
    /// Keys that opened a session for the form of a new password.
    pub signed_in_once: i64,
    /// Keys that created a generated password.
    pub generated: i64,
    /// Keys created.
    pub issued: i64,
    /// Codes and second keys created.
    pub code_sent: i64,
    /// Password changes with the current password.
    pub changed: i64,
    /// Wrong codes.
    pub code_failed: i64,
    /// Registrations that became an account.
    pub confirmed: i64,
    /// "This wasn't me" links.
    pub undo: i64,
    /// Notices of a change, sent or to be sent.
    pub notices: i64,
    /// Keys of resets.
    pub reset_keys: i64,
    /// All keys and codes, except for "this wasn't me".
    pub keys: i64,
    /// Sessions.
    pub sessions: i64,
    /// Remembered browsers.
    pub remembered: i64,
}

const FACTS: &str = "SELECT
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'reset.completed') AS completed,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'reset.signed_in_once') AS signed_in_once,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'reset.password_generated') AS generated,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'reset.issued') AS issued,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'reset.code_sent') AS code_sent,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'password.changed') AS changed,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'code.failed') AS code_failed,
    (SELECT COUNT(*) FROM latchkey_events WHERE account_id = a.id AND kind = 'account.confirmed') AS confirmed,
    (SELECT COUNT(*) FROM latchkey_keys WHERE account_id = a.id AND purpose = 'undo') AS undo,
    (SELECT COUNT(*) FROM latchkey_outbox WHERE account_id = a.id AND kind = 'email' AND key_id IS NULL) AS notices,
    (SELECT COUNT(*) FROM latchkey_keys WHERE account_id = a.id AND purpose = 'reset') AS reset_keys,
    (SELECT COUNT(*) FROM latchkey_keys WHERE account_id = a.id AND purpose <> 'undo') AS keys,
    (SELECT COUNT(*) FROM latchkey_sessions WHERE account_id = a.id) AS sessions,
    (SELECT COUNT(*) FROM latchkey_remembered WHERE account_id = a.id) AS remembered
    FROM latchkey_accounts AS a WHERE email = $1";

/// Runs one query on either database.
macro_rules! on {
    ($db_probe:expr, $conn:ident => $run:expr) => {
        match &mut *$db_probe.0.lock().await {
            Conn::Sqlite($conn) => $run.expect("the database answers"),
            Conn::Postgres($conn) => $run.expect("the database answers"),
        }
    };
}

impl DbProbe {
    /// Opens the database of `setting`, which must exist.
    pub async fn open(setting: &Setting) -> Self {
        let conn = match setting.engine {
            Engine::Sqlite => SqliteConnection::connect(&setting.database).await.map(Conn::Sqlite),
            Engine::Postgres => PgConnection::connect(&setting.database).await.map(Conn::Postgres),
        };
        Self(Arc::new(Mutex::new(conn.expect("the database opens"))))
    }

    /// Facts about the account of `email`; all zero if there is none.
    pub async fn facts(&self, email: &str) -> Facts {
        let facts: Option<Facts> =
            on!(self, conn => sqlx::query_as(FACTS).bind(email).fetch_optional(conn).await);
        facts.unwrap_or_default()
    }

    /// Number of waiting entries of the outbox, and of messages recorded as sent.
    pub async fn outbox(&self) -> (i64, i64) {
        const OUTBOX: &str = "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END),
            COUNT(CASE WHEN state = 'sent' AND kind <> 'none' THEN 1 END) FROM latchkey_outbox";
        on!(self, conn => sqlx::query_as(OUTBOX).fetch_one(conn).await)
    }

    /// Panics unless the database is consistent: its pages, indexes and references, and no open transaction.
    pub async fn check(&self) {
        match &mut *self.0.lock().await {
            Conn::Sqlite(conn) => {
                let faults: Vec<(String,)> =
                    sqlx::query_as("PRAGMA integrity_check").fetch_all(&mut *conn).await.expect("a check");
                assert_eq!(faults, [("ok".to_owned(),)]);
                let unknown_keys =
                    sqlx::query("PRAGMA foreign_key_check").fetch_all(conn).await.expect("a check");
                assert!(unknown_keys.is_empty(), "{} rows refer to nothing", unknown_keys.len());
            }
            Conn::Postgres(conn) => {
                const INDEXES: &str = "SELECT bt_index_check(c.oid, TRUE)::TEXT FROM pg_class AS c
                    JOIN pg_am AS a ON a.oid = c.relam AND a.amname = 'btree'
                    WHERE c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace";
                const OPEN: &str = "SELECT COUNT(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
                    AND state_change < now() - INTERVAL '10 seconds'";
                sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS amcheck")
                    .execute(&mut *conn)
                    .await
                    .expect("amcheck");
                sqlx::query(INDEXES).execute(&mut *conn).await.expect("sound indexes");
                let (open,): (i64,) = sqlx::query_as(OPEN).fetch_one(conn).await.expect("an answer");
                assert_eq!(open, 0, "transactions that nobody ends");
            }
        }
    }

    /// Changes an SQLite database under the site.
    pub async fn order(&self, statement: &str) {
        if let Conn::Sqlite(conn) = &mut *self.0.lock().await {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await.expect("the database is altered");
        }
    }

    /// Changes either database under the site, in its own SQL.
    pub async fn alter(&self, sqlite: &'static str, postgres: &'static str) {
        match &mut *self.0.lock().await {
            Conn::Sqlite(conn) => sqlx::raw_sql(sqlite).execute(conn).await.map(drop),
            Conn::Postgres(conn) => sqlx::raw_sql(postgres).execute(conn).await.map(drop),
        }
        .expect("the database is altered");
    }
}
