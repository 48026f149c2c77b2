//! A fresh database for each test, dropped afterwards, and a dump of its whole contents.

use std::{
    fs,
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use latchkey::{config::database, store::Pool};
use rocket::{
    figment::Figment,
    tokio::{
        runtime::{Builder, Runtime},
        time::sleep,
    },
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

use super::{Engine, Postgres};

/// Name of the file of a database in SQLite.
const FILE_NAME: &str = "latchkey.db";

/// A database for one test, with a folder for the files of its site.
pub struct Database {
    url: String,
    folder: TempDir,
    dropped_by: Option<(String, String)>,
}

impl Database {
    /// Creates an empty database on `engine`, or says why it cannot.
    pub fn create(engine: Engine) -> Result<Database, String> {
        match engine {
            Engine::Sqlite => {
                let folder = TempDir::with_prefix("latchkey-").map_err(|error| error.to_string())?;
                let url = format!("sqlite://{}", folder.path().join(FILE_NAME).display());
                Ok(Database { url, folder, dropped_by: None })
            }
            Engine::Postgres => Database::on(&Postgres::shared()?),
        }
    }

    /// Creates a database with all tables, a copy of one that was migrated once, or says why it cannot.
    pub fn with_tables(engine: Engine) -> Result<Database, String> {
        static FILE: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
        static TEMPLATE: OnceLock<Result<String, String>> = OnceLock::new();
        match engine {
            Engine::Sqlite => {
                let file = FILE.get_or_init(|| {
                    let first = Database::create(engine)?;
                    migrate(&first.url)?;
                    fs::read(first.folder().join(FILE_NAME)).map_err(|error| error.to_string())
                });
                let database = Database::create(engine)?;
                fs::write(database.folder().join(FILE_NAME), file.as_ref().map_err(String::clone)?)
                    .map_err(|error| error.to_string())?;
                Ok(database)
            }
            Engine::Postgres => {
                let server = Postgres::shared()?;
                let template = TEMPLATE.get_or_init(|| {
                    let mut first = Database::on(&server)?;
                    migrate(&first.url)?;
                    // It goes with its server.
                    Ok(first.dropped_by.take().map(|(_, name)| name).unwrap_or_default())
                });
                Database::of(&server, template.as_ref().map_err(String::clone)?)
            }
        }
    }

    /// Creates an empty database on the PostgreSQL server at `server`.
    pub fn on(server: &str) -> Result<Database, String> {
        Database::of(server, "template0")
    }

    /// Creates a copy of a database on the PostgreSQL server at `server`.
    fn of(server: &str, template: &str) -> Result<Database, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = TempDir::with_prefix("latchkey-").map_err(|error| error.to_string())?;
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        order(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        let url = format!("{server}/{name}");
        Ok(Database { url, folder, dropped_by: Some((server.to_owned(), name)) })
    }

    /// Value for `databases.latchkey.url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Folder that is deleted with the database.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Does not drop the database: its server stops first.
    pub fn forget(&mut self) {
        self.dropped_by = None;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = self.dropped_by.take() {
            let _ = order(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Creates the tables of the site in an empty database.
fn migrate(url: &str) -> Result<(), String> {
    let settings = database::read(&Figment::new().merge(("databases.latchkey.url", url)));
    let run = async { Pool::migrate(&settings?).await };
    runtime().block_on(run).map(drop).map_err(|error| error.to_string())
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime for one statement")
}

fn order(server: &str, statement: &str) -> Result<(), String> {
    let run = async {
        let mut connection = PgConnection::connect(&format!("{server}/postgres")).await?;
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        connection.close().await
    };
    runtime().block_on(run).map_err(|error| error.to_string())
}

/// First column of the rows found by `query`, which must be text.
pub async fn texts(url: &str, query: &'static str) -> Vec<String> {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("the database opens");
        sqlx::query_scalar(query).fetch_all(&mut connection).await.expect("rows")
    } else {
        let mut connection = PgConnection::connect(url).await.expect("the database opens");
        sqlx::query_scalar(query).fetch_all(&mut connection).await.expect("rows")
    }
}

/// Executes a statement, as an operator of the database might.
pub async fn execute(url: &str, statement: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement));
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("the database opens");
        statement.execute(&mut connection).await.map(drop).expect("it is executed");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("the database opens");
        statement.execute(&mut connection).await.map(drop).expect("it is executed");
    }
}

/// Waits until no server has anything left to send.
pub async fn until_sent(url: &str) {
    until_none(url, "SELECT kind FROM latchkey_outbox WHERE state = 'waiting'").await;
}

/// Waits until a query finds nothing, for a minute at most.
pub async fn until_none(url: &str, query: &'static str) {
    let mut found = Vec::new();
    for _ in 0..6000 {
        found = texts(url, query).await;
        if found.is_empty() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("after a minute {query} still finds {found:?}");
}

/// Every row of every table as text, one a line, sorted; bytes are hexadecimal.
pub async fn dump(url: &str) -> Vec<String> {
    let mut lines = if url.starts_with("sqlite:") { sqlite(url).await } else { postgres(url).await };
    lines.sort();
    lines
}

async fn sqlite(url: &str) -> Vec<String> {
    let mut connection = SqliteConnection::connect(url).await.expect("the database opens");
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut lines = Vec::new();
    for table in sqlx::query(tables).fetch_all(&mut connection).await.expect("tables") {
        let table: String = table.get(0);
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut connection).await.expect("columns");
        let fields: Vec<String> = columns
            .iter()
            .map(|column| {
                let name: String = column.get(0);
                let text = format!(
                    "CASE typeof(\"{name}\") WHEN 'blob' THEN lower(hex(\"{name}\")) ELSE \"{name}\" END"
                );
                format!("'{name}=' || coalesce({text}, '-')")
            })
            .collect();
        let rows = format!("SELECT {} FROM \"{table}\"", fields.join(" || ' ' || "));
        for row in sqlx::query(AssertSqlSafe(rows)).fetch_all(&mut connection).await.expect("rows") {
            lines.push(format!("{table}: {}", row.get::<String, _>(0)));
        }
    }
    lines
}

async fn postgres(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.expect("the database opens");
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut lines = Vec::new();
    for table in sqlx::query(tables).fetch_all(&mut connection).await.expect("tables") {
        let table: String = table.get(0);
        let rows = format!("SELECT row_to_json(t)::text FROM \"{table}\" t");
        for row in sqlx::query(AssertSqlSafe(rows)).fetch_all(&mut connection).await.expect("rows") {
            lines.push(format!("{table}: {}", row.get::<String, _>(0)));
        }
    }
    lines
}
